import type { Share } from './share.ts';

/** A VM that runs on the host that is asked about. */
export interface WeighedVm {
  id: string;
  /** Undefined when its namespace is in no share. */
  share: string | undefined;
  cpus: number;
}

/** What control groups call a weight (CPUWeight of systemd, cpu.weight of cgroup v2): 100 by default. */
export const usualCpuWeight = 100;
/** As cgroup v2 has it, but for the 1 that v1 has not. */
const [least, most] = [2, 10_000];

type Tree = ReadonlyMap<string, Pick<Share, 'parentName' | 'weight'>>;

/** A share, or the pool, with those of its VMs and of the shares below it that are on the host. */
interface Group {
  weight: number;
  below: Map<string, Group>;
  own: WeighedVm[];
}

/**
 * The weights by which one host divides its CPUs when they are short. Among those of one parent that have VMs there each
 * gets its part by weight; what is right in a share, or in the pool, counts as one more of weight 100; within it VMs have
 * their parts by their CPUs. On average a VM has 100, as whatever else runs on the host has, so none of that is starved.
 */
export function cpuWeights(tree: Tree, vms: readonly WeighedVm[]): Map<string, number> {
  const root = newGroup(usualCpuWeight);
  for (const vm of vms) groupOf(vm.share, tree, root).own.push(vm);
  const weights = new Map<string, number>();
  divide(root, vms.length * usualCpuWeight, weights);
  return weights;
}

function groupOf(share: string | undefined, tree: Tree, root: Group): Group {
  const known = share === undefined ? undefined : tree.get(share);
  if (share === undefined || !known) return root;
  const { below } = groupOf(known.parentName, tree, root);
  const group = below.get(share) ?? newGroup(known.weight ?? usualCpuWeight);
  below.set(share, group);
  return group;
}

function divide({ below, own }: Group, amount: number, weights: Map<string, number>): void {
  const groups = [...below.values()];
  const all = groups.reduce((sum, { weight }) => sum + weight, own.length > 0 ? usualCpuWeight : 0);
  for (const group of groups) divide(group, (amount * group.weight) / all, weights);
  const cpus = own.reduce((sum, vm) => sum + vm.cpus, 0);
  for (const vm of own) {
    const part = (amount * usualCpuWeight * vm.cpus) / (all * cpus);
    weights.set(vm.id, Math.min(most, Math.max(least, Math.round(part))));
  }
}

const newGroup = (weight: number): Group => ({ weight, below: new Map(), own: [] });
