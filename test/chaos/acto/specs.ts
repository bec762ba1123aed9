import fc from 'fast-check';
import type { z } from 'zod';
import { virtualMachineSpec } from '../../../operator/api/virtualmachine.ts';
import { arbitraryOf, type Specialities } from './arbitrary-of.ts';

/** A VirtualMachine's spec as a user writes it: defaults are not set yet. */
export type WrittenSpec = z.input<typeof virtualMachineSpec>;
/** Some members of one. */
export type PartOfSpec = z.input<ReturnType<typeof virtualMachineSpec.partial>>;

/** What there is in the world that the specs are made for. */
export interface Surroundings {
  kernels: readonly string[];
  classes: readonly string[];
  networks: readonly string[];
  /** Labels of hosts, with the values that they have. */
  hostLabels: Readonly<Record<string, readonly string[]>>;
  /** What hosts keep VMs away by. */
  taints: readonly { key: string; value: string }[];
  /** Names of resources of which hosts have some. */
  resources: readonly string[];
  /** Sizes for which any host has room beside all others, and such for which only some or none has. */
  cores: { small: readonly number[]; large: readonly number[] };
  memory: { small: readonly string[]; large: readonly string[] };
}

/** Mostly a value of the world, sometimes whatever the schema admits, such as the name of what is missing. */
export const mostly =
  (known: fc.Arbitrary<unknown>, weight = 12) =>
  (derived: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight, arbitrary: known }, { weight: 1, arbitrary: derived });

/** Specs of VirtualMachines that can mostly be placed and started in these surroundings, some values as `others` says. */
export function specs(surroundings: Surroundings, others: Specialities = {}): fc.Arbitrary<WrittenSpec> {
  return arbitraryOf(virtualMachineSpec, { ...specialities(surroundings), ...others });
}

/** Some members of such a spec, as a user changes them. */
export function partsOfSpecs(surroundings: Surroundings): fc.Arbitrary<PartOfSpec> {
  return arbitraryOf(virtualMachineSpec.partial(), specialities(surroundings));
}

function specialities(surroundings: Surroundings): Specialities {
  const { kernels, classes, networks, taints, resources, hostLabels, cores, memory } = surroundings;
  return {
    'classRef.name': mostly(fc.constantFrom(...classes)),
    'cpu.cores': mostly(sizes(cores)),
    'cpu.model': mostly(fc.constantFrom('HostModel', 'EPYC', 'qemu64')),
    machineType: mostly(fc.constantFrom('pc', 'q35')),
    'memory.size': mostly(sizes(memory)),
    memory: mostly(memories(memory)),
    'kernel.name': mostly(fc.constantFrom(...kernels)),
    'kernel.commandLine': mostly(fc.constantFrom('', 'console=ttyS0', ' quiet  panic=1 ', '"<&\'>')),
    'interfaces[].name': mostly(fc.constantFrom('eth0', 'eth1', 'lan')),
    'interfaces[].network': mostly(fc.constantFrom(...networks), 25),
    'interfaces[].macAddress': mostly(fc.constantFrom('52:54:00:00:00:01', '52:54:00:00:00:02'), 3),
    'placement.hostSelector': mostly(selectors(hostLabels), 8),
    'placement.hostAffinity.required[]': mostly(selectors(hostLabels), 8),
    'placement.hostAffinity.preferred[].hostSelector': mostly(selectors(hostLabels), 8),
    resources: mostly(claims(resources), 8),
    'placement.tolerations[]': mostly(tolerations(taints), 4),
    terminationGracePeriodSeconds: mostly(fc.constantFrom(0, 5, 60), 4),
  };
}

/** Small ones, and now and then one for which a host may be too small. */
function sizes<T>({ small, large }: { small: readonly T[]; large: readonly T[] }): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...small) },
    { weight: 1, arbitrary: fc.constantFrom(...large) },
  );
}

/** Mostly ordinary memory. */
function memories({ small, large }: Surroundings['memory']): fc.Arbitrary<unknown> {
  return fc.record(
    { size: sizes({ small, large }), hugePageSize: fc.constantFrom('2Mi', '2Mi', '1Gi') },
    { requiredKeys: ['size'] },
  );
}

/** Selectors for labels that hosts have. */
function selectors(hostLabels: Surroundings['hostLabels']): fc.Arbitrary<unknown> {
  const label = fc.constantFrom(
    ...Object.entries(hostLabels).flatMap(([key, values]) => values.map((value) => ({ key, value }))),
  );
  return fc.oneof(
    label.map(({ key, value }) => ({ matchLabels: { [key]: value } })),
    label.map(({ key, value }) => ({
      matchExpressions: [{ key, operator: 'NotIn' as const, values: [value] }],
    })),
    label.map(({ key }) => ({ matchExpressions: [{ key, operator: 'Exists' as const }] })),
  );
}

/** Mostly nothing, and of that which there is so much that most hosts have it. */
function claims(resources: Surroundings['resources']): fc.Arbitrary<unknown> {
  const one = fc.record({ name: fc.constantFrom(...resources), count: fc.constantFrom(1, 1, 2) });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    one.map((claim) => [claim]),
  );
}

function tolerations(taints: Surroundings['taints']): fc.Arbitrary<unknown> {
  return fc
    .constantFrom(...taints)
    .chain(({ key, value }) =>
      fc.constantFrom({ key, value }, { key, operator: 'Exists' }, { operator: 'Exists' }),
    );
}
