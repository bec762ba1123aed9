import fc from 'fast-check';
import { Fixed, type MoveProblem } from '../problem.ts';
import type { MoveRules } from '../rules.ts';
import { AntiAffinityRules } from './anti-affinity.ts';

/** A problem with the groups that bind its VMs. */
export interface Bound {
  problem: MoveProblem;
  /** Of each VM, -1 for none. */
  group: Int32Array;
  /** Of each host. */
  domain: Int32Array;
}

/** Few enough for a person: hosts with limits and VMs with their host, in two dimensions, otherwise unbound and free. */
export function smallProblem(
  limits: readonly (readonly number[])[],
  vms: readonly { on: number; asks: readonly number[]; dirtyRate?: number }[],
): MoveProblem {
  const memory = (amounts: readonly number[]) => amounts.at(-1) ?? 0;
  return {
    dimensions: limits[0]?.length ?? 0,
    hosts: {
      count: limits.length,
      limits: Float64Array.from(limits.flat()),
      bandwidth: new Float64Array(limits.length).fill(10),
    },
    vms: {
      count: vms.length,
      requests: Float64Array.from(vms.flatMap(({ asks }) => asks)),
      host: Int32Array.from(vms, ({ on }) => on),
      memoryBytes: Float64Array.from(vms, ({ asks }) => memory(asks)),
      dirtyRate: Float64Array.from(vms, ({ dirtyRate = 0 }) => dirtyRate),
    },
  };
}

/** New rules for this problem, as a planner gets them. */
export const rulesOf = ({ problem, group, domain }: Bound): MoveRules =>
  new AntiAffinityRules({ group, domain }, problem.vms.host);

/** More VMs are on the first hosts, so that there is something to balance. */
const place = (hosts: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: hosts - 1 }), fc.integer({ min: 0, max: hosts - 1 }))
    .map(([a, b]) => Math.min(a, b));

const seldom = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const vm = (hosts: number) =>
  fc.record({
    on: place(hosts),
    asks: fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 16 })),
    dirtyRate: seldom(1, fc.integer({ min: 0, max: 12 })),
    fixed: seldom<number>(Fixed.no, fc.constant(Fixed.pinned)),
    secondsSinceMove: seldom(Number.POSITIVE_INFINITY, fc.constantFrom(10, 10_000)),
    group: seldom(-1, fc.integer({ min: 0, max: 2 })),
    demand: fc.float({ min: 0, max: 4, noNaN: true }),
  });

const host = fc.record({
  limits: fc.tuple(fc.integer({ min: 16, max: 40 }), fc.integer({ min: 24, max: 64 })),
  reserve: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 8 })),
  receives: seldom(1, fc.constant(0)),
  bandwidth: fc.integer({ min: 10, max: 40 }),
  rack: fc.integer({ min: 0, max: 2 }),
});

/**
 * Problems of every kind, also with hosts that carry more than they may and groups that stand too close already: what is
 * wrong may stay, but nothing may become worse.
 */
export const boundProblems: fc.Arbitrary<Bound> = fc
  .tuple(fc.array(host, { minLength: 1, maxLength: 6, size: 'max' }), fc.boolean(), fc.boolean())
  .chain(([hosts, isMeasured, byRack]) =>
    fc.array(vm(hosts.length), { maxLength: 30, size: 'max' }).map(
      (vms): Bound => ({
        problem: {
          dimensions: 2,
          hosts: {
            count: hosts.length,
            limits: Float64Array.from(hosts.flatMap(({ limits }) => limits)),
            reserve: Float64Array.from(hosts.flatMap(({ reserve }) => reserve)),
            receives: Uint8Array.from(hosts, ({ receives }) => receives),
            bandwidth: Float64Array.from(hosts, ({ bandwidth }) => bandwidth),
            uplink: Int32Array.from(hosts, ({ rack }) => rack - 1),
          },
          uplinks: Float64Array.of(30, 60),
          vms: {
            count: vms.length,
            requests: Float64Array.from(vms.flatMap(({ asks }) => asks)),
            host: Int32Array.from(vms, ({ on }) => on),
            memoryBytes: Float64Array.from(vms, ({ asks }) => asks[1]),
            dirtyRate: Float64Array.from(vms, ({ dirtyRate }) => dirtyRate),
            fixed: Uint8Array.from(vms, ({ fixed }) => fixed),
            secondsSinceMove: Float64Array.from(vms, ({ secondsSinceMove }) => secondsSinceMove),
          },
          ...(isMeasured
            ? {
                measured: {
                  dimensions: 1,
                  demands: Float64Array.from(vms, ({ demand }) => demand),
                  capacities: Float64Array.from(hosts, () => 16),
                },
              }
            : {}),
        },
        group: Int32Array.from(vms, ({ group }) => Math.max(-1, group)),
        domain: Int32Array.from(hosts, ({ rack }, index) => (byRack ? rack : index)),
      }),
    ),
  );
