import { expect, it } from 'vitest';
import { ChaosWorld } from './chaos-world.ts';
import type { Blow } from './journal.ts';
import type { Outcome } from './matrix.ts';
import { faults } from './oracles.ts';

const request = (what: string) => ({ what, where: 'any', applied: true });
const reference: Outcome = {
  picture: ['{\n "vm": "web-1",\n "runs": true\n}'],
  effects: ['create VirtualMachine web-1', 'h1 defines web-1', 'h1 starts web-1'],
  afterwards: [],
  doubles: [],
  requests: [request('patchStatus VirtualMachine web-1'), request('h1 define web-1')],
};
const blow: Blow = { at: 1, how: 'answer lost' };
const faultsOf = (change: Partial<Outcome>, scenario: { mayDoLess?: boolean } = {}) =>
  faults(reference, { ...reference, ...change }, blow, scenario);

it('a run like the undisturbed one has no faults, whatever it asked for after the blow', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ requests: [...reference.requests, request('h1 define web-1')] })).toEqual([]);
});

it.each<[string, Partial<Outcome>, string]>([
  ['another state', { picture: ['{\n "vm": "web-1",\n "runs": false\n}'] }, 'ends otherwise'],
  ['an object too many', { picture: [...reference.picture, '{}'] }, 'ends otherwise'],
  ['an object too few', { picture: [] }, 'ends otherwise'],
  ['a second start', { effects: [...reference.effects, 'h1 starts web-1'] }, 'also h1 starts web-1'],
  ['a missing define', { effects: reference.effects.toSpliced(1, 1) }, 'never h1 defines web-1'],
  ['a second copy', { doubles: ['web-1 on h1 and h2'] }, 'runs twice: web-1 on h1 and h2'],
  ['a request once all is quiet', { afterwards: ['apply Host h1'] }, 'is never quiet: apply Host h1'],
])('%s is a fault, told with the blow', (_what, change, told) => {
  const [fault, ...more] = faultsOf(change);
  expect(fault).toContain(told);
  expect(fault).toContain('answer lost, h1 define web-1 (1): ');
  expect(more).toEqual([]);
});

it('who may do less may not do more', () => {
  expect(faultsOf({ effects: reference.effects.slice(1) }, { mayDoLess: true })).toEqual([]);
  expect(faultsOf({ effects: [...reference.effects, 'h1 stops web-1'] }, { mayDoLess: true })).toHaveLength(
    1,
  );
});

it('runs that part before the blow prove nothing, and are no result', () => {
  expect(() => faultsOf({ requests: [request('h1 define web-1')] })).toThrow('part before request 1');
});

it('a second copy is seen however short it lives, and not that of a domain that has stopped elsewhere', () => {
  const world = new ChaosWorld();
  const uuid = '11111111-2222-4333-8444-555555555555';
  const [one, other] = ['h1', 'h2'].map((name) => {
    world.addMachine(name);
    return world.hypervisor.host(name).outside;
  });
  for (const host of [one, other]) host?.define(`<domain><name>db</name><uuid>${uuid}</uuid></domain>`);
  one?.start(uuid);
  one?.destroy(uuid);
  other?.start(uuid);
  expect([...world.doubles]).toEqual([]);
  one?.start(uuid);
  one?.destroy(uuid);
  expect([...world.doubles]).toEqual(['db on h1 and h2']);
});
