import { beforeEach, describe, expect, it } from 'vitest';
import type { Decision, PlacementRequest } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { VmState } from '../model/vm.ts';
import { PlacementEngine } from './engine.ts';

const gib = 2 ** 30;
const zone = 'zone';
const hostname = 'hostname';
const db = { matchLabels: { app: 'db' } };
const required = { required: true } as const;

let engine: PlacementEngine;
let policies: Policy[];

beforeEach(() => {
  engine = new PlacementEngine();
  policies = [];
});

function host(name: string, state: Partial<HostState> & { cpu?: number; memory?: number } = {}): void {
  const { cpu = 16, memory = 64 * gib, ...rest } = state;
  engine.upsertHost({
    ...{ name, pool: 'default', limits: { cpu, memory }, available: { yes: true } },
    ...rest,
    labels: { [hostname]: name, ...state.labels },
  });
}

type VmParts = Partial<VmState> & { cpu?: number; memory?: number };

const vm = (name: string, { cpu = 1, memory = gib, ...state }: VmParts = {}): VmState => ({
  ...{ id: `shop/${name}`, namespace: 'shop', labels: {}, requests: { cpu, memory } },
  ...state,
});

function placed(name: string, on: string, state: VmParts = {}): void {
  engine.upsertVm({ ...vm(name, state), host: on });
}

const policy = (rules: Partial<Policy>): Policy => ({
  ...{ name: 'rules', namespace: 'shop', vmSelector: db },
  ...{ vmAntiAffinity: [], vmAffinity: [], topologySpread: [], hostAffinity: [] },
  ...rules,
});

/** A request in a world where these policies are all there are. */
function request(
  of: VmState,
  more: Partial<PlacementRequest> & { policies?: Policy[] } = {},
): PlacementRequest {
  const { policies: told = [], ...rest } = more;
  for (const { namespace, name } of policies) engine.removePolicy(namespace, name);
  policies = told;
  for (const one of policies) engine.upsertPolicy(one);
  return { vm: of, pool: 'default', strategy: 'Spread', ...rest };
}

const dbVm = (name: string) => vm(name, { labels: { app: 'db' } });
const place = (of: VmState, more?: Parameters<typeof request>[1]) => engine.place(request(of, more));
const hostIn = (decision: Decision) => (decision.kind === 'placed' ? decision.host : decision.message);

describe('resources', () => {
  it('refuse a host without room, and say how much the nearest one lacks', () => {
    host('a', { memory: 2 * gib });
    host('b', { memory: 3 * gib });
    placed('x', 'b');
    expect(hostIn(place(vm('new', { memory: 3.5 * gib })))).toBe(
      '0 of 2 hosts fit: 2 lack memory (nearest: a lacks 1.5Gi).',
    );
  });

  it('count CPUs as well as memory', () => {
    host('a', { cpu: 4 });
    placed('x', 'a', { cpu: 3 });
    expect(hostIn(place(vm('new', { cpu: 2 })))).toBe('0 of 1 host fits: 1 lacks CPUs (nearest: a lacks 1).');
    expect(hostIn(place(vm('new', { cpu: 1 })))).toBe('a');
  });

  it('round what is missing up, so that adding it is enough', () => {
    host('a', { memory: gib });
    expect(hostIn(place(vm('new', { memory: gib + 1 })))).toContain('lacks 1)');
    expect(hostIn(place(vm('new', { memory: 2 * gib + 1 })))).toContain('lacks 1.1Gi');
  });

  it('do not count a VM against itself', () => {
    host('a', { memory: gib });
    placed('x', 'a');
    expect(hostIn(place(vm('x')))).toBe('a');
  });

  it('are given back by a VM that is gone or moved', () => {
    host('a', { memory: gib });
    host('b', { memory: gib });
    placed('x', 'a');
    placed('y', 'b');
    placed('x', 'b');
    expect(engine.usage('a')).toEqual({ vms: 0, resources: {} });
    expect(engine.usage('b')).toEqual({ vms: 2, resources: { cpu: 2, memory: 2 * gib } });
    engine.removeVm('shop/x');
    expect(engine.usage('b')).toEqual({ vms: 1, resources: { cpu: 1, memory: gib } });
  });
});

