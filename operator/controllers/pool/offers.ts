import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import type { GuestHardware } from '../../hypervisor/hypervisor.ts';
import { matches, type Selector } from '../../placement/model/selector.ts';
import { readOnce } from '../read-once.ts';

/** A network or kernel of a pool; those alone that are on some hosts only are told to placement. */
type Shared = { name: string; hostSelector?: Selector | undefined };

/** What VMs may need of a host by name, and this one has by the pool. */
export function offersOf({ spec }: HostPool, labels: Readonly<Record<string, string>>): string[] {
  const here = ({ hostSelector }: Shared) => hostSelector !== undefined && matches(hostSelector, labels);
  return [
    ...spec.networks.filter(here).map(({ name }) => `network/${name}`),
    ...spec.kernels.filter(here).map(({ name }) => `kernel/${name}`),
  ];
}

/** What guests can have on the host by itself. Hosts of one kind share what they say, and 5,000 of them what follows. */
export const hardwareOffers = readOnce((guests: GuestHardware): readonly string[] => [
  ...guests.cpuModels.map((model) => `cpu-model/${model}`),
  ...guests.machineTypes.map((machine) => `machine/${machine}`),
]);

/** What the VM needs of its host by name. What the pool does not have at all is told by other means. */
export function needsOf({ spec }: VirtualMachine, pool: HostPool): string[] {
  const isPartial = (all: readonly Shared[], name: string | undefined) =>
    all.some((one) => one.name === name && one.hostSelector !== undefined);
  const networks = new Set(spec.interfaces.map(({ network }) => network));
  return [
    ...[...networks].filter((name) => isPartial(pool.spec.networks, name)).map((name) => `network/${name}`),
    ...(isPartial(pool.spec.kernels, spec.kernel?.name) ? [`kernel/${spec.kernel?.name}`] : []),
    ...(spec.cpu?.model === undefined ? [] : [`cpu-model/${spec.cpu.model}`]),
    ...(spec.machineType === undefined ? [] : [`machine/${spec.machineType}`]),
  ];
}
