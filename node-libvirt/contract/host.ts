import { expect, it } from 'vitest';
import type { Kit } from './kit.ts';

/** What a host says of itself. */
export function hostContract(kit: Kit): void {
  it('has a name, a URI and versions', async () => {
    const { host } = kit.hypervisor;
    expect(await host.hostname()).not.toBe('');
    expect(await host.uri()).toMatch(/^\w+:\/\/\//);
    expect(await host.libVersion()).toMatch(/^[1-9]\d*\.\d+\.\d+$/);
    expect(await host.hypervisorVersion()).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await kit.call('connectGetType', {})).type).toMatch(/^(QEMU|TEST)$/);
    expect(await kit.call('connectIsSecure', {})).toEqual({ secure: 1 });
  });

  it('has processors and memory, of which some is free, in cells', async () => {
    const { host } = kit.hypervisor;
    const node = await host.nodeInfo();
    expect(node.model).not.toBe('');
    expect(node.cpus).toBeGreaterThan(0);
    expect(node.memoryBytes).toBeGreaterThan(2 ** 28);
    expect(node.numaNodes * node.sockets * node.cores * node.threads).toBeGreaterThanOrEqual(node.cpus / 2);
    const cells = await host.cellsFreeMemoryBytes();
    expect(cells).toHaveLength(node.numaNodes);
    expect(await host.freeMemoryBytes()).toBeGreaterThan(0);
  });

  it('has capabilities that name its processor and the domains that it runs', async () => {
    const xml = await kit.hypervisor.host.capabilitiesXml();
    expect(xml).toMatch(/^<capabilities>/);
    expect(xml).toMatch(/<arch>(x86_64|i686)<\/arch>/);
    expect(xml).toMatch(/<cpus num='\d+'>/);
    const type = /<domain type='(\w+)'/.exec(kit.xml())?.[1];
    expect(xml).toContain(`<domain type='${type}'/>`);
  });

  it('says what it can, by number', async () => {
    const supports = async (feature: number) =>
      (await kit.call('connectSupportsFeature', { feature })).supported;
    expect([await supports(10), await supports(14), await supports(15)]).toEqual([1, 1, 1]);
    expect(await supports(999)).toBe(0);
  });
}
