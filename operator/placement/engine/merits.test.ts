import { describe, expect, it } from 'vitest';
import { meritsSentence } from '../explain/merits.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { gib, required, SmallWorld, type VmParts, vm } from '../testing/small-world.ts';

const web = { app: 'web' };

function told(world: SmallWorld, name: string, parts: VmParts = {}, host?: string): string | undefined {
  const request = requestFor(name, parts);
  const on = host ?? world.engine.find(request)?.host ?? '';
  const merits = world.engine.merits(request, on);
  return merits && meritsSentence(merits);
}

function requestFor(name: string, parts: VmParts, strategy: PlacementRequest['strategy'] = 'Spread') {
  return { vm: vm(name, parts), pool: 'default', strategy };
}

describe('why a VM goes to its host, in one sentence', () => {
  it('is the rule that left others out, and the load', () => {
    const world = new SmallWorld().host('a').host('b').host('c').host('d').placed('y', 'b', { cpu: 8 });
    const vmAntiAffinity = [{ topologyKey: 'hostname', enforcement: required }];
    world.policy(web, { name: 'web', vmAntiAffinity });
    world.placed('web-2', 'a', { labels: web }).placed('z', 'c', { cpu: 12 });
    expect(told(world, 'web-1', { labels: web, cpu: 2 })).toBe(
      'Best of 3 hosts that fit, of 4: apart from shop/web-2 by policy web; emptier than most (13 % of its CPUs then).',
    );
    for (const name of ['web-3', 'web-4', 'web-5']) world.placed(name, 'a', { labels: web });
    expect(told(world, 'web-1', { labels: web })).toContain('apart from 4 VMs by policy web');
  });

  it('is told of an only host, of equal ones, and of one that is not the best', () => {
    const world = new SmallWorld().host('a');
    expect(told(world, 'x')).toBe('The only host that fits.');
    world.host('b', { available: { yes: false, reason: 'is cordoned' } });
    expect(told(world, 'x')).toBe('The only host that fits, of 2.');
    world.host('b');
    expect(told(world, 'x')).toBe('Best of 2 hosts that fit: as good as any.');
    world.placed('y', 'b', { cpu: 8 });
    expect(told(world, 'x', {}, 'b')).toBe('One of 2 hosts that fit.');
    expect(told(world, 'x', { memory: 65 * gib }, 'b')).toBeUndefined();
    expect(told(world, 'x', {}, 'ghost')).toBeUndefined();
  });

  it('is of a fuller host where VMs are packed', () => {
    const world = new SmallWorld()
      .host('a')
      .host('b')
      .host('c')
      .placed('y', 'b', { cpu: 8, memory: 32 * gib });
    const merits = world.engine.merits(requestFor('x', {}, 'Pack'), 'b');
    expect(merits && meritsSentence(merits)).toBe(
      'Best of 3 hosts that fit: fuller than most (56 % of its CPUs then).',
    );
  });

  it.each<[string, (world: SmallWorld) => void, VmParts]>([
    [
      'where spec.placement.hostSelector wants it',
      () => {},
      { hostSelector: { matchLabels: { zone: 'x' } } },
    ],
    [
      'where spec.placement.hostAffinity wants it',
      () => {},
      { hostAffinity: { required: [{ matchLabels: { zone: 'x' } }] } },
    ],
    [
      'where hostAffinity of policy p wants it',
      (world) =>
        world.policy(web, {
          name: 'p',
          hostAffinity: [{ hostSelector: { matchLabels: { zone: 'x' } }, enforcement: required }],
        }),
      {},
    ],
    [
      'with shop/y by policy p',
      (world) =>
        world.policy(web, {
          name: 'p',
          vmAffinity: [
            { topologyKey: 'zone', vmSelector: { matchLabels: { app: 'y' } }, enforcement: required },
          ],
        }),
      {},
    ],
    [
      'spread over zone by policy p',
      (world) =>
        world.placed('z', 'c', { labels: web }).policy(web, {
          name: 'p',
          topologySpread: [{ topologyKey: 'zone', maxSkew: 1, enforcement: required }],
        }),
      {},
    ],
    [
      'within the domainLimits of policy p',
      (world) =>
        world
          .placed('z', 'a', { labels: web })
          .policy(web, { name: 'p', domainLimits: [{ topologyKey: 'zone', maxDomains: 1 }] }),
      {},
    ],
    [
      'off hosts of VMs that are not of policy shop/p',
      (world) => world.policy(web, { name: 'p', exclusive: true }),
      {},
    ],
    [
      'off hosts that are kept for others',
      (world) => world.policy({ app: 'y' }, { name: 'p', exclusive: true }),
      {},
    ],
  ])('tells of rules that left hosts out: %s', (rule, prepare, parts) => {
    const world = new SmallWorld().host('a', { labels: { zone: 'x' } }).host('b', { labels: { zone: 'x' } });
    world.host('c', { labels: { zone: 'y' } }).placed('y', 'a', { labels: { app: 'y' } });
    prepare(world);
    expect(told(world, 'x', { labels: web, ...parts })).toContain(`: ${rule}`);
  });

  it('names whose wish it is that was granted, and says nothing of what decided nothing', () => {
    const world = new SmallWorld()
      .host('a')
      .host('b', { labels: { disk: 'ssd' } })
      .host('c');
    const disk = { matchLabels: { disk: 'ssd' } };
    world.policy(web, {
      name: 'fast',
      hostAffinity: [{ hostSelector: disk, enforcement: { required: false, weight: 40 } }],
      topologySpread: [{ topologyKey: 'disk', maxSkew: 1, enforcement: { required: false, weight: 40 } }],
    });
    expect(told(world, 'x', { labels: web })).toBe(
      'Best of 3 hosts that fit: by its labels, as policy fast prefers.',
    );
    const own = { hostAffinity: { preferred: [{ selector: disk, weight: 10 }] } };
    expect(told(world, 'x', own)).toBe('Best of 3 hosts that fit: by its labels, as spec.placement prefers.');
  });

  it('tells at most three advantages, the largest first', () => {
    const soft = [{ key: 'old', effect: 'PreferNoSchedule' as const }];
    const world = new SmallWorld().host('a').host('b', { taints: soft, limits: { 'named/gpu': 1 } });
    world.placed('y', 'b', { cpu: 12 });
    world.engine.hint('b', { contention: 1 });
    expect(told(world, 'x')).toBe(
      'Best of 2 hosts that fit: emptier than most (6 % of its CPUs then); VMs there hinder each other less; no soft taint.',
    );
  });

  it('leaves the host that is chosen as it is, and counts the hosts that are better', () => {
    const world = new SmallWorld();
    for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      world.host(name).placed(`on-${name}`, name, { cpu: index + 1 });
    }
    const request = requestFor('x', {});
    const ranked = world.engine.ranked(request, 5);
    expect(ranked.map((name) => world.engine.merits(request, name)?.better)).toEqual([0, 1, 2, 3, 4]);
    expect(world.engine.ranked(request, 5)).toEqual(ranked);
  });
});
