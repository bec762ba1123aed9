import { expect, it } from 'vitest';
import { policy, required, SmallWorld, vm } from '../../placement/testing/small-world.ts';
import { conflictOf } from './conflicts.ts';

it('whether policies leave a VM no host is worked out once for all VMs that they cannot tell apart', () => {
  const { engine } = new SmallWorld();
  let reads = 0;
  for (let index = 0; index < 10; index++) {
    const vmAntiAffinity = [{ topologyKey: 'zone', enforcement: required }];
    const one = policy({ app: 'web' }, { name: `p${index}`, vmAntiAffinity });
    const gang = () => {
      reads += 1;
      return undefined;
    };
    engine.upsertPolicy(Object.defineProperty(one, 'gang', { get: gang }));
  }
  const pools = { engine, line: { kindsIn: () => [] } } as never;
  const conflictOfOne = (name: string) => conflictOf(pools, vm(name, { labels: { app: 'web', name } }));
  expect(conflictOfOne('a')).toBeUndefined();
  const before = reads;
  for (const name of ['b', 'c']) expect(conflictOfOne(name)).toBeUndefined();
  expect(reads).toBe(before);
  const near = [{ topologyKey: 'zone', enforcement: required }];
  engine.upsertPolicy(policy({ app: 'web' }, { name: 'near', vmAffinity: near }));
  expect(conflictOfOne('a')).toContain('contradict each other');
});
