import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Runs a command to its end; returns its standard output.
 * @throws Error with all that it printed
 */
async function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
) {
  try {
    return (await execute(file, [...args], options)).stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    throw new Error([message, stdout, stderr].join('\n').trim(), { cause: error });
  }
}

/** Runs this Node. @throws Error with all that it printed */
export function node(args: readonly string[], cwd: string): Promise<string> {
  return run(process.execPath, args, { cwd });
}

/** Runs the TypeScript compiler that this repository has. @throws Error with what it complains of */
export function tsc(args: readonly string[], cwd: string): Promise<string> {
  const compiler = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc');
  return node([compiler, ...args], cwd);
}

/**
 * Runs npm. What an npm around us tells its scripts, such as the workspace that they are of, does not reach it.
 * @throws Error with all that it printed
 */
export function npm(args: readonly string[], cwd: string): Promise<string> {
  const outer = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  const env = { ...Object.fromEntries(outer), npm_config_update_notifier: 'false' };
  return run('npm', args, { cwd, env });
}
