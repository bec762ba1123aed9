import { describe, expect, it } from 'vitest';
import { compareWithFresh } from './compare.ts';
import { differences, endState } from './end-state.ts';
import { heritageOf } from './heritage.ts';
import type { Wish } from './histories.ts';
import { startAfresh } from './lives.ts';
import type { WrittenSpec } from './specs.ts';

const plain: WrittenSpec = { memory: { size: '1Gi' }, kernel: { name: 'small' } };
const in_ = (zone: string): WrittenSpec => ({
  ...plain,
  placement: { hostSelector: { matchLabels: { zone } } },
});
const inKept = (size: string): WrittenSpec => ({
  ...plain,
  memory: { size },
  placement: { hostPoolRef: { name: 'kept' } },
});
const wish = (spec: Partial<WrittenSpec>, labels: Wish['labels'] = {}): Wish => ({
  spec: { ...plain, ...spec },
  labels,
  until: 'quiet',
});

describe('a VM ends as one that is made afresh, once that is given', () => {
  it.each<{ keeps: string[]; end: string; history: Wish[] }>([
    { keeps: [], end: 'Running', history: [wish({}), wish({ terminationGracePeriodSeconds: 5 })] },
    { keeps: ['restarted'], end: 'Running', history: [wish({}), wish({ cpu: { cores: 2 } })] },
    { keeps: ['its host'], end: 'Running', history: [wish(in_('a')), wish(in_('b'))] },
    {
      keeps: ['its host', 'what it ran with last'],
      end: 'Halted',
      history: [wish({}), wish({ runStrategy: 'Halted' })],
    },
    {
      keeps: ['its host', 'its domain'],
      end: 'KernelNotFound',
      history: [wish({}), wish({ kernel: { name: 'none' } })],
    },
    {
      keeps: ['its host', 'its power'],
      end: 'Running',
      history: [wish({}), wish({ runStrategy: 'Manual' })],
    },
    {
      keeps: ['restarted', 'its host', 'what it ran with last'],
      end: 'HostFull',
      history: [
        wish({ placement: { hostSelector: { matchLabels: { zone: 'b' } } } }),
        wish({ memory: { size: '50Gi' } }),
      ],
    },
    {
      keeps: [],
      end: 'Unschedulable',
      history: [wish(inKept('40Gi')), wish(inKept('43Gi'))],
    },
    {
      keeps: ['restarted'],
      end: 'Running',
      history: [wish(inKept('2Gi')), wish(inKept('8Gi'))],
    },
  ])('$keeps: $end', async ({ history, keeps, end }) => {
    expect(await compareWithFresh(history)).toEqual({ faults: [], end, keeps });
  });
});

it('what is kept of a past that no wish leads to is a fault', async () => {
  const elsewhere = await startAfresh(wish(in_('b')));
  elsewhere.world.kill();
  const history = [wish(in_('a')), wish(in_('a'))];
  const { faults } = await heritageOf(elsewhere, history);
  expect(faults).toEqual([
    expect.stringMatching(/^keeps its host .* no wish leads there: .*"hostName":"h3"/),
  ]);
});

describe('in the end state shows', () => {
  const lines = async (one: Wish) => {
    const { world } = await startAfresh(one);
    world.kill();
    return endState(world);
  };

  it.each<[string, Wish]>([
    ['runStrategy', wish({ runStrategy: 'Halted' })],
    ['cpu', wish({ cpu: { cores: 2 } })],
    ['memory', wish({ memory: { size: '2Gi' } })],
    ['kernel', wish({ kernel: { name: 'small', commandLine: 'quiet' } })],
    ['interfaces', wish({ interfaces: [{ name: 'eth0', network: 'lab' }] })],
    ['placement', wish(in_('a'))],
    ['terminationGracePeriodSeconds', wish({ terminationGracePeriodSeconds: 5 })],
    ['labels', wish({}, { app: 'web' })],
  ])('%s', async (_, other) => {
    expect(differences(await lines(wish({})), await lines(other))).not.toEqual([]);
    expect(differences(await lines(other), await lines(other))).toEqual([]);
  });

  it('a condition that was judged by an earlier spec, and not how many specs there were', async () => {
    const { world } = await startAfresh(wish({}));
    const before = endState(world);
    world.kill();
    world.editVm('web-1', (vm) => {
      vm.spec.terminationGracePeriodSeconds = 7;
    });
    world.editVm('web-1', (vm) => {
      vm.spec.terminationGracePeriodSeconds = 60;
    });
    expect(differences(before, endState(world)).join()).toContain('"observedGeneration": "1 of 3"');
    world.editVm('web-1', (vm) => {
      for (const one of [vm.status, ...(vm.status?.conditions ?? [])]) if (one) one.observedGeneration = 3;
    });
    expect(differences(before, endState(world))).toEqual([]);
  });
});
