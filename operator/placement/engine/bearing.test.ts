import { expect, it } from 'vitest';
import { required, SmallWorld, vm } from '../testing/small-world.ts';

const apart = { vmAntiAffinity: [{ topologyKey: 'hostname', enforcement: required }] };
const web = (number: string) => vm('x', { labels: { app: 'web', number } });
const names = ({ engine }: SmallWorld) => engine.policiesFor(web('1')).map(({ name }) => name);

it('policies that bear on VMs are looked up once for all that they cannot tell apart', () => {
  const world = new SmallWorld();
  for (const name of ['one', 'two', 'three']) {
    world.policy({ app: 'web' }, { name, ...apart });
    expect(world.engine.policiesFor(web('1'))).toBe(world.engine.policiesFor(web('2')));
  }
});

it('policies that bear on VMs are those that there are, also in a trial and after it', () => {
  const world = new SmallWorld().policy({ app: 'web' }, { name: 'one', ...apart });
  expect(names(world)).toEqual(['one']);
  world.engine.trial(() => {
    world.policy({ number: '1' }, { name: 'two', ...apart });
    expect(names(world)).toEqual(['one', 'two']);
  });
  expect(names(world)).toEqual(['one']);
  world.engine.removePolicy('shop', 'one');
  expect(names(world)).toEqual([]);
});
