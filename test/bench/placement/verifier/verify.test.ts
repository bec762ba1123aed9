import { describe, expect, it } from 'vitest';
import {
  hostnameKey,
  type Outcome,
  type WorkloadHost,
  type WorkloadRule,
  type WorkloadVm,
  zoneKey,
} from '../workload/model.ts';
import { countFaults, verify } from './verify.ts';

const host = (name: string, zone: string, more: Partial<WorkloadHost> = {}): WorkloadHost => ({
  ...{ name, labels: { [hostnameKey]: name, [zoneKey]: zone, disk: 'ssd' } },
  limits: { cpu: 8, memory: 16, gpu: 1 },
  ...more,
});
const vm = (name: string, more: Partial<WorkloadVm> = {}): WorkloadVm => ({
  ...{ id: `shop/${name}`, namespace: 'shop', labels: { app: 'web' }, requests: { cpu: 1, memory: 1 } },
  ...more,
});
const rule = (more: Partial<WorkloadRule>): WorkloadRule => ({
  ...{ name: 'web', namespace: 'shop', selects: { app: 'web' }, ...more },
});
const placed = (one: WorkloadVm, where: string): Outcome => ({ kind: 'placed', vm: one, host: where });
const refused = (one: WorkloadVm): Outcome => ({ kind: 'refused', vm: one });
const deleted = (one: WorkloadVm): Outcome => ({ kind: 'deleted', id: one.id });

/** Two zones of two hosts. */
const hosts = [host('a1', 'a'), host('a2', 'a'), host('b1', 'b'), host('b2', 'b')];
const [one, two, three] = [vm('one'), vm('two'), vm('three')];
const cache = vm('cache', { labels: { app: 'cache' } });

/** The names of the rules that were broken, with how often. */
const found = (outcomes: Outcome[], rules: WorkloadRule[] = [], more: object = {}) =>
  countFaults(verify({ hosts, rules, ...more }, outcomes));

