import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { run } from '../../hack/command.ts';
import type { Lab } from '../../hack/lab/lab.ts';
import { labMark } from '../../hack/lab/namespaces.ts';
import { legName } from '../../hack/lab/network.ts';
import { processesWithEnvironment, recordOf } from '../../hack/process-record.ts';

const kinds = ['net', 'mnt', 'uts', 'pid'];

/** The lab's own namespaces, as `net:[4026532…]`; not the ones that it shares with the machine. */
export async function namespacesOf(lab: Lab): Promise<Set<string>> {
  const state = await lab.state.mustRead();
  const inits = [state.switch, ...state.hosts.map(({ init }) => init)];
  return new Set(inits.flatMap((init) => (init ? namespacesOfProcess(init.pid) : [])));
}

/** What is still there of a lab that should be gone, told by one line each. Looks at this lab only: others may run. */
export async function remainsOf(
  dir: string,
  name: string,
  namespaces: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const links = await run('ip', ['-d', 'addr', 'show']);
  const routes = await run('ip', ['route', 'show', 'table', 'all']);
  return [
    ...processesWithEnvironment(labMark(dir)).map(({ pid }) => `process ${pid}`),
    ...processesIn(namespaces).map((pid) => `process ${pid} in a namespace of the lab`),
    ...linesWith(links, legName(name)).map((line) => `interface ${line}`),
    ...linesWith(routes, legName(name)).map((line) => `route ${line}`),
    ...linesWith(readFileSync('/proc/self/mountinfo', 'utf8'), dir).map((line) => `mount ${line}`),
    ...readdirSync(dir)
      .filter((file) => file.startsWith('lab.json') && !/\.\d+$/.test(file))
      .map((file) => `record ${file}`),
  ];
}

function processesIn(namespaces: ReadonlySet<string>): string[] {
  // A zombie holds nothing any more but is listed until its parent has read its exit code.
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && recordOf(Number(name)));
  return pids.filter((pid) =>
    namespacesOfProcess(Number(pid)).some((namespace) => namespaces.has(namespace)),
  );
}

/** Namespaces of a process that are not this process's own. */
function namespacesOfProcess(pid: number): string[] {
  return kinds.flatMap((kind) => {
    const [theirs, ours] = [linkOf(pid, kind), linkOf(process.pid, kind)];
    return theirs && theirs !== ours ? [theirs] : [];
  });
}

function linkOf(pid: number, kind: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined; // ended meanwhile, or a zombie, which has none
  }
}

const linesWith = (text: string, part: string) => text.split('\n').filter((line) => line.includes(part));
