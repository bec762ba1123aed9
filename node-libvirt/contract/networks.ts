import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ErrorCode } from '../src/index.ts';
import type { Kit } from './kit.ts';

/** Flags of listing networks. */
const flag = { Inactive: 1, Active: 2, Persistent: 4, Transient: 8, Autostart: 16 };

/** A virtual network's life. */
export function networkContract(kit: Kit): void {
  const invalid = { code: ErrorCode.OPERATION_INVALID };
  const missing = { code: ErrorCode.NO_NETWORK };
  const xmlOf = (name: string, uuid: string) =>
    `<network><name>${name}</name><uuid>${uuid}</uuid><dns enable='no'/></network>`;
  const made = () => ({ name: kit.newName(), uuid: randomUUID() as string });
  const define = ({ name, uuid } = made()) =>
    kit.call('networkDefineXmlFlags', { xml: xmlOf(name, uuid), flags: 0 });
  const namesOf = async (flags: number) => {
    const { nets } = await kit.call('connectListAllNetworks', { needResults: 1, flags });
    return nets.map(({ name }) => name);
  };

  it('is defined, started, stopped and undefined', async () => {
    const { net } = await define();
    expect(await kit.call('networkIsActive', { net })).toEqual({ active: 0 });
    expect(await kit.call('networkIsPersistent', { net })).toEqual({ persistent: 1 });
    expect(await namesOf(flag.Inactive)).toContain(net.name);
    await kit.call('networkCreate', { net });
    expect(await kit.call('networkIsActive', { net })).toEqual({ active: 1 });
    expect(await namesOf(flag.Active)).toContain(net.name);
    expect(await namesOf(flag.Inactive)).not.toContain(net.name);
    await kit.call('networkDestroy', { net });
    expect(await kit.call('networkIsActive', { net })).toEqual({ active: 0 });
    await kit.call('networkUndefine', { net });
    await expect(kit.call('networkIsActive', { net })).rejects.toMatchObject(missing);
  });

  it('is found by name and uuid, and described', async () => {
    const { net } = await define();
    expect(await kit.call('networkLookupByName', { name: net.name })).toEqual({ net });
    expect(await kit.call('networkLookupByUuid', { uuid: net.uuid })).toEqual({ net });
    const { xml } = await kit.call('networkGetXmlDesc', { net, flags: 0 });
    expect(xml).toContain(`  <name>${net.name}</name>\n  <uuid>${net.uuid}</uuid>\n`);
    expect(xml).toMatch(/ {2}<bridge .*stp='on' delay='0'\/>\n/);
  });

  it('starts by itself if it is told to', async () => {
    const { net } = await define();
    await kit.call('networkSetAutostart', { net, autostart: 1 });
    expect(await kit.call('networkGetAutostart', { net })).toEqual({ autostart: 1 });
    expect(await namesOf(flag.Autostart)).toEqual([net.name]);
  });

  it('is missing where there is none', async () => {
    const net = made();
    await expect(kit.call('networkLookupByName', { name: net.name })).rejects.toMatchObject(missing);
    await expect(kit.call('networkLookupByUuid', { uuid: net.uuid })).rejects.toMatchObject(missing);
    for (const name of ['networkCreate', 'networkDestroy', 'networkUndefine', 'networkIsActive'] as const)
      await expect(kit.call(name, { net }), name).rejects.toMatchObject(missing);
  });

  it('is refused with a name or a uuid that is taken, and with broken XML', async () => {
    const { net } = await define();
    const taken = { code: ErrorCode.OPERATION_FAILED };
    await expect(define({ ...made(), name: net.name })).rejects.toMatchObject(taken);
    await expect(define({ ...made(), uuid: net.uuid })).rejects.toMatchObject(taken);
    const defining = (xml: string) => kit.call('networkDefineXmlFlags', { xml, flags: 0 });
    await expect(defining('<network')).rejects.toMatchObject({ code: ErrorCode.XML_DETAIL });
    await expect(defining('<pool/>')).rejects.toMatchObject({ code: ErrorCode.XML_ERROR });
    await expect(defining('<network/>')).rejects.toMatchObject({ code: 21 });
  });

  it('is not started twice', async () => {
    const { net } = await define();
    await kit.call('networkCreate', { net });
    await expect(kit.call('networkCreate', { net })).rejects.toMatchObject(invalid);
    const creating = kit.call('networkCreateXmlFlags', { xml: xmlOf(net.name, net.uuid), flags: 0 });
    await expect(creating).rejects.toMatchObject(invalid);
    expect(await kit.call('networkIsActive', { net })).toEqual({ active: 1 });
  });

  if (kit.driver.isStrictAboutTransience) {
    it('is not stopped when it is', async () => {
      const { net } = await define();
      await expect(kit.call('networkDestroy', { net })).rejects.toMatchObject(invalid);
    });

    it('becomes transient when it is undefined while it is active', async () => {
      const { net } = await define();
      await kit.call('networkCreate', { net });
      await kit.call('networkUndefine', { net });
      expect(await kit.call('networkIsPersistent', { net })).toEqual({ persistent: 0 });
      expect(await namesOf(flag.Transient)).toEqual([net.name]);
      await expect(kit.call('networkUndefine', { net })).rejects.toMatchObject(invalid);
      await expect(kit.call('networkSetAutostart', { net, autostart: 1 })).rejects.toMatchObject(invalid);
      await kit.call('networkDestroy', { net });
      await expect(kit.call('networkIsActive', { net })).rejects.toMatchObject(missing);
    });

    it('is transient when it was never defined', async () => {
      const { name, uuid } = made();
      const { net } = await kit.call('networkCreateXmlFlags', { xml: xmlOf(name, uuid), flags: 0 });
      expect((await kit.call('networkGetBridgeName', { net })).name).toMatch(/^virbr\d+$/);
      await kit.call('networkDestroy', { net });
      await expect(kit.call('networkIsActive', { net })).rejects.toMatchObject(missing);
    });
  }
}
