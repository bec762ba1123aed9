import { describe, expect, it } from 'vitest';
import { kinds } from './kinds.ts';
import { hostReasons } from './reasons/host.ts';
import { hostPoolReasons } from './reasons/hostpool.ts';
import { placementPolicyReasons } from './reasons/placementpolicy.ts';
import { virtualMachineReasons } from './reasons/virtualmachine.ts';
import { reasons } from './reasons.ts';

const tables = [virtualMachineReasons, hostReasons, hostPoolReasons, placementPolicyReasons];

describe('the table of reasons', () => {
  it('has each word once', () => {
    const words = ['AsExpected', ...tables.flatMap((table) => Object.keys(table))];
    expect(words.sort()).toEqual(Object.keys(reasons).sort());
  });

  it.each(Object.entries(reasons))('%s is a word that conditions and Events take', (word, entry) => {
    expect(word).toMatch(/^[A-Z][A-Za-z]{1,127}$/);
    expect(entry.meaning).toMatch(/^\S.*\.$/);
    expect(entry.remedy).toMatch(/^[A-Z].*\.$/);
    expect(entry.conditions.length).toBeGreaterThan(0);
  });

  it('gives every condition of every kind a reason', () => {
    const seen = new Set<string>(Object.values(reasons).flatMap(({ conditions }) => conditions));
    const all = kinds.flatMap(({ type, conditions }) => conditions.map((name) => `${type.kind}.${name}`));
    expect(all.filter((place) => !seen.has(place))).toEqual([]);
  });
});
