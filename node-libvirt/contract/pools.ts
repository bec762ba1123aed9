import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ErrorCode, StoragePool } from '../src/index.ts';
import { type Kit, prefix } from './kit.ts';

/** Description of a pool that is a folder of the contract's. */
export function poolXml(kit: Kit, name: string, uuid: string = randomUUID(), folder = name): string {
  const path = `${kit.host.folder}/${folder}`;
  return `<pool type='dir'><name>${name}</name><uuid>${uuid}</uuid><target><path>${path}</path></target></pool>`;
}

/** A pool that is active. */
export async function startPool(kit: Kit): Promise<StoragePool> {
  const pool = await kit.hypervisor.defineStoragePool(poolXml(kit, kit.newName()));
  await pool.build();
  await pool.create();
  return pool;
}

/** A storage pool's life. */
export function poolContract(kit: Kit): void {
  const invalid = { code: ErrorCode.OPERATION_INVALID };
  const missing = { code: ErrorCode.NO_STORAGE_POOL };
  const define = (name = kit.newName(), uuid?: string, folder?: string) =>
    kit.hypervisor.defineStoragePool(poolXml(kit, name, uuid, folder));
  const reference = ({ name, uuid }: StoragePool) => ({ pool: { name, uuid } });
  const namesOf = async (flags: number) =>
    (await kit.hypervisor.storagePools({ flags }))
      .map(({ name }) => name)
      .filter((name) => name.startsWith(prefix));

  it('is defined, built, started, stopped and undefined', async () => {
    const pool = await define();
    expect(await pool.info()).toMatchObject({ state: 'inactive' });
    await pool.build();
    await pool.create();
    const { state, capacityBytes, allocationBytes, availableBytes } = await pool.info();
    expect(state).toBe('running');
    expect(capacityBytes).toBeGreaterThan(0n);
    expect(allocationBytes + availableBytes).toBe(capacityBytes);
    await pool.refresh();
    expect(await pool.volumes()).toEqual([]);
    await pool.destroy();
    expect(await pool.info()).toMatchObject({ state: 'inactive' });
    await pool.undefine();
    await expect(pool.info()).rejects.toMatchObject(missing);
  });

  it('is found by name and uuid, and described', async () => {
    const pool = await define();
    expect((await kit.hypervisor.storagePool(pool.name)).uuid).toBe(pool.uuid);
    const found = await kit.call('storagePoolLookupByUuid', { uuid: pool.uuid });
    expect(found).toEqual(reference(pool));
    const xml = await pool.xml();
    expect(xml).toMatch(/^<pool type='dir'>\n/);
    expect(xml).toContain(`  <name>${pool.name}</name>\n  <uuid>${pool.uuid}</uuid>\n`);
    expect(xml).toContain(`    <path>${kit.host.folder}/${pool.name}</path>\n`);
  });

  it('is listed by flags', async () => {
    const [stopped, running] = [await define(), await startPool(kit)];
    await stopped.setAutostart(true);
    expect(await namesOf(1)).toEqual([stopped.name]);
    expect(await namesOf(2)).toEqual([running.name]);
    expect(await namesOf(4)).toHaveLength(2);
    expect(await namesOf(8)).toEqual([]);
    expect(await namesOf(16)).toEqual([stopped.name]);
    expect(await namesOf(32)).toEqual([running.name]);
    expect(await namesOf(64)).toHaveLength(2);
    expect(await namesOf(128)).toEqual([]);
  });

  it('is missing where there is none', async () => {
    const name = kit.newName();
    const pool = new StoragePool(kit.hypervisor.connection, { name, uuid: randomUUID() });
    await expect(kit.hypervisor.storagePool(name)).rejects.toMatchObject(missing);
    for (const step of [
      'info',
      'xml',
      'create',
      'destroy',
      'build',
      'refresh',
      'undefine',
      'volumes',
    ] as const)
      await expect(pool[step](), step).rejects.toMatchObject(missing);
  });

  it('is refused with a name, a uuid or a path that is taken, and with broken XML', async () => {
    const pool = await define();
    const taken = { code: ErrorCode.OPERATION_FAILED };
    await expect(define(pool.name)).rejects.toMatchObject(taken);
    await expect(define(undefined, pool.uuid)).rejects.toMatchObject(taken);
    await expect(define(undefined, undefined, pool.name)).rejects.toMatchObject(taken);
    const defining = (xml: string) => kit.hypervisor.defineStoragePool(xml);
    await expect(defining('<pool')).rejects.toMatchObject({ code: ErrorCode.XML_DETAIL });
    const wrong = { code: ErrorCode.XML_ERROR };
    await expect(defining('<network/>')).rejects.toMatchObject(wrong);
    await expect(defining('<pool><name>n</name></pool>')).rejects.toMatchObject(wrong);
    await expect(defining("<pool type='dir'><name>n</name></pool>")).rejects.toMatchObject(wrong);
  });

  it('is neither started twice, nor used while it is stopped, nor undefined while it is active', async () => {
    const pool = await startPool(kit);
    await expect(pool.create()).rejects.toMatchObject(invalid);
    await expect(pool.undefine()).rejects.toMatchObject(invalid);
    await expect(pool.build()).rejects.toMatchObject(invalid);
    await pool.destroy();
    await expect(pool.destroy()).rejects.toMatchObject(invalid);
    await expect(pool.refresh()).rejects.toMatchObject(invalid);
    await expect(pool.volumes()).rejects.toMatchObject(invalid);
    await expect(pool.volume('any')).rejects.toMatchObject(invalid);
  });

  it('is gone after the end when it was never defined', async () => {
    const name = kit.newName();
    await (await define(name)).build();
    await (await kit.hypervisor.storagePool(name)).undefine();
    const args = { xml: poolXml(kit, name), flags: 0 };
    const { pool } = await kit.call('storagePoolCreateXml', args);
    expect(await kit.call('storagePoolIsPersistent', { pool })).toEqual({ persistent: 0 });
    const { state } = await kit.call('storagePoolGetInfo', { pool });
    expect(state).toBe(2);
    await expect(kit.call('storagePoolSetAutostart', { pool, autostart: 1 })).rejects.toMatchObject({
      name: 'LibvirtError',
    });
    await kit.call('storagePoolDestroy', { pool });
    await expect(kit.call('storagePoolIsActive', { pool })).rejects.toMatchObject(missing);
  });

  if (kit.driver.hasFolders) {
    it('is not started without its folder, which is deleted empty', async () => {
      const pool = await define();
      const failed = { code: ErrorCode.SYSTEM_ERROR };
      await expect(pool.create()).rejects.toMatchObject(failed);
      await pool.build();
      await pool.build();
      await pool.create();
      await pool.destroy();
      await pool.delete();
      await expect(pool.create()).rejects.toMatchObject(failed);
    });
  }
}
