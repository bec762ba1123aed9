import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodeName } from 'node-libvirt';
import { ensurePackages } from '../../../hack/apt/apt.ts';
import { CommandError, run } from '../../../hack/command.ts';
import { labPackages } from '../../../hack/lab/lab.ts';
import type { ErrorFacts, Outcome } from './outcome.ts';

/** Where virsh runs: the hypervisor, and the folder that its files are named in. */
export interface VirshOptions {
  uri: string;
  cwd: string;
  readOnly?: boolean;
}

/** Of the daemons, of virsh, and what the recorder is made with. */
const packages = [...labPackages, 'gcc', 'libc6-dev'];

/** virsh as its package has it, with the whole of its errors. */
export class Virsh {
  readonly #dir: string;
  readonly #recorder: string;
  #runs = 0;

  private constructor(dir: string, recorder: string) {
    this.#dir = dir;
    this.#recorder = recorder;
  }

  /** Compiles the recorder of errors, into a folder that is gone once this is disposed of. */
  static async prepare(): Promise<Virsh> {
    await ensurePackages(packages);
    const dir = await mkdtemp(join(tmpdir(), 'virsh-'));
    const recorder = join(dir, 'error-recorder.so');
    const source = join(import.meta.dirname, 'error-recorder.c');
    await run('gcc', ['-shared', '-fPIC', '-Wall', '-Werror', '-o', recorder, source, '-ldl']);
    return new Virsh(dir, recorder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Runs one command, and tells what virsh printed or the error that it met. */
  async outcomeOf(command: string, options: VirshOptions): Promise<Outcome> {
    const record = `error-${++this.#runs}`;
    try {
      return { answer: await run('virsh', argumentsOf(command, options), this.#runOptions(options, record)) };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return { error: await readError(join(this.#dir, record), error) };
    }
  }

  /** Runs commands that only look, and tells what each printed; of one that fails, nothing. */
  async printedOf(commands: readonly string[], options: VirshOptions): Promise<string[]> {
    if (commands.length === 0) return [];
    // The connection's own name is printed between them; a quiet virsh's `echo` is quiet too.
    const parted = commands.flatMap((command) => [command, 'uri']).join('; ');
    const printed = await run('virsh', argumentsOf(parted, options), this.#runOptions(options, 'looks'));
    return printed.split(`${options.uri}\n`).map((text) => text.trim());
  }

  /** Runs commands one after another. @throws Error when any of them fails. */
  async run(commands: readonly string[], options: VirshOptions): Promise<void> {
    const failed = await this.#failures(commands, options);
    if (failed.length > 0) throw new Error(`virsh ${commands.join('; ')}: ${failed.join(', ')}`);
  }

  /** Runs commands one after another, whether they fail or not. */
  async attempt(commands: readonly string[], options: VirshOptions): Promise<void> {
    await this.#failures(commands, options);
  }

  /** Of several commands virsh runs all, and its exit code is the last one's: what it prints tells of the others. */
  async #failures(commands: readonly string[], options: VirshOptions): Promise<string[]> {
    const failures: string[] = [];
    if (commands.length === 0) return failures;
    const onLine = (line: string) => {
      if (line.startsWith('error:')) failures.push(line);
    };
    const runOptions = { ...this.#runOptions(options, 'set-up'), onLine };
    await run('virsh', argumentsOf(commands.join('; '), options), runOptions).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      failures.push(error.message);
    });
    return failures;
  }

  #runOptions({ cwd }: VirshOptions, record: string) {
    const recording = { LD_PRELOAD: this.#recorder, VIRSH_ERROR: join(this.#dir, record) };
    return { cwd, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...recording } };
  }
}

const argumentsOf = (command: string, { uri, readOnly }: VirshOptions) => [
  ...['-q', '-c', uri],
  ...(readOnly ? ['-r'] : []),
  command,
];

/**
 * The recorded error, if it is the one that virsh gave up for: some it gets over, and some refusals are its own.
 * Of a domain that it does not find it keeps libvirt's message to itself.
 */
async function readError(record: string, failure: CommandError): Promise<ErrorFacts> {
  const text = await readFile(record, 'utf8').catch(() => '');
  const [, code, domain, level, message = ''] = /^(\d+) (\d+) (\d+) (.*)$/s.exec(text) ?? [];
  const printed =
    failure.output.includes(`error: ${message}`) || /error: failed to get domain/.test(failure.output);
  if (message === '' || !printed)
    throw new Error(`libvirt said nothing of it: ${failure.message}`, { cause: text });
  return { code: errorCodeName(Number(code)), domain: Number(domain), level: Number(level), message };
}
