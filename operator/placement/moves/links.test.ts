import { describe, expect, it } from 'vitest';
import { defaultCopySettings } from './copy.ts';
import { Links } from './links.ts';
import { smallProblem } from './testing/problems.ts';

const base = smallProblem(
  [[100], [100], [100]],
  [
    { on: 0, asks: [40] },
    { on: 0, asks: [40], dirtyRate: 4 },
  ],
);
// Two hosts in one rack, the third in another; 10 bytes a second each, 4 over either uplink.
const problem = {
  ...base,
  hosts: { ...base.hosts, uplink: Int32Array.of(0, 0, 1) },
  uplinks: Float64Array.of(4, 400),
};
const links = new Links(
  problem,
  { perHost: 2, perUplink: 4, total: 10 },
  { ...defaultCopySettings, fixedSeconds: 0 },
);

describe('a migration', () => {
  it('has its share of the hosts’ links within a rack', () => {
    expect(links.copyCost(0, 0, 1)?.seconds).toBe(40 / 5);
  });

  it('has its share of the slower uplink between racks', () => {
    expect(links.copyCost(0, 0, 2)?.seconds).toBe(40 / 1);
  });

  it('is not made where the guest dirties faster than its share of the way', () => {
    expect(links.copyCost(1, 0, 1)).toBeDefined();
    expect(links.copyCost(1, 0, 2)).toBeUndefined();
  });

  it('costs at least what it does on the best way', () => {
    expect(links.leastCost(0)).toEqual(links.copyCost(0, 0, 1));
  });
});
