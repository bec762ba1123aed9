import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { ErrorCode, StorageVolume, type TransferOptions } from '../src/index.ts';
import type { Kit } from './kit.ts';
import { startPool } from './pools.ts';

const mebibyte = 2n ** 20n;

function volumeXml(name: string, bytes = mebibyte, format = 'raw'): string {
  const target = `<target><format type='${format}'/></target>`;
  return `<volume><name>${name}</name><capacity unit='b'>${bytes}</capacity>${target}</volume>`;
}

/** A volume's life. */
export function volumeContract(kit: Kit): void {
  const missing = { code: ErrorCode.NO_STORAGE_VOL };

  it('is made, found, described and deleted', async () => {
    const pool = await startPool(kit);
    const volume = await pool.createVolume(volumeXml('one'));
    const path = `${kit.host.folder}/${pool.name}/one`;
    expect(volume.reference).toEqual({ pool: pool.name, name: 'one', key: path });
    expect(await volume.path()).toBe(path);
    expect(await volume.info()).toEqual({
      ...{ type: 'file', capacityBytes: mebibyte, allocationBytes: mebibyte },
    });
    const xml = await volume.xml();
    expect(xml).toContain(`  <name>one</name>\n  <key>${path}</key>\n`);
    expect(xml).toContain(`  <capacity unit='bytes'>${mebibyte}</capacity>\n`);
    expect((await pool.volume('one')).reference).toEqual(volume.reference);
    expect(await kit.call('storageVolLookupByKey', { key: path })).toEqual({ vol: volume.reference });
    expect(await kit.call('storageVolLookupByPath', { path })).toEqual({ vol: volume.reference });
    const owner = await kit.call('storagePoolLookupByVolume', { vol: volume.reference });
    expect(owner.pool).toEqual({ name: pool.name, uuid: pool.uuid });
    expect((await pool.volumes()).map(({ name }) => name)).toEqual(['one']);
    await volume.delete();
    expect(await pool.volumes()).toEqual([]);
  });

  it('counts in its pool', async () => {
    const pool = await startPool(kit);
    const before = await pool.info();
    await pool.createVolume(volumeXml('one'));
    expect((await pool.info()).allocationBytes - before.allocationBytes).toBe(mebibyte);
  });

  it('is missing where there is none', async () => {
    const pool = await startPool(kit);
    const reference = { pool: pool.name, name: 'none', key: '/none' };
    const volume = new StorageVolume(kit.hypervisor.connection, reference);
    await expect(pool.volume('none')).rejects.toMatchObject(missing);
    for (const step of ['info', 'xml', 'path', 'delete'] as const)
      await expect(volume[step](), step).rejects.toMatchObject(missing);
    await expect(kit.call('storageVolLookupByKey', { key: '/none' })).rejects.toMatchObject(missing);
    await expect(kit.call('storageVolLookupByPath', { path: '/none' })).rejects.toMatchObject(missing);
    const homeless = new StorageVolume(kit.hypervisor.connection, { ...reference, pool: 'none' });
    await expect(homeless.info()).rejects.toMatchObject({ code: ErrorCode.NO_STORAGE_POOL });
  });

  it('is refused when it is there, or not well described', async () => {
    const pool = await startPool(kit);
    await pool.createVolume(volumeXml('one'));
    const exists = { code: kit.driver.volumeExists };
    await expect(pool.createVolume(volumeXml('one'))).rejects.toMatchObject(exists);
    await expect(pool.createVolume('<volume')).rejects.toMatchObject({ code: ErrorCode.XML_DETAIL });
    const wrong = { code: ErrorCode.XML_ERROR };
    const nameless = '<volume><capacity>1</capacity></volume>';
    await expect(pool.createVolume(nameless)).rejects.toMatchObject(wrong);
    await expect(pool.createVolume('<volume><name>two</name></volume>')).rejects.toMatchObject(wrong);
    expect((await pool.volumes()).map(({ name }) => name)).toEqual(['one']);
  });

  it('is out of reach while its pool is stopped, and there afterwards', async () => {
    const pool = await startPool(kit);
    const volume = await pool.createVolume(volumeXml('one'));
    await pool.destroy();
    await expect(volume.info()).rejects.toMatchObject({ code: ErrorCode.OPERATION_INVALID });
    await pool.create();
    if (kit.driver.hasFolders) expect((await pool.volumes()).map(({ name }) => name)).toEqual(['one']);
  });

  it('is made like another', async () => {
    const pool = await startPool(kit);
    const one = await pool.createVolume(volumeXml('one'));
    const two = await pool.cloneVolume(volumeXml('two'), one);
    expect(await two.info()).toMatchObject({ capacityBytes: mebibyte });
    const unknown = new StorageVolume(kit.hypervisor.connection, { ...one.reference, name: 'none' });
    await expect(pool.cloneVolume(volumeXml('three'), unknown)).rejects.toMatchObject(missing);
    expect((await pool.volumes()).map(({ name }) => name).toSorted()).toEqual(['one', 'two']);
  });

  if (kit.driver.hasVolumeContent) contentContract(kit);
}