describe('hosts', () => {
  it('that are not available are told by their reasons', () => {
    host('a', { available: { yes: false, reason: 'is cordoned' } });
    host('b', { available: { yes: false, reason: 'is cordoned' } });
    host('c', { available: { yes: false, reason: 'is not connected' } });
    expect(hostIn(place(vm('new')))).toBe('0 of 3 hosts fit: 2 are cordoned, 1 is not connected.');
  });

  it('of other pools are not looked at', () => {
    host('a', { pool: 'other' });
    expect(hostIn(place(vm('new')))).toBe('HostPool default has no hosts; see kubectl describe hp default.');
  });

  it('that are removed take no VMs, and what runs there counts again when they are back', () => {
    host('a', { memory: gib });
    placed('x', 'a');
    engine.removeHost('a');
    expect(place(vm('new')).kind).toBe('unplaced');
    host('a', { memory: gib });
    expect(hostIn(place(vm('new')))).toContain('lacks memory');
  });

  it('are chosen by the selector of the VM', () => {
    host('a');
    host('b', { labels: { disk: 'nvme' } });
    expect(hostIn(place(vm('new', { hostSelector: { matchLabels: { disk: 'nvme' } } })))).toBe('b');
    expect(hostIn(place(vm('new', { hostSelector: { matchLabels: { disk: 'tape' } } })))).toBe(
      '0 of 2 hosts fit: 2 do not match spec.placement.hostSelector.',
    );
  });

  it('are told in one message for many reasons, most frequent first', () => {
    for (const name of ['a', 'b', 'c']) host(name, { memory: gib / 2 });
    host('d', { available: { yes: false, reason: 'is cordoned' } });
    host('e');
    placed('web-1', 'e', { labels: { app: 'db' } });
    const apart = policy({ vmAntiAffinity: [{ topologyKey: hostname, enforcement: required }] });
    expect(hostIn(place(dbVm('new'), { policies: [apart] }))).toBe(
      '0 of 5 hosts fit: 3 lack memory (nearest: a lacks 512Mi), 1 breaks anti-affinity with shop/web-1, 1 is cordoned.',
    );
  });
});

describe('anti-affinity', () => {
  const apart = policy({ vmAntiAffinity: [{ topologyKey: zone, enforcement: required }] });

  beforeEach(() => {
    host('a1', { labels: { zone: 'a' } });
    host('a2', { labels: { zone: 'a' } });
    host('b1', { labels: { zone: 'b' } });
    placed('x', 'a1', { labels: { app: 'db' } });
  });

  it('keeps out of the whole domain', () => {
    expect(hostIn(place(dbVm('new'), { policies: [apart] }))).toBe('b1');
  });

  it('names the VMs in the way', () => {
    placed('y', 'b1', { labels: { app: 'db' } });
    expect(hostIn(place(dbVm('new'), { policies: [apart] }))).toBe(
      '0 of 3 hosts fit: 3 break anti-affinity with shop/x and shop/y.',
    );
  });

  it('is for the VMs that the policy selects only', () => {
    engine.upsertHost({ ...hostOf('a1'), labels: { zone: 'a' } });
    expect(place(vm('new'), { policies: [apart] }).kind).toBe('placed');
  });

  it('against other VMs holds both ways', () => {
    const aloof = policy({
      vmAntiAffinity: [
        { topologyKey: zone, enforcement: required, vmSelector: { matchLabels: { app: 'batch' } } },
      ],
    });
    const batch = vm('noise', { labels: { app: 'batch' } });
    expect(hostIn(place(batch, { policies: [aloof] }))).toBe('b1');
    placed('noise', 'b1', { labels: { app: 'batch' } });
    expect(hostIn(place(dbVm('new'), { policies: [aloof] }))).toMatch(/^a/);
  });

  it('refuses a host that lacks the label of the domain', () => {
    engine.removeHost('b1');
    host('c');
    expect(hostIn(place(dbVm('new'), { policies: [apart] }))).toContain(
      '1 lacks the label zone that policy rules goes by',
    );
  });

  it('lets a VM that others keep away from go to a host without the label', () => {
    const aloof = policy({
      vmAntiAffinity: [
        { topologyKey: zone, enforcement: required, vmSelector: { matchLabels: { app: 'batch' } } },
      ],
    });
    for (const name of ['a2', 'b1']) engine.removeHost(name);
    host('c');
    expect(hostIn(place(vm('noise', { labels: { app: 'batch' } }), { policies: [aloof] }))).toBe('c');
  });

  it('does not reach into other namespaces', () => {
    const other = { ...dbVm('new'), namespace: 'depot', id: 'depot/new' };
    const theirs = { ...apart, namespace: 'depot' };
    for (const name of ['a2', 'b1']) engine.removeHost(name);
    expect(hostIn(place(other, { policies: [theirs] }))).toBe('a1');
  });
});

const hostOf = (name: string): HostState => ({
  ...{ name, pool: 'default', limits: { cpu: 16, memory: 64 * gib }, available: { yes: true } },
  labels: {},
});

describe('affinity', () => {
  const together = policy({ vmAffinity: [{ topologyKey: zone, enforcement: required }] });

  beforeEach(() => {
    host('a1', { labels: { zone: 'a' } });
    host('b1', { labels: { zone: 'b' } });
  });

  it('lets the first VM go anywhere, and the others follow it', () => {
    expect(place(dbVm('first'), { policies: [together] }).kind).toBe('placed');
    placed('first', 'b1', { labels: { app: 'db' } });
    expect(hostIn(place(dbVm('second'), { policies: [together] }))).toBe('b1');
  });

  it('to VMs that are nowhere refuses every host', () => {
    const cache = policy({
      vmAffinity: [
        { topologyKey: zone, enforcement: required, vmSelector: { matchLabels: { app: 'cache' } } },
      ],
    });
    expect(hostIn(place(dbVm('new'), { policies: [cache] }))).toBe(
      '0 of 2 hosts fit: 2 have no VM that policy rules wants it to be with.',
    );
  });
});

