import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../operator/kube/testing/seeded.ts';
import type { MoveProblem } from '../../../../operator/placement/moves/problem.ts';
import { clusterText, hostsIn } from './hbal.ts';
import { mixes } from './mixes.ts';
import { planned } from './planned.ts';
import { gib, skewedCluster } from './skewed.ts';
import { countFaults, memoryBalance } from './verify.ts';

/** Two hosts of 4 vCPUs and 8 GiB, the first with two VMs. */
const small: MoveProblem = {
  dimensions: 2,
  hosts: { count: 2, limits: Float64Array.of(4, 8 * gib, 4, 8 * gib), bandwidth: Float64Array.of(1e9, 1e9) },
  vms: {
    count: 2,
    requests: Float64Array.of(1, 4 * gib, 2, 2 * gib),
    host: Int32Array.of(0, 0),
    memoryBytes: Float64Array.of(4 * gib, 2 * gib),
    dirtyRate: Float64Array.of(0, 0),
  },
};

describe('the skewed cluster', () => {
  const problem = skewedCluster(20, mixes.first577, seeded(11));

  it('is the one that the goals are for', () => {
    expect(Math.abs(problem.vms.count - 577)).toBeLessThan(10);
    const { fullest, deviation } = memoryBalance(problem, problem.vms.host);
    expect(fullest).toBeCloseTo(0.955, 2);
    expect(deviation).toBeCloseTo(0.325, 2);
    const used = problem.vms.memoryBytes.reduce((sum, bytes) => sum + bytes, 0);
    expect(used / (20 * 512 * gib)).toBeCloseTo(0.6, 2);
  });

  it('is the same for the same seed', () => {
    expect(skewedCluster(20, mixes.first577, seeded(11))).toEqual(problem);
  });

  it('is brought to the aim without a fault', () => {
    const plan = planned(problem, { maxMoves: 60, fullest: 0.62 });
    expect(plan.fullest).toBeLessThanOrEqual(0.62);
    expect(plan.moves).toBeLessThanOrEqual(60);
    expect(plan.faults).toBe(0);
  });
});

describe('what hbal is told', () => {
  it('is each host with what is free of it, and each VM with its host', () => {
    const text = clusterText(small);
    expect(text).toContain('n0|8192|0|2048|1000000|1000000|64|M|uuid-1|1||N|0|0|1.0\n');
    expect(text).toContain('n1|8192|0|8192|1000000|1000000|64|N|uuid-1|1||N|0|0|1.0\n');
    expect(text).toContain('v0|4096|1|1|running|Y|n0||ext||1|-|N\n');
  });

  it('is read in the same form', () => {
    expect([...hostsIn(clusterText(small), 2)]).toEqual([0, 0]);
    expect([...hostsIn(clusterText(small).replace(/Y\|n0/g, 'Y|n1'), 2)]).toEqual([1, 1]);
    expect(() => hostsIn(clusterText(small), 3)).toThrow('v2 is not in');
  });
});

describe('a fault', () => {
  it('is none in a good plan', () => {
    expect(countFaults(small, [[{ vm: 0, from: 0, to: 1 }]], 1)).toBe(0);
  });

  it.each([
    ['a move from where the VM is not', [[{ vm: 0, from: 1, to: 0 }]], 2],
    ['one too many at once', [[0, 1].map((vm) => ({ vm, from: 0, to: 1 }))], 1],
  ])('is %s', (_what, waves, perHost) => {
    expect(countFaults(small, waves, perHost)).toBeGreaterThan(0);
  });

  it('is a host that has no room while VMs count on both hosts', () => {
    const full = { ...small, hosts: { ...small.hosts, limits: Float64Array.of(4, 8 * gib, 4, 5 * gib) } };
    const both = [0, 1].map((vm) => ({ vm, from: 0, to: 1 }));
    expect(countFaults(full, [both], 2)).toBeGreaterThan(0);
    expect(countFaults(full, [[{ vm: 0, from: 0, to: 1 }]], 2)).toBe(0);
  });
});
