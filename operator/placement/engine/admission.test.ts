import { describe, expect, it } from 'vitest';
import { required, SmallWorld, vm } from '../testing/small-world.ts';

describe("the VM's host affinity", () => {
  const world = new SmallWorld()
    .host('a', { labels: { generation: '3', disk: 'ssd' } })
    .host('b', { labels: { generation: '5' } })
    .host('c', { labels: { disk: 'nvme' } });
  const wants = (...required: { matchExpressions: object[] }[]) =>
    vm('new', { hostAffinity: { required: required as never } });
  const expression = (key: string, operator: string, ...values: string[]) => ({
    matchExpressions: [{ key, operator, values }],
  });

  it('needs one of its terms to match', () => {
    expect(world.hostFor(wants(expression('generation', 'In', '5', '6')))).toBe('b');
    expect(world.hostFor(wants(expression('disk', 'In', 'ssd')))).toBe('a');
    expect(
      world.hostFor(wants(expression('generation', 'In', '9'), expression('disk', 'In', 'nvme', 'tape'))),
    ).toBe('c');
    expect(world.hostFor(wants(expression('disk', 'In', 'tape')))).toBe(
      '0 of 3 hosts fit: 3 do not match spec.placement.hostAffinity.',
    );
  });

  it('matches nothing when it has no terms', () => {
    expect(world.hostFor(wants())).toContain('3 do not match');
  });

  it('prefers by weight', () => {
    const prefers = (disk: string) => ({ selector: { matchLabels: { disk } }, weight: 10 });
    expect(world.hostFor(vm('new', { hostAffinity: { preferred: [prefers('nvme')] } }))).toBe('c');
    expect(world.hostFor(vm('new', { hostAffinity: { preferred: [prefers('ssd')] } }))).toBe('a');
  });
});

it('terms for hosts are alternatives in a VM, and hold together in a policy', () => {
  const world = new SmallWorld()
    .host('a', { labels: { disk: 'ssd' } })
    .host('b', { labels: { zone: 'x' } })
    .host('c', { labels: { disk: 'ssd', zone: 'x' } });
  const terms = [{ matchLabels: { disk: 'ssd' } }, { matchLabels: { zone: 'x' } }];
  const hosts = (one = vm('new')) =>
    ['a', 'b', 'c'].filter(
      (host) => !world.engine.check({ vm: one, pool: 'default', strategy: 'Pack' }, host),
    );
  expect(hosts(vm('new', { hostAffinity: { required: terms } }))).toEqual(['a', 'b', 'c']);
  world.policy({}, { hostAffinity: terms.map((hostSelector) => ({ hostSelector, enforcement: required })) });
  expect(hosts()).toEqual(['c']);
});

describe('taints', () => {
  const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' } as const;

  it('keep away who does not tolerate them, and are named', () => {
    const world = new SmallWorld().host('a', { taints: [gpu] }).host('b', { taints: [gpu] });
    expect(world.hostFor(vm('new'))).toBe(
      '0 of 2 hosts fit: 2 have the taint gpu=yes:NoSchedule, which is not tolerated.',
    );
    world.host('b');
    expect(world.hostFor(vm('new'))).toBe('b');
  });

  it.each([
    [{ key: 'gpu', value: 'yes' }, true],
    [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }, true],
    [{ key: 'gpu', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ key: 'gpu', value: 'no' }, false],
    [{ key: 'gpu' }, false],
    [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
  ] as const)('by %j are tolerated: %s', (toleration, isTolerated) => {
    const world = new SmallWorld().host('a', { taints: [gpu] });
    expect(world.decide(vm('new', { tolerations: [toleration] })).kind).toBe(
      isTolerated ? 'placed' : 'unplaced',
    );
  });

  it('that are soft count against a host that is otherwise better, and not against one alone', () => {
    const world = new SmallWorld()
      .host('a', { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] })
      .host('b')
      .placed('x', 'b', { cpu: 4 });
    expect(world.hostFor(vm('new'))).toBe('b');
    expect(world.hostFor(vm('new', { tolerations: [{ key: 'old' }] }))).toBe('a');
    world.engine.removeHost('b');
    expect(world.hostFor(vm('new'))).toBe('a');
  });
});

describe('what a VM needs', () => {
  it('must be offered, all of it', () => {
    const world = new SmallWorld()
      .host('a', { offers: ['network/blue'] })
      .host('b', { offers: ['network/blue', 'machine/q35'] });
    expect(world.hostFor(vm('new', { needs: ['machine/q35', 'network/blue'] }))).toBe('b');
    expect(world.hostFor(vm('new', { needs: ['network/blue', 'network/red'] }))).toBe(
      '0 of 2 hosts fit: 2 do not have network red (no host does).',
    );
    world.host('a', { offers: ['network/blue', 'network/red'] });
    expect(world.hostFor(vm('new', { needs: ['network/blue', 'network/red'] }))).toBe('a');
  });
});