describe('spread', () => {
  const even = policy({ topologySpread: [{ topologyKey: zone, maxSkew: 1, enforcement: required }] });

  it('fills domains evenly', () => {
    for (const name of ['a1', 'a2', 'a3']) host(name, { labels: { zone: 'a' } });
    host('b1', { labels: { zone: 'b' } });
    for (let i = 0; i < 6; i++) {
      const decision = place(dbVm(`vm-${i}`), { policies: [even] });
      if (decision.kind === 'placed') placed(`vm-${i}`, decision.host, { labels: { app: 'db' } });
    }
    expect(engine.usage('b1').vms).toBe(3);
  });

  it('does not wait for a domain whose hosts the VM may not use', () => {
    host('a1', { labels: { zone: 'a' } });
    host('b1', { labels: { zone: 'b' }, available: { yes: false, reason: 'is cordoned' } });
    placed('x', 'a1', { labels: { app: 'db' } });
    expect(hostIn(place(dbVm('new'), { policies: [even] }))).toBe('a1');
  });

  it('is refused where it would tip the balance', () => {
    host('a1', { labels: { zone: 'a' } });
    host('b1', { labels: { zone: 'b' }, memory: 1 });
    placed('x', 'a1', { labels: { app: 'db' } });
    expect(hostIn(place(dbVm('new'), { policies: [even] }))).toContain(
      '1 breaks the spread over zone of policy rules',
    );
  });
});

describe('host affinity', () => {
  const licensed = { matchLabels: { license: 'oracle' } };

  beforeEach(() => {
    host('a');
    host('b', { labels: { license: 'oracle' } });
    placed('x', 'b', { memory: 60 * gib });
  });

  it('that is required admits no other host', () => {
    const only = policy({ hostAffinity: [{ hostSelector: licensed, enforcement: required }] });
    expect(hostIn(place(dbVm('new'), { policies: [only] }))).toBe('b');
    expect(hostIn(place(vm('other'), { policies: [only] }))).toBe('a');
  });

  it('that is preferred wins by its weight over the emptier host', () => {
    const prefer = (weight: number) =>
      policy({ hostAffinity: [{ hostSelector: licensed, enforcement: { required: false, weight } }] });
    expect(hostIn(place(dbVm('new'), { policies: [prefer(100)] }))).toBe('b');
    expect(hostIn(place(dbVm('new'), { policies: [prefer(10)] }))).toBe('a');
  });
});

describe('the strategy', () => {
  beforeEach(() => {
    host('empty');
    host('half');
    placed('x', 'half', { memory: 32 * gib });
  });

  it('Spread takes the emptiest host, Pack the fullest that fits', () => {
    expect(hostIn(place(vm('new')))).toBe('empty');
    expect(hostIn(place(vm('new'), { strategy: 'Pack' }))).toBe('half');
    expect(hostIn(place(vm('new', { memory: 40 * gib }), { strategy: 'Pack' }))).toBe('empty');
  });

  it('of a policy overrides the one of the pool', () => {
    expect(hostIn(place(dbVm('new'), { policies: [policy({ strategy: 'Pack' })] }))).toBe('half');
    expect(hostIn(place(vm('new'), { policies: [policy({ strategy: 'Pack' })] }))).toBe('empty');
  });

  it('deals equal hosts out rather than preferring one', () => {
    engine = new PlacementEngine();
    for (const name of ['h1', 'h2', 'h3', 'h4']) host(name);
    const chosen = Array.from({ length: 40 }, (_, index) => hostIn(place(vm(`vm-${index}`))));
    const counts = ['h1', 'h2', 'h3', 'h4'].map((name) => chosen.filter((one) => one === name).length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(4);
  });
});

describe('check', () => {
  const apart = policy({ vmAntiAffinity: [{ topologyKey: hostname, enforcement: required }] });

  it('finds the rule that a placed VM breaks, without counting it twice', () => {
    host('a');
    placed('x', 'a', { labels: { app: 'db' } });
    expect(engine.check(request(dbVm('x'), { policies: [apart] }), 'a')).toBeUndefined();
    placed('y', 'a', { labels: { app: 'db' } });
    expect(engine.check(request(dbVm('x'), { policies: [apart] }), 'a')).toEqual({
      code: 'AntiAffinity',
      hosts: ['a'],
      text: 'breaks anti-affinity with shop/y',
    });
  });

  it('is about rules, not about room or cordons', () => {
    host('a', { memory: 1, available: { yes: false, reason: 'is cordoned' } });
    placed('x', 'a');
    expect(engine.check(request(vm('x')), 'a')).toBeUndefined();
  });

  it('does not blame the spread for a cordon', () => {
    const even = policy({ topologySpread: [{ topologyKey: zone, maxSkew: 1, enforcement: required }] });
    host('a', { labels: { zone: 'a' }, available: { yes: false, reason: 'is cordoned' } });
    for (const name of ['x', 'y', 'z']) placed(name, 'a', { labels: { app: 'db' } });
    expect(engine.check(request(dbVm('x'), { policies: [even] }), 'a')).toBeUndefined();
  });
});
