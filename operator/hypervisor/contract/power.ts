import { expect, it } from 'vitest';
import { compareDomain } from '../../domain/compare.ts';
import { readDomain } from '../../domain/read.ts';
import type { Kit } from './kit.ts';

export function powerContract(kit: Kit): void {
  it('starts a domain, once', async () => {
    await kit.run();
    await kit.connection.start(kit.uuid);
    const observed = await kit.look();
    expect(observed).toMatchObject({ power: 'Running', persistent: true });
    expect(compareDomain(kit.vm, readDomain(observed.liveXml ?? ''))).toEqual([]);
    expect(await kit.connection.domains()).toContainEqual(
      expect.objectContaining({ uuid: kit.uuid, power: 'Running', persistent: true }),
    );
  });

  it('resumes a domain that was paused from outside, and one that runs', async () => {
    await kit.run();
    await kit.host.outside.suspend(kit.uuid);
    expect(await kit.look()).toMatchObject({ power: 'Paused', cause: 'User' });
    await kit.connection.start(kit.uuid);
    expect(await kit.power()).toBe('Paused');
    await kit.connection.resume(kit.uuid);
    await kit.connection.resume(kit.uuid);
    expect(await kit.power()).toBe('Running');
  });

  it('powers off at once and keeps the definition', async () => {
    await kit.run();
    await kit.connection.powerOff(kit.uuid);
    await kit.connection.powerOff(kit.uuid);
    const observed = await kit.look();
    expect(observed).toMatchObject({ power: 'Stopped', cause: 'User', persistent: true });
    expect(observed.liveXml).toBeUndefined();
    await kit.connection.start(kit.uuid);
    expect(await kit.power()).toBe('Running');
  });

  it('asks a guest to shut down, who does', async () => {
    await kit.run();
    // A guest that still boots does not listen.
    await kit.soon(async () => (await kit.connection.guestInterfaces(kit.uuid)).length).toBeGreaterThan(0);
    await kit.connection.requestShutdown(kit.uuid);
    await kit.soon(kit.power).toBe('Stopped');
    expect((await kit.look()).cause).toBe('Guest');
    await kit.connection.requestShutdown(kit.uuid);
  });

  it('runs a guest in one NUMA cell, of which what runs tells as it was asked', async () => {
    const [cell] = (await kit.connection.facts()).numaCells;
    if (!cell) throw new Error('the host tells no NUMA cells');
    const numa = { cell: cell.id, cpuSet: cell.cpuSet };
    await kit.define({ numa });
    await kit.connection.start(kit.uuid);
    const { liveXml = '' } = await kit.look();
    expect(compareDomain({ ...kit.vm, numa }, readDomain(liveXml))).toEqual([]);
  });

  it('does not start a guest in a NUMA cell that the host has not', async () => {
    await kit.define({ numa: { cell: 63, cpuSet: '0' } });
    await expect(kit.connection.start(kit.uuid)).rejects.toMatchObject({
      message: expect.stringContaining('NUMA node 63 is unavailable'),
    });
    expect(await kit.power()).toBe('Stopped');
  });

  it('does not start a guest that asks for more huge pages than there are', async () => {
    const pages = (await kit.connection.facts()).numaCells.flatMap(({ hugePages }) => hugePages);
    const hugePageBytes = 2 ** 21;
    const sizes = pages.filter((one) => one.pageBytes === hugePageBytes);
    const count = sizes.reduce((sum, one) => sum + one.count, 64);
    await kit.define({ memoryBytes: count * hugePageBytes, hugePageBytes });
    await expect(kit.connection.start(kit.uuid)).rejects.toMatchObject({ code: 'Failed' });
    expect(await kit.power()).toBe('Stopped');
  });

  it('does not resume what is stopped', async () => {
    await kit.define();
    await expect(kit.connection.resume(kit.uuid)).rejects.toMatchObject({ code: 'Failed' });
  });

  it('tells what needs a domain that there is none, and is done where none is wanted', async () => {
    await expect(kit.connection.start(kit.uuid)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(kit.connection.resume(kit.uuid)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(kit.connection.guestInterfaces(kit.uuid)).rejects.toMatchObject({ code: 'NotFound' });
    await kit.connection.requestShutdown(kit.uuid);
    await kit.connection.powerOff(kit.uuid);
    await kit.connection.undefine(kit.uuid);
  });
}
