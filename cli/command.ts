import type { ParseArgsConfig } from 'node:util';
import type { Cluster } from '../operator/kube/cluster.ts';
import type { Terminal } from './terminal.ts';

/** 0: answered; 1: could not be answered; 2: wrongly asked; 3, with --exit-code: answered, and somebody has no place. */
export const ExitCode = { ok: 0, failed: 1, usage: 2, withoutPlace: 3 } as const;

/** The command line is wrong; the message names the argument and what is right in its place. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is asked for is not there; the message says what there is. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

export type Options = NonNullable<ParseArgsConfig['options']>;

/** Options that several commands share. */
export const sourceOptions = {
  from: { type: 'string' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
} as const satisfies Options;

export const namespaceOption = { namespace: { type: 'string', short: 'n' } } as const satisfies Options;
export const outputOption = { output: { type: 'string', short: 'o' } } as const satisfies Options;

export const sourceHelp = `  --from FILE        a dump instead of a cluster; - for standard input
  --kubeconfig FILE  how to reach the cluster (default: KUBECONFIG, or ~/.kube/config)
  --context NAME     a context of that file`;

/** One argument in the order in which they were given. */
export type Given =
  | { kind: 'option'; name: string; value: string | undefined }
  | { kind: 'positional'; value: string };

export interface Invocation {
  /** The last value of each option. */
  values: Readonly<Record<string, string | boolean | undefined>>;
  positionals: readonly string[];
  given: readonly Given[];
}

export interface Environment {
  terminal: Terminal;
  /** Opens the cluster that the options name; for as long as the program runs. */
  openCluster(options: { kubeconfig?: string; context?: string }): Promise<OpenCluster>;
  programVersion: string;
}

export interface OpenCluster {
  cluster: Pick<Cluster, 'list'>;
  /** The context's namespace. */
  namespace?: string;
  close(): Promise<void>;
}

export interface Command {
  /** One line for the list of commands. */
  about: string;
  help: string;
  options: Options;
  /** @returns the exit code */
  run(invocation: Invocation, environment: Environment): Promise<number>;
}

/** The option's value if it was given. */
export function optionOf({ values }: Invocation, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws UsageError when --output is something else */
export function wantsJson(invocation: Invocation): boolean {
  const output = optionOf(invocation, 'output') ?? 'table';
  if (output !== 'table' && output !== 'json')
    throw new UsageError(`--output ${output}: must be table or json`);
  return output === 'json';
}
