import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeSubnets } from './subnet.ts';

describe('freeSubnets', () => {
  it('offers every network between 192.168.150 and 192.168.249 once when nothing is used', () => {
    const offered = freeSubnets('lab', []);
    expect(new Set(offered).size).toBe(100);
    expect(offered).toContain('192.168.150');
    expect(offered).toContain('192.168.249');
  });

  it('starts at the same network for the same lab, and spreads labs', () => {
    expect(freeSubnets('a1b2', [])).toEqual(freeSubnets('a1b2', []));
    const first = new Set(['la', 'lb', 'lc', 'ld'].map((name) => freeSubnets(name, [])[0]));
    expect(first.size).toBe(4);
  });

  it.each([
    ['an address in it', '192.168.160.7'],
    ['a route to it', '192.168.160.0/24'],
    ['a route to a part of it', '192.168.160.128/25'],
  ])('leaves out a network that has %s', (_, prefix) => {
    const offered = freeSubnets('lab', [prefix]);
    expect(offered).not.toContain('192.168.160');
    expect(offered).toHaveLength(99);
  });

  it('leaves out all that a wider route covers', () => {
    expect(freeSubnets('lab', ['192.168.160.0/20'])).toHaveLength(84);
    expect(freeSubnets('lab', ['192.168.0.0/16'])).toEqual([]);
  });

  it('does not mind the default route, other networks and addresses above 2^31', () => {
    expect(freeSubnets('lab', ['default', '10.0.0.0/8', '203.0.113.255', '255.255.255.255'])).toHaveLength(
      100,
    );
  });

  it('never offers the network of a used address', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 255 }),
        (name, x, y) => {
          expect(freeSubnets(name, [`192.168.${x}.${y}`])).not.toContain(`192.168.${x}`);
        },
      ),
    );
  });
});
