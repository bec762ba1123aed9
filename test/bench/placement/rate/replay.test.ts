import { describe, expect, it } from 'vitest';
import type { Placer } from '../placer.ts';
import type { WorkloadEvent, WorkloadVm } from '../workload/model.ts';
import { paceOf, replay } from './replay.ts';

const vm = (id: string): WorkloadVm => ({ id, namespace: 'shop', labels: {}, requests: {} });
const create = (id: string): WorkloadEvent => ({ kind: 'create', vm: vm(id) });

/** Each VM takes the milliseconds of its name; one that takes none is refused. */
function rig() {
  const removed: string[] = [];
  let atMs = 0;
  const placer: Placer = {
    place: ({ id }) => {
      atMs += Number(id);
      return id === '0' ? undefined : `host-${id}`;
    },
    remove: (id) => void removed.push(id),
  };
  /** Half of the time it works. */
  const clock = { now: () => atMs, cpuMs: () => atMs / 2 };
  return { placer, removed, clock };
}

describe('a replay', () => {
  const events: WorkloadEvent[] = [create('2'), { kind: 'delete', id: '2' }, create('0'), create('8')];

  it('tells what became of each event, and how long each decision took', () => {
    const { placer, removed, clock } = rig();
    const result = replay(placer, events, { limitMs: 100, ...clock });
    expect(result.outcomes).toEqual([
      { kind: 'placed', vm: vm('2'), host: 'host-2' },
      { kind: 'deleted', id: '2' },
      { kind: 'refused', vm: vm('0') },
      { kind: 'placed', vm: vm('8'), host: 'host-8' },
    ]);
    expect(removed).toEqual(['2']);
    expect(result).toMatchObject({ decisionMs: [2, 0, 8], seconds: 0.01, cpuSeconds: 0.005 });
  });

  it('ends before the next event when its time is up', () => {
    const { placer, clock } = rig();
    expect(replay(placer, [create('2'), create('3')], { limitMs: 1, ...clock }).outcomes).toHaveLength(1);
  });

  it('has a pace: decisions in a second, and how long they took', () => {
    const { placer, clock } = rig();
    expect(paceOf(replay(placer, events, { limitMs: 100, ...clock }))).toEqual({
      ...{ placements: 2, refusals: 1, rate: 300, rateOfCpu: 600, p50Ms: 2, p99Ms: 8, maxMs: 8 },
    });
  });
});
