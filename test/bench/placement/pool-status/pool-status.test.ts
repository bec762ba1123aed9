import { expect, it } from 'vitest';
import { Contestant, nodeProgram } from '../../contestant.ts';
import type { PoolStatusSpec } from './client.ts';
import { poolStatusFigures } from './part.ts';

it('a small pool is summed up each time that VMs came', async () => {
  const spec: PoolStatusSpec = { hosts: 3, classes: 2, statuses: 2, vms: 2 };
  const command = nodeProgram(import.meta.dirname, 'client.ts', spec);
  const process = new Contestant('pool-status', command, new AbortController().signal);
  try {
    const times = await process.next(['p50Ms', 'p99Ms', 'maxMs', 'cpuP50Ms']);
    const [median, cpu, p99, longest] = poolStatusFigures(times, spec).map(({ value }) => value);
    expect(median).toBeGreaterThan(0);
    expect(cpu).toBeGreaterThanOrEqual(0); // the system counts it in coarse steps
    expect(p99).toBe(longest);
    expect(longest).toBeGreaterThanOrEqual(median ?? 0);
  } finally {
    await process.end();
  }
});
