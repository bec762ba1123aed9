import { amount, type Outcome, type WorkloadHost, type WorkloadVm } from '../../workload/model.ts';

const mib = 2 ** 20;
const group = 'group-1|uuid-1|preferred||';
/** Whatever a VM asks for is within it, and no more than the CPUs that the host is said to have is given away. */
const policy = '1,1,0,0,1,1|1,1,0,0,1,1;99999999,9999,99999999,16,16,99|diskless|1.0|100000.0';

/**
 * A datacenter in the words of htools' text backend (man htools): groups, nodes, instances, tags and policies, of the
 * workload's rules the anti-affinity of VMs that have `app` in common, as exclusion tags.
 */
export function clusterText(hosts: readonly WorkloadHost[], placed: readonly Outcome[]): string {
  const instances = placed.flatMap((outcome) => (outcome.kind === 'placed' ? [outcome] : []));
  const taken = new Map<string, number>();
  for (const { vm, host } of instances)
    taken.set(host, (taken.get(host) ?? 0) + amount(vm.requests, 'memory'));
  const sections = [
    [group],
    hosts.map((host, index) => nodeLine(host, taken.get(host.name) ?? 0, index === 0)),
    instances.map(({ vm, host }) => instanceLine(vm, host)),
    ['htools:iextags:app'],
    [`|${policy}`, `group-1|${policy}`],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** One of them must be the master, which is a node as any other. */
function nodeLine({ name, limits }: WorkloadHost, takenBytes: number, isMaster: boolean): string {
  const memory = Math.floor(amount(limits, 'memory') / mib);
  const free = memory - Math.ceil(takenBytes / mib);
  const disk = ['1000000', '1000000'];
  const state = isMaster ? 'M' : 'N';
  return [
    name,
    memory,
    0,
    free,
    ...disk,
    amount(limits, 'cpu'),
    state,
    'uuid-1',
    1,
    '',
    'N',
    0,
    0,
    '1.0',
  ].join('|');
}

function instanceLine(vm: WorkloadVm, host: string): string {
  const { memory, cpu } = sizeOf(vm);
  return [vm.id, memory, 0, cpu, 'running', 'Y', host, '', 'diskless', tagOf(vm), 1, '-', 'N'].join('|');
}

/** The question where the VM is to go. */
export function allocationRequest(vm: WorkloadVm): string {
  const { memory, cpu } = sizeOf(vm);
  return JSON.stringify({
    request: {
      ...{ type: 'allocate', name: vm.id, memory, vcpus: cpu, tags: [tagOf(vm)], required_nodes: 1 },
      ...{ disks: [], disk_space_total: 0, disk_template: 'diskless', spindle_use: 1, nics: [] },
      ...{ os: 'none', hypervisor: 'kvm' },
    },
    // The text backend brings all of these; the request has to have them.
    ...{ cluster_tags: [], nodegroups: {}, nodes: {}, instances: {}, ipolicy: {} },
    ...{ version: 2, cluster_name: 'bench', enabled_hypervisors: ['kvm'] },
  });
}

/** The node that the answer names; undefined when it says that there is none. */
export function parseAllocation(output: string): string | undefined {
  const { success, result } = JSON.parse(output) as { success: boolean; result: string[] };
  return success ? result[0] : undefined;
}

const sizeOf = ({ requests }: WorkloadVm) => ({
  memory: Math.ceil(amount(requests, 'memory') / mib),
  cpu: amount(requests, 'cpu'),
});

const tagOf = ({ namespace, labels }: WorkloadVm) => `app:${namespace}-${labels['app']}`;
