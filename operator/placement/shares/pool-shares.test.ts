import { describe, expect, it } from 'vitest';
import { PoolShares } from './pool-shares.ts';
import type { Share } from './share.ts';

const share = (name: string, more: Partial<Share> = {}): Share => ({
  ...{ name, namespaces: [name], reservation: {}, limit: {} },
  ...more,
});
const vm = (namespace: string, id: string, cpu: number) => ({ id, namespace, requests: { cpu } });

/** A pool of hosts of 10 CPUs each. */
function poolOf(hosts: readonly string[], shares: readonly Share[]): PoolShares {
  const pool = new PoolShares(shares);
  for (const name of hosts) pool.upsertHost({ name, limits: { cpu: 10 }, takesVms: true });
  return pool;
}

describe('VMs of a pool with shares', () => {
  it('count for the share that has their namespace, and for those above it', () => {
    const pool = poolOf(
      ['h1'],
      [
        share('company', { limit: { cpu: 5 } }),
        share('web', { parentName: 'company', namespaces: ['a', 'b'] }),
      ],
    );
    pool.upsertVm({ ...vm('a', '1', 2), host: 'h1' });
    pool.upsertVm({ ...vm('b', '2', 2), host: 'h1' });
    pool.upsertVm({ ...vm('elsewhere', '3', 4), host: 'h1' });
    expect(pool.report()).toMatchObject([
      { name: 'company', vms: 2, used: { cpu: 4 }, available: { cpu: 1 } },
      { name: 'web', vms: 2, used: { cpu: 4 }, available: { cpu: 1 } },
    ]);
    expect(pool.refusal([vm('a', '4', 2)])).toEqual({
      ...{ vm: '4', of: 'web', share: 'company', resource: 'cpu', missing: 1, limit: 5, used: 4, kept: 0 },
      holders: [{ kind: 'share', name: 'web', used: 4, kept: 0 }],
    });
    pool.removeVm('1');
    expect(pool.refusal([vm('a', '4', 2)])).toBeUndefined();
  });

  it('have memory in huge pages as any other memory', () => {
    const pool = new PoolShares([
      share('a', { limit: { memory: 6 } }),
      share('b', { reservation: { memory: 3 } }),
    ]);
    const limits = { cpu: 10, memory: 2, 'hugepages-2Mi': 4, 'hugepages-1Gi': 4 };
    pool.upsertHost({ name: 'h1', limits, takesVms: true });
    const asking = (id: string, amount: number) => ({
      ...{ id, namespace: 'a', requests: { cpu: 1, memory: 0, 'hugepages-2Mi': amount } },
    });
    pool.upsertVm({ ...asking('1', 4), host: 'h1' });
    expect(pool.report()).toMatchObject([
      { used: { memory: 4 }, available: { memory: 2 } },
      { kept: { memory: 3 }, available: { memory: 6 } },
    ]);
    expect(pool.refusal([asking('2', 3)])).toMatchObject({ resource: 'memory', missing: 1, limit: 6 });
    expect(pool.refusal([asking('2', 2)])).toBeUndefined();
  });

  it('are asked about together', () => {
    const pool = poolOf(['h1'], [share('web', { limit: { cpu: 5 } })]);
    expect(pool.refusal([vm('web', '1', 3)])).toBeUndefined();
    expect(pool.refusal([vm('web', '1', 3), vm('web', '2', 3)])).toMatchObject({ vm: '2', missing: 1 });
    expect(pool.report()[0]).toMatchObject({ vms: 0, used: { cpu: 0 } });
  });

  it('make room for each other when they leave, and are not in their own way', () => {
    const pool = poolOf(['h1'], [share('web', { limit: { cpu: 5 } })]);
    pool.upsertVm({ ...vm('web', '1', 3), host: 'h1' });
    expect(pool.refusal([vm('web', '2', 3)])).toMatchObject({ missing: 1 });
    expect(pool.refusal([vm('web', '2', 3)], ['1'])).toBeUndefined();
    expect(pool.refusal([vm('web', '1', 5)])).toBeUndefined();
    expect(pool.report()[0]).toMatchObject({ vms: 1, used: { cpu: 3 } });
  });

  it('of no share have what nothing is kept for', () => {
    const pool = poolOf(['h1', 'h2'], [share('gold', { reservation: { cpu: 6 } }), share('tin')]);
    pool.upsertVm({ ...vm('gold', '1', 1), host: 'h1' });
    expect(pool.refusal([vm('other', '2', 14)])).toBeUndefined();
    expect(pool.refusal([vm('other', '2', 15)])).toMatchObject({
      ...{ of: undefined, share: undefined, missing: 1, holders: [{ name: 'gold', used: 1, kept: 5 }] },
    });
  });

  it('count by halves where they do, and exactly', () => {
    const pool = poolOf(['h1'], [share('web', { limit: { cpu: 1 } })]);
    for (const id of ['1', '2', '3']) pool.upsertVm({ ...vm('web', id, 0.1), host: 'h1' });
    for (const id of ['1', '2', '3']) pool.removeVm(id);
    expect(pool.report()[0]?.used.cpu).toBe(0);
  });
});

describe('what there is to share', () => {
  it('is what VMs have, and what is free on hosts that take VMs', () => {
    const pool = poolOf(['h1', 'h2'], [share('gold', { reservation: { cpu: 12 } })]);
    const mine = vm('other', '1', 4);
    pool.upsertVm({ ...mine, host: 'h1' });
    expect(pool.overdrawn.cpu).toBe(0);
    pool.upsertHost({ name: 'h1', limits: { cpu: 10 }, takesVms: false });
    expect(pool.overdrawn.cpu).toBe(2);
    pool.upsertVm({ ...mine, host: 'h2' });
    expect(pool.overdrawn.cpu).toBe(6);
    pool.removeHost('h2');
    expect(pool.overdrawn.cpu).toBe(12);
  });

  it('is not less on other hosts for one that carries more than it may', () => {
    const pool = poolOf(['h1', 'h2'], [share('gold', { reservation: { cpu: 10 } })]);
    pool.upsertVm({ ...vm('other', '1', 15), host: 'h1' });
    expect(pool.overdrawn.cpu).toBe(0);
  });

  it('counts a VM before its host is told', () => {
    const pool = new PoolShares([share('gold', { reservation: { cpu: 10 } })]);
    pool.upsertVm({ ...vm('gold', '1', 4), host: 'h1' });
    expect(pool.overdrawn.cpu).toBe(6);
    pool.upsertHost({ name: 'h1', limits: { cpu: 10 }, takesVms: true });
    expect(pool.overdrawn.cpu).toBe(0);
  });
});
