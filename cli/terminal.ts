import { readFile, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** What a command has to do with the world besides the cluster. */
export interface Terminal {
  /** For whoever reads the answer: one or more whole lines, without the last newline. */
  out(text: string): void;
  /** For a person alone. */
  note(text: string): void;
  /** `-` is standard input. @throws Error of the file system */
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  now(): Date;
}

export const processTerminal: Terminal = {
  out: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  read: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  write: (path, content) => writeFile(path, content),
  now: () => new Date(),
};