describe('the verifier finds', () => {
  it('nothing where nothing is wrong', () => {
    const rules = [
      rule({ antiAffinity: [{ topologyKey: hostnameKey }], spread: [{ topologyKey: zoneKey, maxSkew: 1 }] }),
    ];
    const outcomes = [placed(one, 'a1'), placed(two, 'b1'), deleted(one), placed(one, 'a2')];
    expect(found(outcomes, rules)).toEqual({});
  });

  it('a host that is not there, and a VM that was placed before', () => {
    expect(found([placed(one, 'c1')])).toEqual({ known: 1 });
    expect(found([placed(one, 'a1'), placed(one, 'b1')])).toEqual({ known: 1 });
    expect(found([placed(one, 'a1'), deleted(one), placed(one, 'b1')])).toEqual({});
  });

  it.each(['cpu', 'memory', 'gpu', 'fpga'])('a lack of %s, by what was there before', (dimension) => {
    const half = vm('half', {
      requests: { [dimension]: { cpu: 5, memory: 9, gpu: 1, fpga: 1 }[dimension] ?? 0 },
    });
    const other = { ...half, id: 'shop/other' };
    const faults = found([placed(half, 'a1'), placed(other, 'a1')]);
    expect(faults).toEqual({ capacity: dimension === 'fpga' ? 2 : 1 });
    if (dimension !== 'fpga')
      expect(found([placed(half, 'a1'), deleted(half), placed(other, 'a1')])).toEqual({});
  });

  it('no lack on a host whose VM is elsewhere now', () => {
    const half = (name: string) => vm(name, { requests: { cpu: 5 } });
    const moved = [placed(half('one'), 'a1'), deleted(half('one')), placed(half('one'), 'b1')];
    expect(found([...moved, placed(half('two'), 'a1')])).toEqual({});
    expect(found([...moved, placed(half('two'), 'b1')])).toEqual({ capacity: 1 });
  });

  it('a VM on a host without the labels it asks for', () => {
    expect(found([placed(vm('fast', { hostLabels: { disk: 'nvme' } }), 'a1')])).toEqual({ selector: 1 });
    expect(found([placed(vm('slow', { hostLabels: { disk: 'ssd', [zoneKey]: 'a' } }), 'a1')])).toEqual({});
  });

  it('a taint that the VM does not tolerate', () => {
    const taints = [{ key: 'dedicated', value: 'db' }];
    const world = { hosts: [host('a1', 'a', { taints })] };
    expect(found([placed(one, 'a1')], [], world)).toEqual({ taint: 1 });
    expect(found([placed(vm('db', { tolerations: taints }), 'a1')], [], world)).toEqual({});
    const other = [{ key: 'dedicated', value: 'web' }];
    expect(found([placed(vm('db', { tolerations: other }), 'a1')], [], world)).toEqual({ taint: 1 });
  });

  it.each(['antiAffinity', 'affinity', 'spread', 'domainLimits'])(
    'a host without the label that %s goes by',
    (kind) => {
      const rules = [rule({ [kind]: [{ topologyKey: 'row', maxSkew: 1, maxDomains: 1 }] })];
      expect(found([placed(one, 'a1')], rules)).toMatchObject({ topology: 1 });
    },
  );

  it('two together that a rule keeps apart, over whatever key', () => {
    const apart = (topologyKey: string) => [rule({ antiAffinity: [{ topologyKey }] })];
    expect(found([placed(one, 'a1'), placed(two, 'a1')], apart(hostnameKey))).toEqual({ 'anti-affinity': 1 });
    expect(found([placed(one, 'a1'), placed(two, 'a2')], apart(hostnameKey))).toEqual({});
    expect(found([placed(one, 'a1'), placed(two, 'a2')], apart(zoneKey))).toEqual({ 'anti-affinity': 1 });
    expect(found([placed(one, 'a1'), deleted(one), placed(two, 'a1')], apart(hostnameKey))).toEqual({});
  });

  it('one that comes to those who keep away from it, as well as one who comes to whom he keeps away from', () => {
    const rules = [rule({ antiAffinity: [{ topologyKey: hostnameKey, others: { app: 'cache' } }] })];
    expect(found([placed(one, 'a1'), placed(cache, 'a1')], rules)).toEqual({ 'anti-affinity': 1 });
    expect(found([placed(cache, 'a1'), placed(one, 'a1')], rules)).toEqual({ 'anti-affinity': 1 });
    const abroad = { ...cache, id: 'other/cache', namespace: 'other' };
    expect(found([placed(abroad, 'a1'), placed(one, 'a1'), placed(two, 'a1')], rules)).toEqual({});
  });

  it('one that is without those it is to be with, but not the first of them', () => {
    const together = [rule({ affinity: [{ topologyKey: zoneKey }] })];
    expect(found([placed(one, 'a1'), placed(two, 'a2')], together)).toEqual({});
    expect(found([placed(one, 'a1'), placed(two, 'b1')], together)).toEqual({ affinity: 1 });
    const withCache = [rule({ affinity: [{ topologyKey: zoneKey, others: { app: 'cache' } }] })];
    expect(found([placed(one, 'a1')], withCache)).toEqual({ affinity: 1 });
    expect(found([placed(cache, 'a2'), placed(one, 'a1')], withCache)).toEqual({});
  });

  it('a skew as it was at the time, however it was mended later', () => {
    const rules = [rule({ spread: [{ topologyKey: zoneKey, maxSkew: 1 }] })];
    const skewed = [placed(one, 'a1'), placed(two, 'a2'), placed(three, 'b1')];
    expect(found(skewed, rules)).toEqual({ spread: 1 });
    expect(found([placed(one, 'a1'), placed(three, 'b1'), placed(two, 'a2')], rules)).toEqual({});
    expect(found(skewed, [rule({ spread: [{ topologyKey: zoneKey, maxSkew: 2 }] })])).toEqual({});
  });

  it('a skew beyond those domains only that the VM could go to', () => {
    const rules = [rule({ spread: [{ topologyKey: zoneKey, maxSkew: 1 }] })];
    const only = (name: string) => vm(name, { hostLabels: { [zoneKey]: 'a' } });
    expect(found([placed(only('one'), 'a1'), placed(only('two'), 'a2')], rules)).toEqual({});
    const taints = [{ key: 'dedicated', value: 'db' }];
    const world = { hosts: [...hosts.slice(0, 2), host('b1', 'b', { taints })] };
    expect(found([placed(one, 'a1'), placed(two, 'a2')], rules, world)).toEqual({});
  });

  it('a stranger on hosts that a rule has for its VMs alone, and one of them with strangers', () => {
    const rules = [rule({ exclusive: true })];
    const stranger = { ...cache, id: 'other/cache', namespace: 'other' };
    expect(found([placed(one, 'a1'), placed(two, 'a1'), placed(cache, 'a2')], rules)).toEqual({});
    expect(found([placed(one, 'a1'), placed(stranger, 'a1')], rules)).toEqual({ exclusive: 1 });
    expect(found([placed(stranger, 'a1'), placed(one, 'a1')], rules)).toEqual({ exclusive: 1 });
    expect(found([placed(one, 'a1'), deleted(one), placed(stranger, 'a1')], rules)).toEqual({});
  });

  it('VMs in more domains than their rule may use', () => {
    const rules = [rule({ domainLimits: [{ topologyKey: hostnameKey, maxDomains: 2 }] })];
    const used = [placed(one, 'a1'), placed(two, 'a2')];
    expect(found([...used, placed(three, 'a2')], rules)).toEqual({});
    expect(found([...used, placed(three, 'b1')], rules)).toEqual({ 'domain-limit': 1 });
    expect(found([...used, deleted(one), placed(three, 'b1')], rules)).toEqual({});
    expect(found([...used, placed(cache, 'b1')], rules)).toEqual({});
  });

  it('a gang that is placed in part', () => {
    const [left, right] = [vm('left', { gang: 'pair' }), vm('right', { gang: 'pair' })];
    expect(found([placed(left, 'a1'), refused(right)])).toEqual({ gang: 1 });
    expect(found([placed(left, 'a1'), placed(right, 'a1')])).toEqual({});
    expect(found([refused(left), refused(right)])).toEqual({});
  });

  it('what is taken from the reserve for a failed host, or for a failed zone', () => {
    const big = (name: string, cpu: number) => vm(name, { requests: { cpu } });
    const full = [placed(big('one', 8), 'a1'), placed(big('two', 8), 'a2'), placed(big('three', 8), 'b1')];
    const reserve = (topologyKey: string, failures: number) => ({ reserve: { topologyKey, failures } });
    expect(found(full, [], reserve(hostnameKey, 1))).toEqual({});
    expect(found([...full, placed(big('four', 1), 'b2')], [], reserve(hostnameKey, 1))).toEqual({
      reserve: 1,
    });
    expect(found(full, [], reserve(hostnameKey, 2))).toEqual({ reserve: 1 });
    expect(found(full, [], reserve(zoneKey, 1))).toEqual({ reserve: 1 });
  });

  it('a refusal although some host would do', () => {
    const huge = vm('huge', { requests: { cpu: 9 } });
    expect(found([refused(huge)])).toEqual({});
    expect(found([refused(one)])).toEqual({ refusal: 1 });
    const apart = [rule({ antiAffinity: [{ topologyKey: zoneKey }] })];
    const taken = [placed(one, 'a1'), placed(two, 'b1')];
    expect(found([...taken, refused(three)], apart)).toEqual({});
    expect(found([...taken, deleted(one), refused(three)], apart)).toEqual({ refusal: 1 });
  });

  it('whom it is about and what was wrong', () => {
    const [fault] = verify({ hosts, rules: [] }, [placed(vm('huge', { requests: { cpu: 9 } }), 'a1')]);
    expect(fault).toEqual({ rule: 'capacity', vm: 'shop/huge', text: 'a1 lacks 1 of cpu' });
  });
});
