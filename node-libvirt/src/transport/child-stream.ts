import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Duplex } from 'node:stream';
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { ConnectionClosed } from '../errors.ts';

const maxStderrBytes = 4_096;
/** To say good-bye to the other host before it is killed. */
const terminationMs = 2_000;

/**
 * The standard input and output of a process as one stream. Its end is the stream's: with 0 an end of file, else an
 * error that tells the last of what it wrote to standard error. Destroying the stream ends the process, by force where
 * it takes longer than two seconds; `close` comes once it is gone.
 */
export class ChildStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #clock: Clock;
  #stderr = '';
  #isOutputOver = false;
  #isGone = false;
  #onGone: () => void = () => {};

  constructor(
    child: ChildProcessWithoutNullStreams,
    { clock = systemClock }: { clock?: Clock | undefined } = {},
  ) {
    super();
    this.#child = child;
    this.#clock = clock;
    child.once('error', (error) => this.#failedToStart(error));
    child.once('exit', () => this.#gone());
    child.stdin.on('error', () => {}); // it ends, and its end says why
    child.stdout.on('error', (error) => this.destroy(error));
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdout.once('end', () => {
      this.#isOutputOver = true;
      this.#endWithChild();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-maxStderrBytes);
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: () => void): void {
    // A process that no longer reads is ending, and its end tells more than a broken pipe.
    this.#child.stdin.write(chunk, encoding, (error) => {
      if (!error) callback();
    });
  }

  override _final(callback: () => void): void {
    this.#child.stdin.end(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // The signal goes before its input ends, so that it is always the signal that ends it.
    if (this.#isGone) callback(error);
    else this.#terminate(() => callback(error));
    const { stdin, stdout, stderr } = this.#child;
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
  }

  #terminate(done: () => void): void {
    const timer: Timer = this.#clock.setTimeout(() => this.#child.kill('SIGKILL'), terminationMs);
    this.#onGone = () => {
      this.#clock.clearTimeout(timer);
      done();
    };
    this.#child.kill('SIGTERM');
  }

  #failedToStart(error: Error): void {
    // Also told of a signal that could not be sent, which is nothing new.
    if (this.#child.pid !== undefined) return;
    this.#isGone = true;
    this.#onGone();
    this.destroy(error);
  }

  #gone(): void {
    this.#isGone = true;
    this.#onGone();
    this.#endWithChild();
  }

  /** What it wrote last may still be in the pipe: the system tells of the end and of that in any order. */
  #endWithChild(): void {
    if (this.#isGone && this.#isOutputOver) setImmediate(() => setImmediate(() => this.#end()));
  }

  #end(): void {
    const { exitCode, signalCode, spawnfile } = this.#child;
    if (exitCode === 0) {
      this.push(null);
      return;
    }
    const how = exitCode === null ? `by ${signalCode}` : `with code ${exitCode}`;
    this.destroy(
      new ConnectionClosed(`${spawnfile} ended ${how}: ${this.#stderr.trim() || 'it said nothing'}`),
    );
  }
}
