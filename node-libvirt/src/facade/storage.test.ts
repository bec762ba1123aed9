import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import type { Args, ProcedureName, Ret } from '../protocol/procedures.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { WipeAlgorithm } from './constants/index.ts';
import { HypervisorConnection } from './hypervisor.ts';
import { StoragePool } from './storage-pool.ts';
import { StorageVolume } from './storage-volume.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const pool = { name: 'disks', uuid };
const vol = { pool: 'disks', name: 'a.raw', key: '/disks/a.raw' };

/** What `act` sends when the server answers with `ret`, and what it gives. */
async function sent<N extends ProcedureName, T>(
  name: N,
  ret: Ret<N>,
  act: (pool: StoragePool, volume: StorageVolume, all: HypervisorConnection) => Promise<T>,
): Promise<{ args: Args<N>; result: T }> {
  const server = new FakeServer().on(name, () => ret);
  const connection = new Connection(server.connect(), { clock: new VirtualClock() });
  const all = new HypervisorConnection(connection, () => {});
  const result = await act(new StoragePool(connection, pool), new StorageVolume(connection, vol), all);
  connection.close();
  return { args: server.callsOf(name)[0]?.args as Args<N>, result };
}

describe('storage pools', () => {
  it('are listed, found and defined', async () => {
    const list = await sent('connectListAllStoragePools', { pools: [pool], count: 1 }, (_p, _v, all) =>
      all.storagePools({ flags: 2 }),
    );
    expect(list.args).toEqual({ needResults: 1, flags: 2 });
    expect(list.result).toMatchObject([pool]);
    const found = await sent('storagePoolLookupByName', { pool }, (_p, _v, all) => all.storagePool('disks'));
    expect([found.args, found.result]).toMatchObject([{ name: 'disks' }, pool]);
    const made = await sent('storagePoolDefineXml', { pool }, (_p, _v, all) =>
      all.defineStoragePool('<pool/>', { flags: 1 }),
    );
    expect([made.args, made.result]).toMatchObject([{ xml: '<pool/>', flags: 1 }, pool]);
  });

  it('are found by other names, and made for a while', async () => {
    const byUuid = await sent('storagePoolLookupByUuid', { pool }, (_p, _v, all) =>
      all.storagePoolByUuid(uuid),
    );
    expect([byUuid.args, byUuid.result]).toMatchObject([{ uuid }, pool]);
    const of = await sent('storagePoolLookupByVolume', { pool }, (_p, v, all) => all.storagePoolOf(v));
    expect([of.args, of.result]).toMatchObject([{ vol }, pool]);
    const made = await sent('storagePoolCreateXml', { pool }, (_p, _v, all) =>
      all.createStoragePool('<pool/>', { flags: 1 }),
    );
    expect([made.args, made.result]).toMatchObject([{ xml: '<pool/>', flags: 1 }, pool]);
  });

  it('tell whether they run, stay and start by themselves', async () => {
    expect((await sent('storagePoolIsActive', { active: 1 }, (p) => p.isActive())).result).toBe(true);
    expect((await sent('storagePoolIsPersistent', { persistent: 0 }, (p) => p.isPersistent())).result).toBe(
      false,
    );
    expect((await sent('storagePoolGetAutostart', { autostart: 1 }, (p) => p.autostart())).result).toBe(true);
  });

  it('tell their state and sizes, also a state that is not known yet', async () => {
    const sizes = { capacity: 10n, allocation: 4n, available: 6n };
    const inBytes = { capacityBytes: 10n, allocationBytes: 4n, availableBytes: 6n };
    const running = await sent('storagePoolGetInfo', { state: 2, ...sizes }, (p) => p.info());
    expect(running).toEqual({ args: { pool }, result: { state: 'running', ...inBytes } });
    const odd = await sent('storagePoolGetInfo', { state: 9, ...sizes }, (p) => p.info());
    expect(odd.result.state).toBe('unknown');
  });

  it('list, find and make volumes', async () => {
    const list = await sent('storagePoolListAllVolumes', { vols: [vol], count: 1 }, (p) => p.volumes());
    expect(list.result.map(({ reference }) => reference)).toEqual([vol]);
    const found = await sent('storageVolLookupByName', { vol }, (p) => p.volume('a.raw'));
    expect([found.args, found.result.name]).toEqual([{ pool, name: 'a.raw' }, 'a.raw']);
    const made = await sent('storageVolCreateXml', { vol }, (p) => p.createVolume('<volume/>', { flags: 1 }));
    expect(made.args).toEqual({ pool, xml: '<volume/>', flags: 1 });
    const cloned = await sent('storageVolCreateXmlFrom', { vol }, (p, v) => p.cloneVolume('<volume/>', v));
    expect(cloned.args).toEqual({ pool, xml: '<volume/>', source: vol, flags: 0 });
  });
});

describe('volumes', () => {
  it('tell what they are, also a type that is not known yet', async () => {
    const sizes = { capacity: 10n, allocation: 4n };
    const { args, result } = await sent('storageVolGetInfo', { type: 1, ...sizes }, (_p, v) => v.info());
    expect([args, result]).toEqual([{ vol }, { type: 'block', capacityBytes: 10n, allocationBytes: 4n }]);
    const odd = await sent('storageVolGetInfo', { type: 77, ...sizes }, (_p, v) => v.info());
    expect(odd.result.type).toBe('unknown');
  });

  it('are found by path and key', async () => {
    const byPath = await sent('storageVolLookupByPath', { vol }, (_p, _v, all) =>
      all.storageVolumeByPath('/disks/a.raw'),
    );
    expect([byPath.args, byPath.result.reference]).toEqual([{ path: '/disks/a.raw' }, vol]);
    const byKey = await sent('storageVolLookupByKey', { vol }, (_p, _v, all) =>
      all.storageVolumeByKey('/disks/a.raw'),
    );
    expect([byKey.args, byKey.result.reference]).toEqual([{ key: '/disks/a.raw' }, vol]);
  });

  it('tell up to where they reach, which the server gives as the allocation', async () => {
    const ret = { type: 0, capacity: 10n, allocation: 8n };
    const { args, result } = await sent('storageVolGetInfoFlags', ret, (_p, v) => v.physicalBytes());
    expect([args, result]).toEqual([{ vol, flags: 1 }, 8n]);
  });

  it('are wiped with zeros unless something else is asked for', async () => {
    expect((await sent('storageVolWipePattern', {}, (_p, v) => v.wipe())).args).toEqual({
      ...{ vol, algorithm: 0, flags: 0 },
    });
    const trim = await sent('storageVolWipePattern', {}, (_p, v) =>
      v.wipe({ algorithm: WipeAlgorithm.Trim }),
    );
    expect(trim.args.algorithm).toBe(9);
  });

  it('are resized and deleted as asked', async () => {
    const resized = await sent('storageVolResize', {}, (_p, v) => v.resize(20n, { flags: 4 }));
    expect(resized.args).toEqual({ vol, capacity: 20n, flags: 4 });
    expect((await sent('storageVolDelete', {}, (_p, v) => v.delete())).args).toEqual({ vol, flags: 0 });
  });

  it('are transferred whole unless a part is asked for', async () => {
    const whole = await sent('storageVolDownload', {}, (_p, v) => v.download());
    expect(whole.args).toEqual({ vol, offset: 0n, length: 0n, flags: 0 });
    whole.result.on('error', () => {});
    const part = await sent('storageVolUpload', {}, (_p, v) => v.upload({ offset: 5n, length: 3n }));
    expect(part.args).toEqual({ vol, offset: 5n, length: 3n, flags: 0 });
    part.result.on('error', () => {});
  });
});
