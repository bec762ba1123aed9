import { describe, expect, it } from 'vitest';
import type { VirtualMachine, VirtualMachineStatus } from '../../operator/api/virtualmachine.ts';
import { describeVm, firstVm } from './first-vm.ts';

function vm(status?: VirtualMachineStatus): VirtualMachine {
  const metadata = { name: 'first', namespace: 'default' };
  return { apiVersion: 'vmfabric.io/v1alpha1', kind: 'VirtualMachine', metadata, status } as VirtualMachine;
}

function ready(status: 'True' | 'False', reason: string, message: string) {
  return [{ type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' }];
}

const isReady = ready('True', 'Running', 'The guest runs.');
const eth0 = { name: 'eth0', macAddress: '52:54:00:00:00:01' };
const up = { hostName: 'h1', powerState: 'Running' as const, conditions: isReady };

describe('a first VM', () => {
  it.each([
    ['nobody has seen', undefined, 'first: seen by nobody yet'],
    [
      'finds no host',
      { conditions: ready('False', 'Unschedulable', '0 of 2 hosts fit.') },
      'first: Unschedulable: 0 of 2 hosts fit.',
    ],
    [
      'starts',
      { hostName: 'h1', conditions: ready('False', 'Starting', 'Is being started.') },
      'first: on h1, Starting: Is being started.',
    ],
    ['has no address yet', up, 'first: on h1, running, Ready, waiting for its address'],
    [
      'has a link-local address only',
      { ...up, interfaces: [{ ...eth0, addresses: ['FE80::1'] }] },
      'first: on h1, running, Ready, waiting for its address',
    ],
  ])('is not there yet while it %s', (_, status, line) => {
    expect(describeVm(vm(status))).toBe(line);
    expect(firstVm(vm(status))).toBeUndefined();
  });

  it('is there once it is Ready on a host and has an address', () => {
    const there = vm({ ...up, interfaces: [{ ...eth0, addresses: ['fe80::1', '10.77.0.5'] }] });
    expect(describeVm(there)).toBe('first: on h1, running, Ready, 10.77.0.5');
    expect(firstVm(there)).toEqual({
      namespace: 'default',
      name: 'first',
      hostName: 'h1',
      address: '10.77.0.5',
      domainName: 'default_first',
    });
  });

  it('is not there when it has an address from before but is not Ready now', () => {
    const conditions = ready('False', 'HostLost', 'The host does not answer.');
    expect(
      firstVm(vm({ ...up, conditions, interfaces: [{ ...eth0, addresses: ['10.77.0.5'] }] })),
    ).toBeUndefined();
  });
});
