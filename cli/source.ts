import type { HostPool } from '../operator/api/hostpool.ts';
import type { VirtualMachine } from '../operator/api/virtualmachine.ts';
import { type Dump, DumpError, parseDump, takeDump } from '../operator/controllers/dump/dump.ts';
import { type Snapshot, snapshotOf } from '../operator/controllers/dump/replay.ts';
import type { Stores } from '../operator/controllers/stores.ts';
import { type Environment, type Invocation, NotFoundError, optionOf } from './command.ts';

export interface Source {
  dump: Dump;
  /** Where objects are meant that are named without a namespace. */
  namespace: string;
}

/** The objects that a question is about: of the dump that --from names, else of the cluster. */
export async function readSource(invocation: Invocation, environment: Environment): Promise<Source> {
  const from = optionOf(invocation, 'from');
  const named = optionOf(invocation, 'namespace');
  if (from !== undefined) return { dump: await readDump(from, environment), namespace: named ?? 'default' };
  const [kubeconfig, context] = ['kubeconfig', 'context'].map((name) => optionOf(invocation, name));
  const { terminal, programVersion } = environment;
  const open = await environment.openCluster({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  try {
    const dump = await takeDump(open.cluster, { programVersion, takenAt: terminal.now() });
    return { dump, namespace: named ?? open.namespace ?? 'default' };
  } finally {
    await open.close();
  }
}

/** @throws DumpError that names the file */
export async function readDump(path: string, { terminal, programVersion }: Environment): Promise<Dump> {
  const text = await terminal.read(path);
  try {
    const dump = parseDump(text);
    if (dump.programVersion !== programVersion)
      terminal.note(
        `The dump was written by ${dump.programVersion}, and this is ${programVersion}: it may decide otherwise.`,
      );
    return dump;
  } catch (error) {
    if (error instanceof DumpError)
      throw new DumpError(`${path} cannot be read as a dump: ${error.message}`, { cause: error });
    throw error;
  }
}

export function snapshot({ dump }: Source): Snapshot {
  return snapshotOf(dump.objects);
}

/** The pool named, or the only one, or the one called default. @throws NotFoundError with those that there are */
export function poolNamed({ hostPools }: Stores, name: string | undefined): HostPool {
  const all = hostPools.list();
  const found =
    hostPools.get(name ?? 'default') ?? (name === undefined && all.length === 1 ? all[0] : undefined);
  if (found) return found;
  const names = all.map(({ metadata }) => metadata.name).sort();
  const there = names.length > 0 ? `there is ${names.join(', ')}` : 'there is none';
  throw new NotFoundError(
    name === undefined
      ? `name a HostPool with --pool: ${there}`
      : `HostPool ${name} does not exist: ${there}`,
  );
}

/** @throws NotFoundError when the VM refers to a class that there is not: its size is not known then */
export function checkClass(stores: Stores, vm: VirtualMachine): void {
  const missing = missingClass(stores, vm);
  if (missing !== undefined) throw new NotFoundError(missing);
}

/** That the VM's class is not there, as a clause; undefined when it is, or the VM has none. */
export function missingClass(
  { virtualMachineClasses }: Stores,
  { spec }: VirtualMachine,
): string | undefined {
  const name = spec.classRef?.name;
  if (name === undefined || virtualMachineClasses.get(name)) return undefined;
  const names = virtualMachineClasses.list().map(({ metadata }) => metadata.name);
  const there = names.length > 0 ? `there is ${names.sort().join(', ')}` : 'there is none';
  return `VirtualMachineClass ${name} does not exist: ${there}`;
}
