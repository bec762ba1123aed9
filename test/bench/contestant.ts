import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parseAnswer } from './answer.ts';

/** The command that runs a file of a folder as a program of its own, told what it has to know. */
export const nodeProgram = (dir: string, file: string, spec: unknown, ...flags: string[]): string[] => [
  ...[process.execPath, ...flags, join(dir, file), JSON.stringify(spec)],
];

/**
 * A process that measures itself, so that nobody pays for another's work: it is written a line with milliseconds, does
 * its work for that long, and answers with one line of JSON. While it is not asked it waits.
 */
export class Contestant {
  readonly name: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #signal: AbortSignal;
  readonly #ended: Promise<unknown>;
  #complaint = '';

  constructor(name: string, [file = '', ...args]: readonly string[], signal: AbortSignal) {
    this.name = name;
    this.#signal = signal;
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], signal });
    this.#child = child;
    this.#ended = new Promise((resolve) => child.once('close', resolve));
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    child.on('error', (error) => this.#complain(error.message));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#complain(text));
    child.stdin.on('error', () => {}); // one that has ended is told of by its missing answer
  }

  /** Lets it work. @throws Error when it ends instead of answering, or answers something else */
  async ask<K extends string>(ms: number, keys: readonly K[]): Promise<Record<K, number>> {
    this.#child.stdin.write(`${ms}\n`);
    return this.next(keys);
  }

  /** Its next answer, where it gives one unasked. @throws as `ask` does */
  async next<K extends string>(keys: readonly K[]): Promise<Record<K, number>> {
    const { value, done } = await this.#lines.next();
    if (done) await this.#ended; // by which it has said all that it had to say
    this.#signal.throwIfAborted();
    if (done) throw new Error(`${this.name} ended without an answer: ${this.#complaint.trim()}`);
    return parseAnswer(value, keys);
  }

  /** Ends it and waits until it is gone. */
  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #complain(text: string): void {
    this.#complaint = (this.#complaint + text).slice(-2_000);
  }
}
