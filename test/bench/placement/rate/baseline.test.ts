import { describe, expect, it } from 'vitest';
import { EnginePlacer } from '../engine-adapter.ts';
import type { Placer } from '../placer.ts';
import { countFaults, verify } from '../verifier/verify.ts';
import {
  hostnameKey,
  type Workload,
  type WorkloadHost,
  type WorkloadVm,
  zoneKey,
} from '../workload/model.ts';
import { makeTenants } from '../workload/tenants.ts';
import { BaselinePlacer, type Fitness, fitnesses } from './baseline.ts';
import { replay } from './replay.ts';

const still = { limitMs: 1, now: () => 0, cpuMs: () => 0 };
const placers: [string, (workload: Workload) => Placer][] = [
  ...Object.entries(fitnesses).map(([name, fitness]): [string, (workload: Workload) => Placer] => [
    name,
    ({ hosts }) => new BaselinePlacer(hosts, fitness),
  ]),
  ['engine, Spread', ({ hosts, rules }) => new EnginePlacer(hosts, rules, 'Spread')],
  ['engine, Pack', ({ hosts, rules }) => new EnginePlacer(hosts, rules, 'Pack')],
];

describe.each(placers)('%s', (_, open) => {
  // More than go onto 130 hosts of which a few racks are in each zone: some have to be refused.
  const workload = makeTenants({ hosts: 130, creations: 5_000, replacements: 300 });
  const { outcomes } = replay(open(workload), workload.events, still);
  const of = (kind: string) => outcomes.filter((outcome) => outcome.kind === kind).length;

  it('breaks no rule, and refuses only what fits nowhere', () => {
    expect(countFaults(verify(workload, outcomes))).toEqual({});
    expect(of('placed')).toBeGreaterThan(3_000);
    expect(of('refused')).toBeGreaterThan(10);
  });

  it('decides the same again', () => {
    expect(replay(open(workload), workload.events, still).outcomes).toEqual(outcomes);
  });
});

const host = (name: string, cpu: number, memory: number): WorkloadHost => ({
  ...{ name, labels: { [hostnameKey]: name, [zoneKey]: 'a' }, limits: { cpu, memory } },
});
const vm = (name: string, cpu: number, memory: number): WorkloadVm => ({
  ...{ id: `shop/${name}`, namespace: 'shop', labels: { app: name }, requests: { cpu, memory } },
});

describe('of two hosts', () => {
  /** Where the second VM goes, when the first is on the small host or on the skewed one. */
  const second = (fitness: Fitness, hosts: WorkloadHost[], one: WorkloadVm) =>
    new BaselinePlacer(hosts, fitness).place(one);

  it('best fit takes the fuller, hybrid fit the one of which nothing is stranded', () => {
    // One is left with nothing of its CPU and 6 of 8 of memory, the other with half of both.
    const hosts = [host('skewed', 2, 8), host('even', 4, 4)];
    expect(second(fitnesses['best fit'], hosts, vm('one', 2, 2))).toBe('skewed');
    expect(second(fitnesses['hybrid fit'], hosts, vm('one', 2, 2))).toBe('even');
  });

  it('the room of what was removed is there again', () => {
    const placer = new BaselinePlacer([host('only', 4, 4)], fitnesses['best fit']);
    expect(placer.place(vm('one', 3, 3))).toBe('only');
    expect(placer.place(vm('two', 3, 3))).toBeUndefined();
    placer.remove('shop/one');
    expect(placer.place(vm('two', 3, 3))).toBe('only');
  });
});
