import { describe, expect, it } from 'vitest';
import { hostPoolSpec } from '../../api/hostpool.ts';
import { type VirtualMachine, virtualMachineSpec } from '../../api/virtualmachine.ts';
import { Store } from '../../kube/store.ts';
import { VirtualClock } from '../../kube/testing/virtual-clock.ts';
import type { Stores } from '../stores.ts';
import { faultsOf, faultsSentence } from './faults.ts';

const fault = (name: string, why: string) => ({ who: `shop/${name}`, why });
const names = (count: number) => Array.from({ length: count }, (_, index) => `vm-${index}`);

describe('what is told of VMs that do not keep a policy', () => {
  it.each([
    [[fault('a', 'No.')], 5, '1 of 5 VMs does not: shop/a: No.'],
    [[fault('a', 'No.')], 1, '1 of 1 VM does not: shop/a: No.'],
    [
      [fault('a', 'No.'), fault('b', 'Why.'), fault('c', 'No.')],
      3,
      '3 of 3 VMs do not: shop/a and shop/c: No. shop/b: Why.',
    ],
    [
      names(50).map((name) => fault(name, 'No.')),
      50,
      '50 of 50 VMs do not: shop/vm-0, shop/vm-1, shop/vm-2 and 47 more: No.',
    ],
    [
      names(5).map((name) => fault(name, `Not ${name}.`)),
      9,
      '5 of 9 VMs do not: shop/vm-0: Not vm-0. shop/vm-1: Not vm-1. shop/vm-2: Not vm-2. And 2 more.',
    ],
  ])('is a reason with those that have it: %#', (faults, selected, sentence) => {
    expect(faultsSentence(selected, faults)).toBe(sentence);
  });
});

it('others have their turn while a policy asks about all VMs of a large namespace', async () => {
  const clock = new VirtualClock();
  const hostPools: Stores['hostPools'] = new Store();
  const spec = hostPoolSpec.parse({ connection: { tlsSecretRef: { namespace: 'a', name: 'b' } } });
  const metadata = { name: 'default', resourceVersion: '1', uid: 'p' };
  hostPools.apply('ADDED', { apiVersion: 'vmfabric.io/v1alpha1', kind: 'HostPool', metadata, spec });
  const vmSpec = virtualMachineSpec.parse({ memory: { size: '1Gi' }, kernel: { name: 'small' } });
  const vms = names(1000).map(
    (name) =>
      ({ metadata: { namespace: 'shop', name }, spec: vmSpec, status: { hostName: 'h1' } }) as VirtualMachine,
  );
  const checkedBefore: number[] = [];
  let checked = 0;
  const check = () => {
    checked += 1;
    // Whoever else waits for a turn is let in by a timer.
    if (clock.pendingTimers === 0) clock.setTimeout(() => checkedBefore.push(checked), 0);
    return undefined;
  };
  const faults = faultsOf(
    { stores: { hostPools }, pools: { check }, clock },
    vms,
    new AbortController().signal,
  );
  await clock.advance(0);
  expect(await faults).toEqual([]);
  expect(checkedBefore).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
});
