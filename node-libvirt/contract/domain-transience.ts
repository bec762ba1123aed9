import { expect, it } from 'vitest';
import { ErrorCode, ListDomainsFlag } from '../src/index.ts';
import type { Kit } from './kit.ts';

/** What a domain is without its definition. */
export function transienceContract(kit: Kit): void {
  const gone = { code: ErrorCode.NO_DOMAIN };
  const invalid = { code: ErrorCode.OPERATION_INVALID };
  const isPersistent = async (uuid: string) =>
    (await kit.call('domainIsPersistent', { dom: { name: '', uuid, id: -1 } })).persistent === 1;

  it('means to be gone after the end', async () => {
    const domain = await kit.hypervisor.createXml(kit.xml());
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Booted' });
    expect(await isPersistent(domain.uuid)).toBe(false);
    expect(await kit.listed(ListDomainsFlag.Transient)).toHaveLength(1);
    await domain.destroy();
    await expect(domain.state()).rejects.toMatchObject(gone);
    expect(await kit.listed(0)).toEqual([]);
    await kit.expectEvents(...kit.driver.startEvents, 'Stopped Destroyed');
  });

  it('comes to what runs with the loss of its definition', async () => {
    const domain = await kit.start();
    await domain.undefine();
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Booted' });
    expect(await isPersistent(domain.uuid)).toBe(false);
    await domain.destroy();
    await expect(domain.state()).rejects.toMatchObject(gone);
    await kit.expectEvents(
      ...['Defined Added', ...kit.driver.startEvents],
      ...['Undefined Removed', 'Stopped Destroyed'],
    );
  });

  it('ends with a definition', async () => {
    const xml = kit.xml();
    const domain = await kit.hypervisor.createXml(xml);
    await kit.hypervisor.defineXml(xml);
    expect(await isPersistent(domain.uuid)).toBe(true);
    await domain.destroy();
    expect(await domain.state()).toMatchObject({ state: 'Shutoff', reason: 'Destroyed' });
    await kit.expectEvents(...kit.driver.startEvents, 'Defined Added', 'Stopped Destroyed');
  });

  it('ends with a new definition, as an update of the one that was lost', async () => {
    const xml = kit.xml();
    const domain = await kit.hypervisor.defineXml(xml);
    await domain.create();
    await domain.undefine();
    await kit.hypervisor.defineXml(xml);
    expect(await isPersistent(domain.uuid)).toBe(true);
    await kit.expectEvents(
      ...['Defined Added', ...kit.driver.startEvents],
      ...['Undefined Removed', 'Defined Updated'],
    );
  });

  it('is not that of a defined domain that is started with another description', async () => {
    const [name, uuid] = [kit.newName(), crypto.randomUUID()];
    const domain = await kit.define({ name, uuid, memoryMiB: 32 });
    await kit.hypervisor.createXml(kit.xml({ name, uuid, memoryMiB: 48 }));
    expect(await isPersistent(uuid)).toBe(true);
    expect(await domain.xml()).toContain(`>${48 * 1024}</memory>`);
    expect(await domain.xml({ inactive: true })).toContain(`>${32 * 1024}</memory>`);
    await domain.destroy();
    expect(await domain.xml()).toContain(`>${32 * 1024}</memory>`);
  });

  if (kit.driver.isStrictAboutTransience) {
    it('leaves nothing to undefine, and nothing to start by itself', async () => {
      const domain = await kit.hypervisor.createXml(kit.xml());
      await expect(domain.undefine()).rejects.toMatchObject(invalid);
      await expect(domain.setAutostart(true)).rejects.toMatchObject(invalid);
      expect(await domain.state()).toMatchObject({ state: 'Running' });
    });

    it('takes the start by itself away', async () => {
      const xml = kit.xml();
      const domain = await kit.hypervisor.defineXml(xml);
      await domain.setAutostart(true);
      await domain.create();
      await domain.undefine();
      expect(await kit.listed(ListDomainsFlag.Autostart)).toEqual([]);
      await kit.hypervisor.defineXml(xml);
      expect(await kit.listed(ListDomainsFlag.Autostart)).toEqual([]);
    });
  }
}
