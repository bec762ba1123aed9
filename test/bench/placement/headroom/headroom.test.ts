import { describe, expect, it } from 'vitest';
import { type PlannedVm, strandedBy } from './stranded.ts';

const hosts = ['a', 'b', 'c'].map((name) => ({ name, domain: name, limits: [4] }));
const vm = (id: string, host: string, size: number, ...targets: string[]): PlannedVm => ({
  ...{ id, host, sizes: [size], targets },
});
/** Each domain fails in turn. */
const stranded = (vms: readonly PlannedVm[], failures = 1) => {
  let draw = 0;
  const random = () => (draw++ % 3) / 3;
  return strandedBy(hosts, vms, { failures, tries: 3, random });
};

describe('VMs that are stranded', () => {
  it('are none where each has room at its target', () => {
    expect(stranded([vm('x', 'a', 2, 'b'), vm('y', 'b', 2, 'a')])).toBe(0);
  });

  it('are those whose target is full by then', () => {
    expect(stranded([vm('x', 'a', 2, 'c'), vm('y', 'a', 2, 'c'), vm('z', 'c', 1, 'b')])).toBe(1);
  });

  it('are those whose targets all fail with them', () => {
    expect(stranded([vm('x', 'a', 1, 'a')])).toBe(1);
  });

  it('are not those that no plan protects, who take up room all the same', () => {
    expect(stranded([vm('x', 'a', 2), vm('y', 'b', 3, 'a')])).toBe(1);
  });
});
