import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What `npm start` was asked for. */
export interface StartOptions {
  help: boolean;
  /** Number of libvirt hosts in the lab. */
  hosts: number;
  /** Leave the fabric up and return once the first VM is Ready. */
  detach: boolean;
  /** Bring it up, show how long each part took, take it down. */
  once: boolean;
  /** Absolute path: start the operator alone, against this cluster. */
  kubeconfig?: string;
}

/** Something the user typed that cannot be done; the message is one line and says what can. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const known = '--hosts N, --detach, --once, --kubeconfig FILE, --help';

/** More fit into the lab's network, but not into the memory of any machine that runs this. */
const maxHosts = 32;

export const usage = `npm start -- [OPTIONS]

Brings up a whole fabric on this machine: a Kubernetes control plane, libvirt hosts, the operator and a first VM.

  --hosts N          number of libvirt hosts, 1 to ${maxHosts} (default 2)
  --detach           leave it up and return once the first VM is Ready
  --once             bring it up, show how long each part took, take it down
  --kubeconfig FILE  start the operator alone, out of the cluster, against the cluster of FILE
  --help             show this

npm run down takes down what a detached or interrupted start left.
npm run kubectl -- ARGUMENTS runs kubectl against it.`;

/** @throws UsageError */
export function parseOptions(args: readonly string[], cwd = process.cwd()): StartOptions {
  const values = parse(args);
  if (values.kubeconfig !== undefined) checkAlone(values);
  if (values.once && values.detach)
    throw new UsageError('--once takes down what --detach leaves up: give one of them.');
  return {
    help: values.help ?? false,
    hosts: parseHosts(values.hosts ?? '2'),
    detach: values.detach ?? false,
    once: values.once ?? false,
    // npm runs scripts in the project's root; INIT_CWD is where the user typed the path.
    ...(values.kubeconfig === undefined ? {} : { kubeconfig: resolve(cwd, values.kubeconfig) }),
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        hosts: { type: 'string' },
        detach: { type: 'boolean' },
        once: { type: 'boolean' },
        kubeconfig: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence?.replace(/\.$/, '')}; there is: ${known}.`, { cause: error });
  }
}

function checkAlone(values: Record<string, unknown>): void {
  const other = ['hosts', 'detach', 'once'].find((name) => values[name] !== undefined);
  if (other) throw new UsageError(`--kubeconfig starts the operator alone: leave out --${other}.`);
}

function parseHosts(text: string): number {
  const hosts = Number(text);
  if (/^\d+$/.test(text) && hosts >= 1 && hosts <= maxHosts) return hosts;
  throw new UsageError(`--hosts ${text}: give a number from 1 to ${maxHosts}.`);
}
