import { parseArgs } from 'node:util';
import { version } from '../operator/configuration.ts';
import { DumpError } from '../operator/controllers/dump/dump.ts';
import { ApiError } from '../operator/kube/errors.ts';
import { WhatIfError } from '../operator/placement/what-if/question.ts';
import {
  type Command,
  type Environment,
  ExitCode,
  type Invocation,
  NotFoundError,
  UsageError,
} from './command.ts';
import { dump } from './dump.ts';
import { explain } from './explain/command.ts';
import { openCluster } from './open-cluster.ts';
import { replay } from './replay.ts';
import { processTerminal } from './terminal.ts';
import { whatIf } from './what-if/command.ts';

const commands: Readonly<Record<string, Command>> = { 'what-if': whatIf, explain, dump, replay };

const help = `Usage: kubectl vmfabric COMMAND [OPTIONS]

Answers questions about where VMs are and could be, by the same code by which the operator decides. It only reads.

${Object.entries(commands)
  .map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`)
  .join('\n')}

kubectl vmfabric COMMAND --help tells more of each. --version prints the version.

Exit codes: 0 answered; 1 not answered, as when the cluster cannot be reached; 2 wrongly asked; 3, with --exit-code
alone: answered, and some VM has no place.`;

const defaults: Environment = { terminal: processTerminal, openCluster, programVersion: version };

/** Runs one command line, the program's name left out. @returns the exit code */
export async function run(args: readonly string[], environment: Environment = defaults): Promise<number> {
  const { terminal } = environment;
  try {
    return await runCommand(args, environment);
  } catch (error) {
    terminal.note(`kubectl vmfabric: ${describe(error)}`);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failed;
  }
}

async function runCommand([name, ...rest]: readonly string[], environment: Environment): Promise<number> {
  const { terminal, programVersion } = environment;
  if (name === '--version') return print(environment, programVersion);
  if (name === '--help' || name === '-h' || name === 'help') return print(environment, help);
  const command = name === undefined || !Object.hasOwn(commands, name) ? undefined : commands[name];
  if (!command) {
    const problem = name === undefined ? 'name a command' : `there is no command ${name}`;
    throw new UsageError(`${problem}: ${Object.keys(commands).join(', ')}; see kubectl vmfabric --help`);
  }
  const invocation = parse(name as string, command, rest);
  if (invocation.values['help'] === true) {
    terminal.out(command.help);
    return ExitCode.ok;
  }
  return command.run(invocation, environment);
}

function print({ terminal }: Environment, text: string): number {
  terminal.out(text);
  return ExitCode.ok;
}

/** @throws UsageError for an option that there is not */
function parse(name: string, { options }: Command, args: string[]): Invocation {
  try {
    const { values, positionals, tokens } = parseArgs({
      args,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      tokens: true,
    });
    const given = tokens.flatMap((token) => (token.kind === 'option-terminator' ? [] : [token]));
    return { values: values as Invocation['values'], positionals, given };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}; see kubectl vmfabric ${name} --help`, {
      cause: error,
    });
  }
}

/** What is meant for the user is said as it stands; an error of the program's own with its trace. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ApiError && error.isForbidden)
    return `${error.message}. Ask for the right to list these objects in all namespaces, or for a dump of somebody who has it.`;
  const isForUser = [UsageError, NotFoundError, DumpError, WhatIfError, ApiError].some(
    (kind) => error instanceof kind,
  );
  const isOfSystem = 'code' in error || error.name === 'TransportError';
  return isForUser || isOfSystem || error.stack === undefined ? error.message : error.stack;
}
