import { expect, it } from 'vitest';
import { SmallWorld, vm } from '../../testing/small-world.ts';

it.each([0, 1, 2, 10, 53, 54, 55, 200])(
  'a wish for spread takes half of the rest off for each of %i VMs',
  (excess) => {
    const world = new SmallWorld().host('empty').host('full', { limits: { cpu: 1000, memory: 2 ** 50 } });
    const topologySpread = [
      { topologyKey: 'hostname', maxSkew: 1, enforcement: { required: false as const, weight: 7 } },
    ];
    world.policy({ app: 'web' }, { topologySpread });
    const labels = { app: 'web' };
    for (let number = 0; number < excess; number++) world.placed(`web-${number}`, 'full', { labels });
    const request = { vm: vm('x', { labels }), pool: 'default', strategy: 'Spread' as const };
    const why = world.engine.why(request);
    const full = [why?.chosen, why?.runnerUp].find((one) => one?.host === 'full');
    expect(full?.points['spread'] ?? 0).toBe(0 - 7 * (1 - 0.5 ** excess));
  },
);
