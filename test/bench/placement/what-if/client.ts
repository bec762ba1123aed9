import type { PlacementEngine } from '../../../../operator/placement/engine/engine.ts';
import type { Answer, MoveStep } from '../../../../operator/placement/what-if/answer.ts';
import type { Question } from '../../../../operator/placement/what-if/question.ts';
import { whatIf } from '../../../../operator/placement/what-if/what-if.ts';
import { answer } from '../../answer.ts';
import { EnginePlacer, pool, vmState } from '../engine-adapter.ts';
import { replay } from '../rate/replay.ts';
import { verify } from '../verifier/verify.ts';
import { type Outcome, rackKey, type Workload, type WorkloadVm, zoneKey } from '../workload/model.ts';
import { makeTenants } from '../workload/tenants.ts';
import { roomFor } from './room.ts';

export interface WhatIfSpec {
  hosts: number;
  vms: number;
  /** Moves of the rebalance; where it is given, nothing else is asked. */
  maxMoves?: number;
}

/* Fills an engine with the VMs of tenants, asks it each question once, and verifies what it answers. */

const spec = JSON.parse(process.argv[2] ?? '{}') as WhatIfSpec;
const workload = makeTenants({ hosts: spec.hosts, creations: spec.vms });
const placer = new EnginePlacer(workload.hosts, workload.rules, 'Spread');
const { outcomes } = replay(placer, workload.events, { limitMs: 120_000, now: () => 0, cpuMs: () => 0 });
const { engine } = placer;

const shape = { cpu: 4, memory: 16 * 2 ** 30 };
const strategy = 'Spread';
const plain = { id: 'bench/more', namespace: 'bench', labels: {}, requests: shape };
/** One more of a group whose VMs keep off each other's hosts and are spread over the zones. */
const grouped = {
  ...plain,
  id: 'tenant-1/more',
  namespace: 'tenant-1',
  labels: { app: 'app-1', tenant: 'tenant-1' },
};
const request = (vm: WorkloadVm) => ({ vm: vmState(vm), pool, strategy }) as const;
const secondRack = { topologyKey: rackKey, domain: 'rack-2' };

const [firstHost] = workload.hosts;
const questions = {
  fit: [{ kind: 'fit', request: request(plain) }],
  fitGrouped: [{ kind: 'fit', request: request(grouped) }],
  loseRack: [{ kind: 'lose', hosts: secondRack }],
  loseZone: [{ kind: 'lose', hosts: { topologyKey: zoneKey, domain: 'zone-1' } }],
  chain: [
    { kind: 'add', count: 10, like: firstHost?.name ?? '' },
    { kind: 'lose', hosts: secondRack },
    { kind: 'fit', request: request(plain) },
  ],
  drainRack: [{ kind: 'drain', hosts: secondRack }],
  rebalance: [{ kind: 'rebalance', ...(spec.maxMoves === undefined ? {} : { maxMoves: spec.maxMoves }) }],
} as const satisfies Record<string, readonly Question[]>;

const seconds: Record<string, number> = {};
const answers: Record<string, readonly Answer[]> = {};
for (const [name, asked] of Object.entries(questions)) {
  if (spec.maxMoves !== undefined && name !== 'rebalance') continue;
  const begin = performance.now();
  answers[name] = whatIf(engine, { name: pool, strategy }, asked);
  seconds[name] = (performance.now() - begin) / 1e3;
}

const of = <K extends Answer['kind']>(name: keyof typeof questions, kind: K) => {
  const found = answers[name]?.find((one) => one.kind === kind);
  return found as Extract<Answer, { kind: K }>;
};

/** How many of the VMs broke a rule when they came to their place. */
function faultsOf(world: Workload, before: readonly Outcome[], later: readonly Outcome[]): number {
  const moved = new Set(later.flatMap((outcome) => (outcome.kind === 'placed' ? [outcome.vm.id] : [])));
  return verify(world, [...before, ...later]).filter(({ vm }) => moved.has(vm)).length;
}

const vmById = new Map(
  outcomes.flatMap((one) => (one.kind === 'placed' ? [[one.vm.id, one.vm] as const] : [])),
);
const vmOf = (id: string) => vmById.get(id) as WorkloadVm;

/** In the world that is left: the hosts that are lost are not even known to the verifier. */
function lostFaults(name: 'loseRack' | 'loseZone'): number {
  const { hosts: lost, placed } = of(name, 'lose');
  const isLeft = (host: string) => !lost.includes(host);
  const left = { ...workload, hosts: workload.hosts.filter((host) => isLeft(host.name)) };
  const before = outcomes.filter((one) => one.kind === 'placed' && isLeft(one.host));
  return faultsOf(
    left,
    before,
    placed.map(({ vm, host }): Outcome => ({ kind: 'placed', vm: vmOf(vm), host })),
  );
}

/** Each is judged as it is once it has moved. */
function moveFaults(waves: readonly (readonly MoveStep[])[]): number {
  return faultsOf(
    workload,
    outcomes,
    waves.flat().flatMap(({ vm, to }): Outcome[] => [
      { kind: 'deleted', id: vm },
      { kind: 'placed', vm: vmOf(vm), host: to },
    ]),
  );
}

/** The VMs that `fit` counted, in the order in which they were placed. */
function groupFaults(asked: WorkloadVm, all: Workload, world: PlacementEngine): number {
  const placed = world.trial(() => {
    world.fill(request(asked), 100_000);
    return world.placedVms(asked.namespace, { matchLabels: asked.labels });
  });
  const more = placed.filter(({ id }) => id.startsWith(asked.id));
  const number = ({ id }: { id: string }) => Number(id.slice(asked.id.length));
  const came = more.sort((a, b) => number(a) - number(b));
  const later = came.map(({ id, host }): Outcome => ({ kind: 'placed', vm: { ...asked, id }, host }));
  const ids = new Set(came.map(({ id }) => id));
  const end: Outcome = { kind: 'refused', vm: asked };
  const faults = verify(all, [...outcomes, ...later, end]);
  return faults.filter(({ vm }) => ids.has(vm) || vm === asked.id).length;
}

const rebalanced = () => {
  const { waves, balance } = of('rebalance', 'rebalance');
  const memory = balance.find(({ resource }) => resource === 'memory')?.fullest;
  return {
    ...{ rebalanceMoves: waves.flat().length, rebalanceFaults: moveFaults(waves) },
    ...{ fullestBefore: memory?.before ?? 0, fullestAfter: memory?.after ?? 0 },
  };
};

const others = () => ({
  fits: of('fit', 'fit').fits,
  room: roomFor(shape, workload.hosts, outcomes),
  groupFits: of('fitGrouped', 'fit').fits,
  rackVms: of('loseRack', 'lose').placed.length,
  rackHomeless: of('loseRack', 'lose').homeless.length,
  zoneVms: of('loseZone', 'lose').placed.length,
  zoneHomeless: of('loseZone', 'lose').homeless.length,
  drainMoves: of('drainRack', 'drain').waves.flat().length,
  drainStay: of('drainRack', 'drain').stay.length,
  faults:
    lostFaults('loseRack') +
    lostFaults('loseZone') +
    moveFaults(of('drainRack', 'drain').waves) +
    groupFaults(grouped, workload, engine),
});

answer({
  ...{ ...seconds, placed: vmById.size, ...rebalanced() },
  ...(spec.maxMoves === undefined ? others() : {}),
});
