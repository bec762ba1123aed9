import { describe, expect, it } from 'vitest';
import { policy, SmallWorld, vm } from '../testing/small-world.ts';

const db = { app: 'db' };

describe('how important a VM is', () => {
  it('says itself, even if policies say more', () => {
    const { engine } = new SmallWorld().policy(db, { priority: 7 });
    expect(engine.priorityOf(vm('a', { labels: db, priority: -1 }))).toBe(-1);
    expect(engine.priorityOf(vm('a', { labels: db, priority: 0 }))).toBe(0);
  });

  it('is else the highest of its policies that have one, and 0 without', () => {
    const { engine } = new SmallWorld()
      .policy(db, { name: 'low', priority: -9 })
      .policy(db, { name: 'none' });
    expect(engine.priorityOf(vm('a', { labels: db }))).toBe(-9);
    expect(engine.priorityOf(vm('a'))).toBe(0);
    expect(engine.priorityOf(vm('a', { labels: db, namespace: 'other' }))).toBe(0);
    engine.trial(() => {
      engine.upsertPolicy({ ...policy(db, {}), name: 'high', priority: 3 });
      expect(engine.priorityOf(vm('a', { labels: db }))).toBe(3);
    });
    engine.removePolicy('shop', 'low');
    expect(engine.priorityOf(vm('a', { labels: db }))).toBe(0);
  });
});
