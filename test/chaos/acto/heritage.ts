import { virtualMachineClasses } from '../../../operator/api/kinds.ts';
import { virtualMachineSpec } from '../../../operator/api/virtualmachine.ts';
import { desiredDomain } from '../../../operator/domain/desired.ts';
import { allocatedInStatus, sizeInStatus, sizeOf } from '../../../operator/domain/size.ts';
import type { ChaosWorld } from '../chaos-world.ts';
import type { History, Wish } from './histories.ts';
import { type Heritage, type Outcome, startAfresh, vmName } from './lives.ts';

/**
 * What a VM keeps of its past by design, so that one that is made afresh may only be compared after it was given the
 * same. Each of them must come from a wish of the past, or it is a fault like any other.
 */
interface Keepsake {
  name: string;
  /** Where the design says so. */
  because: string;
  /** What there is to be given; undefined when the VM has nothing of the kind. */
  find(past: Outcome, last: Wish): Heritage | undefined;
  /** Whether a VM that is made by this earlier wish gets the same. */
  comesFrom(earlier: Wish, past: Outcome): Promise<boolean> | boolean;
}

const keepsakes: readonly Keepsake[] = [
  {
    name: 'its host',
    because: 'docs/decisions/0003: it stays where it was placed; nothing moves VMs by itself',
    find: ({ world }) => {
      const { hostName, placementGeneration = 0 } = world.vm(vmName).status ?? {};
      return hostName === undefined ? undefined : { status: { hostName, placementGeneration } };
    },
    comesFrom: async (earlier, { world }) =>
      (await afresh(earlier)).vm(vmName).status?.hostName === hostNameIn(world),
  },
  {
    name: 'what it ran with last',
    because:
      'status.allocated of a stopped VM; what has grown since has to find room first (reason HostFull)',
    find: ({ world }) => {
      const { hostName, allocated } = world.vm(vmName).status ?? {};
      if (hostName === undefined || !allocated || world.runsOn(vmName).length > 0) return undefined;
      return { status: { hostName, allocated, powerState: 'Stopped' } };
    },
    comesFrom: ({ spec }, { world }) => {
      const asked = sizeOf({ spec: virtualMachineSpec.parse(spec) }, classIn(world, spec.classRef?.name));
      if (!asked) return false;
      const memoryBytes = Math.ceil(asked.memoryBytes / 2 ** 20) * 2 ** 20;
      const numaCell = spec.placement?.numaPolicy === 'SingleCell' ? { numaCell: 0 } : {};
      const size = { ...allocatedInStatus({ ...asked, memoryBytes }), ...numaCell };
      return isSame(size, world.vm(vmName).status?.allocated);
    },
  },
  {
    name: 'what it asked for last',
    because: 'docs/decisions/0016: a VM whose class is not there counts as what it was last',
    find: ({ world }) => {
      const vm = world.vm(vmName);
      const { hostName, size } = vm.status ?? {};
      const { classRef } = vm.spec;
      if (hostName === undefined || !size || !classRef || classIn(world, classRef.name)) return undefined;
      return { status: { hostName, size } };
    },
    comesFrom: ({ spec }, { world }) => {
      const asked = sizeOf({ spec: virtualMachineSpec.parse(spec) }, classIn(world, spec.classRef?.name));
      return asked !== undefined && isSame(sizeInStatus(asked), world.vm(vmName).status?.size);
    },
  },
  {
    name: 'its domain',
    because:
      'while it asks for what its HostPool does not have, what is defined already goes on being started and stopped',
    find: ({ world }) => {
      const vm = world.vm(vmName);
      const pool = world.pool(vm.spec.placement.hostPoolRef.name);
      const definition = definitionIn(world);
      if (!pool || definition === undefined) return undefined;
      return desiredDomain(vm, pool, 'KVM', classIn(world, vm.spec.classRef?.name)).kind === 'problem'
        ? { definition }
        : undefined;
    },
    comesFrom: async (earlier, { world }) =>
      definitionIn(
        await afresh(earlier, { status: { hostName: hostNameIn(world), placementGeneration: 1 } }),
      ) === definitionIn(world),
  },
  {
    name: 'its power',
    because: 'runStrategy Manual leaves starting and stopping to whoever operates the VM on its host',
    find: ({ world, ranBefore }, { spec }) => {
      if (spec.runStrategy !== 'Manual') return undefined;
      return (ranBefore ?? world.runsOn(vmName).length > 0) ? { startedByHand: true } : undefined;
    },
    comesFrom: ({ spec }) => (spec.runStrategy ?? 'Always') === 'Always',
  },
];

/** What is to be given to a VM that is made afresh by the last wish: by what names, and what of it comes from nowhere. */
export async function heritageOf(
  past: Outcome,
  history: History,
): Promise<{ heritage: Heritage; names: string[]; faults: string[] }> {
  const last = history.at(-1);
  if (!last) throw new RangeError('a history has wishes');
  const found = keepsakes.flatMap((keepsake) => {
    const given = keepsake.find(past, last);
    return given ? [{ keepsake, given }] : [];
  });
  const faults: string[] = [];
  for (const { keepsake, given } of found) {
    if (await comesFromAny(keepsake, past, history)) continue;
    const { name, because } = keepsake;
    faults.push(`keeps ${name} (${because}), but no wish leads there: ${JSON.stringify(given)}`);
  }
  const statuses = found.flatMap(({ given }) => given.status ?? []);
  const [first] = statuses;
  const heritage = Object.assign({}, ...found.map(({ given }) => given)) as Heritage;
  if (first) heritage.status = Object.assign({}, ...statuses);
  return { heritage, names: found.map(({ keepsake }) => keepsake.name), faults };
}

/** The latest wishes first: it is mostly one of them. */
async function comesFromAny(keepsake: Keepsake, past: Outcome, history: History): Promise<boolean> {
  for (const wish of history.toReversed()) if (await keepsake.comesFrom(wish, past)) return true;
  return false;
}

async function afresh(wish: Wish, heritage?: Heritage): Promise<ChaosWorld> {
  const { world } = await startAfresh(wish, heritage);
  world.kill();
  return world;
}

function classIn(world: ChaosWorld, name: string | undefined) {
  return name === undefined ? undefined : world.cluster.peek(virtualMachineClasses, { name });
}

function hostNameIn(world: ChaosWorld): string {
  return world.vm(vmName).status?.hostName ?? '';
}

function definitionIn(world: ChaosWorld): string | undefined {
  const host = world.hypervisor.hosts.find(({ name }) => name === hostNameIn(world));
  return host?.domains.get(world.uuid(vmName))?.definitionXml;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
