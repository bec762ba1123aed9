import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VirtualMachine } from '../api/virtualmachine.ts';
import { desiredDomain } from './desired.ts';
import { domainUuidOf, macAddressOf } from './identity.ts';
import { type DomainCase, domainCase } from './testing/arbitrary-vm.ts';

const drawn = fc.sample(domainCase, { seed: 7, numRuns: 1 })[0] as DomainCase;
const uid = '6F0C1B9E-8f43-4a36-9d6c-1f2b3c4d5e6f';
const { pool, hypervisorType } = {
  pool: {
    ...drawn.pool,
    spec: {
      ...drawn.pool.spec,
      networks: [
        { name: 'tenants', type: 'Bridge' as const, bridge: 'br1' },
        { name: 'storage', type: 'Bridge' as const, bridge: 'br2' },
      ],
      kernels: [{ name: 'debian', imagePath: '/boot/vmlinuz' }],
    },
  },
  hypervisorType: drawn.hypervisorType,
};

function vm(spec: Partial<VirtualMachine['spec']> = {}, more: Partial<VirtualMachine> = {}): VirtualMachine {
  return {
    ...drawn.vm,
    metadata: { namespace: 'shop', name: 'web-1', uid, resourceVersion: '1' },
    spec: {
      ...drawn.vm.spec,
      cpu: { cores: 2 },
      memory: { size: '4Gi' },
      kernel: { name: 'debian', commandLine: 'quiet' },
      interfaces: [{ name: 'eth0', network: 'tenants', macAddress: '52:54:00:12:34:56' }],
      ...spec,
    },
    status: { placementGeneration: 3 },
    ...more,
  };
}

const domainOf = (...args: Parameters<typeof vm>) => {
  const result = desiredDomain(vm(...args), pool, hypervisorType);
  if (result.kind === 'problem') throw new Error(result.message);
  return result.domain;
};

describe('desiredDomain', () => {
  it('has the VM, its kernel and its networks by the HostPool', () => {
    expect(domainOf()).toMatchObject({
      uuid: uid.toLowerCase(),
      name: 'shop_web-1',
      owner: { namespace: 'shop', name: 'web-1', uid, placementGeneration: 3 },
      cpuCores: 2,
      memoryBytes: 4 * 2 ** 30,
      kernel: { imagePath: '/boot/vmlinuz', commandLine: 'quiet' },
      interfaces: [{ name: 'eth0', macAddress: '52:54:00:12:34:56', bridge: 'br1' }],
    });
  });

  it.each(['KVM', 'QEMU'] as const)('runs by %s if that is what the host has', (type) => {
    const result = desiredDomain(vm(), pool, type);
    expect(result).toMatchObject({ domain: { hypervisorType: type } });
  });

  it('is of no placement before there is one', () => {
    expect(domainOf({}, { status: {} }).owner.placementGeneration).toBe(0);
  });

  it('rounds memory up to whole mebibytes', () => {
    expect(domainOf({ memory: { size: '100M' } }).memoryBytes).toBe(96 * 2 ** 20);
    expect(domainOf({ memory: { size: '16777217' } }).memoryBytes).toBe(17 * 2 ** 20);
    expect(domainOf({ memory: { size: '64Mi' } }).memoryBytes).toBe(64 * 2 ** 20);
  });

  it('makes one line of a command line from a YAML block', () => {
    const commandLine = '\n console=ttyS0 \r\n  root="a  b"\nquiet\n';
    expect(domainOf({ kernel: { name: 'debian', commandLine } }).kernel.commandLine).toBe(
      'console=ttyS0 root="a  b" quiet',
    );
  });

  it('names the field of a network that the pool does not have, and the ones it has', () => {
    const interfaces = [
      { name: 'eth0', network: 'tenants' },
      { name: 'eth1', network: 'tenant' },
    ];
    expect(desiredDomain(vm({ interfaces }), pool, hypervisorType)).toEqual({
      kind: 'problem',
      reason: 'NetworkNotFound',
      message:
        'spec.interfaces[1].network is tenant, but HostPool default has networks tenants, storage. Name one of them, or add it to spec.networks of the HostPool.',
    });
  });

  it('says so when the pool has no kernels at all', () => {
    const bare = { ...pool, spec: { ...pool.spec, kernels: [] } };
    expect(desiredDomain(vm(), bare, hypervisorType)).toEqual({
      kind: 'problem',
      reason: 'KernelNotFound',
      message:
        'spec.kernel.name is debian, but HostPool default has no kernels. Add it to spec.kernels of the HostPool.',
    });
  });

  it('says so when the VM names no kernel', () => {
    const { kernel: _, ...spec } = vm().spec;
    expect(desiredDomain({ ...vm(), spec }, pool, hypervisorType)).toMatchObject({
      reason: 'KernelNotFound',
      message: expect.stringContaining('spec.kernel.name is not set'),
    });
  });
});

describe('identity', () => {
  const uuidOf = (one: string) => domainUuidOf({ ...vm(), metadata: { ...vm().metadata, uid: one } });

  it.each(['not-a-uuid', '00000000-0000-0000-0000-000000000000', ''])('derives a uuid from %j', (one) => {
    expect(uuidOf(one)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf(one)).toBe(uuidOf(one));
  });

  it('gives different uids different uuids', () => {
    expect(uuidOf('a')).not.toBe(uuidOf('b'));
  });

  it('derives a MAC address from uid and name, the same each time', () => {
    const [eth0, eth1] = [{ name: 'eth0' }, { name: 'eth1' }];
    expect(macAddressOf(vm(), eth0)).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
    expect(macAddressOf(vm(), eth0)).toBe(macAddressOf(vm({ cpu: { cores: 9 } }), eth0));
    expect(macAddressOf(vm(), eth0)).not.toBe(macAddressOf(vm(), eth1));
    const other = { ...vm(), metadata: { ...vm().metadata, uid: 'other' } };
    expect(macAddressOf(vm(), eth0)).not.toBe(macAddressOf(other, eth0));
  });
});
