import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ControlPlane } from '../../hack/control-plane/control-plane.ts';
import {
  accepted,
  host,
  hostPool,
  type Manifest,
  message,
  placementPolicy,
  refusal,
  virtualMachine,
  withCrds,
} from './api-objects.ts';
import { refused, sized } from './api-refusals.ts';

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await withCrds(inject('controlPlaneDir'));
});

describe.each(Object.entries(refused))('a %s is refused with', (_kind, cases) => {
  it.each(cases)('%s', async (_name, manifest, text) => {
    const lines = (await refusal(controlPlane, manifest)).split('\n').map((line) => line.replace(/^\* /, ''));
    expect(
      lines.some((line) => line === text || line.endsWith(`: ${text}`)),
      lines.join('\n'),
    ).toBe(true);
  });
});

describe('what is accepted', () => {
  it('is the smallest VirtualMachine, with its defaults', async () => {
    expect((await accepted(controlPlane, virtualMachine())).spec).toEqual({
      runStrategy: 'Always',
      memory: { size: '128Mi' },
      kernel: { name: 'small', commandLine: '' },
      interfaces: [],
      placement: { hostPoolRef: { name: 'default' } },
      terminationGracePeriodSeconds: 60,
    });
  });

  it('is the smallest HostPool, with its defaults', async () => {
    expect((await accepted(controlPlane, hostPool())).spec).toEqual({
      staticHosts: [{ name: 'rack1-a', address: '10.0.0.11' }],
      connection: {
        type: 'Direct',
        port: 16514,
        tlsSecretRef: { namespace: 'vmfabric-system', name: 'libvirt-client' },
      },
      overcommit: { cpuPercent: 400, memoryPercent: 100 },
      hostReserved: { cpuCores: 0, memory: '1Gi' },
      preemption: { mode: 'Disabled' },
      strategy: 'Spread',
      networks: [],
      kernels: [],
    });
  });

  it('is a reserve for the failure of one host, when only a reserve is asked for', async () => {
    expect((await accepted(controlPlane, hostPool({ failureReserve: {} }))).spec).toMatchObject({
      failureReserve: { failures: 1, topologyKey: 'kubernetes.io/hostname' },
    });
  });

  it('is a tree of as many shares, of as many namespaces, as there may be', async () => {
    const shares = Array.from({ length: 128 }, (_, index) => ({
      name: `share-${index}`.padEnd(63, 'x'),
      ...(index === 0 ? {} : { parentName: `share-${index - 1}`.padEnd(63, 'x') }),
      namespaces: Array.from({ length: 64 }, (__, at) => `namespace-${index}-${at}`),
      reservation: { cpuCores: 1, memory: '1Gi' },
      limit: { cpuCores: 1000, memory: '1.5Ti' },
    }));
    expect((await accepted(controlPlane, hostPool({ shares }))).spec['shares']).toEqual(shares);
    expect((await accepted(controlPlane, hostPool({ shares: [{ name: 'a' }] }))).spec['shares']).toEqual([
      { name: 'a', namespaces: [] },
    ]);
  });

  it('is the smallest PlacementPolicy and Host, and the defaults of a rule', async () => {
    const policy = await accepted(
      controlPlane,
      placementPolicy({ topologySpread: [{ topologyKey: 'rack' }] }),
    );
    expect(policy.spec['topologySpread']).toEqual([
      { topologyKey: 'rack', maxSkew: 1, enforcement: 'Required', weight: 50 },
    ]);
    expect(policy.spec).toMatchObject({ strategy: 'Inherit', hostSharing: 'Shared', domainLimits: [] });
    expect((await accepted(controlPlane, host())).spec).toEqual(host().spec);
  });

  it.each(['16Mi', '1.5Gi', '134217728', '512M', '16Ti'])('is memory of %s', async (size) => {
    expect((await accepted(controlPlane, sized(size))).spec['memory']).toEqual({ size });
  });

  it.each(['10.0.0.11', 'fd00::11', '::1', 'rack1-a.example.com'])('is the address %s', async (address) => {
    const staticHosts = [{ name: 'rack1-a', address }];
    expect((await accepted(controlPlane, hostPool({ staticHosts }))).spec['staticHosts']).toEqual(
      staticHosts,
    );
  });
});

describe('a VirtualMachine that exists', () => {
  it('stays in its HostPool, and may otherwise change', async () => {
    const name = 'moves-not';
    const apply = (manifest: Manifest) =>
      controlPlane.kubectl(['apply', '--validate=strict', '--filename=-'], {
        input: JSON.stringify(manifest),
      });
    await apply(virtualMachine({}, { name }));
    try {
      await apply(virtualMachine({ cpu: { cores: 2 }, runStrategy: 'Halted' }, { name }));
      const elsewhere = virtualMachine({ placement: { hostPoolRef: { name: 'other' } } }, { name });
      expect(await message(apply(elsewhere))).toContain(
        'spec.placement.hostPoolRef: Invalid value: hostPoolRef cannot be changed: delete the VM and create it in the other HostPool',
      );
    } finally {
      await controlPlane.kubectl(['delete', 'vm', name]);
    }
  });
});