/** Bytes in a volume. */
function contentContract(kit: Kit): void {
  async function upload(volume: StorageVolume, data: string | Buffer, options?: TransferOptions) {
    const stream = await volume.upload(options);
    stream.end(data);
    await finished(stream, { readable: false });
  }
  /** All bytes, and the server's last word behind them. */
  async function download(volume: StorageVolume, options?: TransferOptions) {
    const stream = await volume.download(options);
    const [data] = await Promise.all([buffer(stream), finished(stream)]);
    return data;
  }

  async function newVolume(bytes = mebibyte): Promise<StorageVolume> {
    return (await startPool(kit)).createVolume(volumeXml('one', bytes));
  }

  it('has zeros in it until others are uploaded', async () => {
    const volume = await newVolume();
    expect((await download(volume)).equals(Buffer.alloc(Number(mebibyte)))).toBe(true);
    await upload(volume, 'hello world');
    const content = await download(volume);
    expect(content).toHaveLength(Number(mebibyte));
    expect(content.toString('latin1', 0, 12)).toBe('hello world\0');
  });

  it('gives back more than fits into a packet, byte by byte', async () => {
    const data = Buffer.from(Uint32Array.from({ length: 250_000 }, (_, index) => index).buffer);
    const volume = await newVolume();
    await upload(volume, data);
    expect((await download(volume)).subarray(0, data.length).equals(data)).toBe(true);
  });

  it('is read and written in parts', async () => {
    const volume = await newVolume();
    await upload(volume, 'hello world');
    await upload(volume, 'there', { offset: 6n, length: 5n });
    expect((await download(volume, { length: 11n })).toString()).toBe('hello there');
    expect((await download(volume, { offset: 6n, length: 5n })).toString()).toBe('there');
    expect(await download(volume, { offset: mebibyte - 4n, length: 100n })).toHaveLength(4);
    expect(await download(volume, { offset: 2n * mebibyte })).toHaveLength(0);
  });

  it('grows with what is written behind its end', async () => {
    const volume = await newVolume();
    await upload(volume, '0123456789', { offset: mebibyte - 2n });
    expect(await volume.info()).toMatchObject({ capacityBytes: mebibyte + 8n });
  });

  it('is resized, and made smaller only with the flag for it', async () => {
    const volume = await newVolume();
    await volume.resize(2n * mebibyte);
    expect(await volume.info()).toMatchObject({ capacityBytes: 2n * mebibyte });
    const [delta, shrink] = [2, 4];
    await expect(volume.resize(mebibyte)).rejects.toMatchObject({ code: ErrorCode.INVALID_ARG });
    await volume.resize(mebibyte, { flags: delta });
    expect(await volume.info()).toMatchObject({ capacityBytes: 3n * mebibyte });
    await volume.resize(mebibyte, { flags: shrink });
    expect(await volume.info()).toMatchObject({ capacityBytes: mebibyte });
  });

  it('is copied with what is in it', async () => {
    const pool = await startPool(kit);
    const one = await pool.createVolume(volumeXml('one'));
    await upload(one, 'first');
    const two = await pool.cloneVolume(volumeXml('two'), one);
    await upload(one, 'other');
    expect((await download(two, { length: 5n })).toString()).toBe('first');
  });

  it('lets other calls through while a download goes on, which can be given up', async () => {
    const volume = await newVolume(8n * mebibyte);
    const stream = await volume.download();
    // One that nobody reads would have the whole connection wait.
    stream.resume();
    expect(await volume.info()).toMatchObject({ capacityBytes: 8n * mebibyte });
    stream.pause();
    stream.destroy();
    expect(await volume.info()).toMatchObject({ capacityBytes: 8n * mebibyte });
  });
}
