import type { HostHandlers } from './handlers.ts';
import type { HostState } from './host-state.ts';
import { checkFlags } from './refusal.ts';
import { type FakePool, pathOf } from './storage.ts';
import { type FakeVolume, writeVolume } from './volume.ts';
import { download, upload } from './volume-streams.ts';

const fileType = 0;
const ResizeFlag = { Allocate: 1, Delta: 2, Shrink: 4 };

interface Place {
  pool: FakePool;
  volume: FakeVolume;
}

function placeOf({ storage }: HostState, { pool: poolName, name }: { pool: string; name: string }): Place {
  const pool = storage.named(poolName);
  return { pool, volume: storage.volume(pool, name) };
}

function referenceTo({ pool, volume }: Place) {
  return { vol: { pool: pool.name, name: volume.name, key: pathOf(pool, volume) } };
}

const infoOf = ({ volume: { capacity, allocation } }: Place) => ({ type: fileType, capacity, allocation });

/** Questions about volumes. */
export const volumeHandlers: HostHandlers = {
  storagePoolListAllVolumes({ storage }, { pool: { uuid }, needResults }) {
    const pool = storage.get(uuid);
    const vols = storage.volumes(pool).map((volume) => referenceTo({ pool, volume }).vol);
    return { vols: needResults ? vols : [], count: vols.length };
  },
  storageVolLookupByName({ storage }, { pool: { uuid }, name }) {
    const pool = storage.get(uuid);
    return referenceTo({ pool, volume: storage.volume(pool, name) });
  },
  storageVolLookupByKey: ({ storage }, { key }) => referenceTo(storage.volumeAt(key)),
  storageVolLookupByPath: ({ storage }, { path }) => referenceTo(storage.volumeAt(path)),
  storageVolGetInfo: (host, { vol }) => infoOf(placeOf(host, vol)),
  storageVolGetInfoFlags: (host, { vol }) => infoOf(placeOf(host, vol)),
  storageVolGetXmlDesc(host, { vol }) {
    const { pool, volume } = placeOf(host, vol);
    return { xml: writeVolume(volume, pathOf(pool, volume)) };
  },
  storageVolGetPath: (host, { vol }) => ({ name: referenceTo(placeOf(host, vol)).vol.key }),
};

/** What changes a volume, or shows what is in it. */
export const volumeChangeHandlers: HostHandlers = {
  storageVolCreateXml({ storage }, { pool: { uuid }, xml }) {
    const pool = storage.get(uuid);
    return referenceTo({ pool, volume: storage.createVolume(pool, xml) });
  },
  storageVolCreateXmlFrom(host, { pool: { uuid }, xml, source }) {
    const pool = host.storage.get(uuid);
    const { volume } = placeOf(host, source);
    return referenceTo({ pool, volume: host.storage.createVolume(pool, xml, volume) });
  },
  storageVolResize(host, { vol, capacity, flags }) {
    checkFlags(flags, ResizeFlag.Allocate | ResizeFlag.Delta | ResizeFlag.Shrink);
    const { volume } = placeOf(host, vol);
    const wanted = (flags & ResizeFlag.Delta) !== 0 ? volume.capacity + capacity : capacity;
    host.storage.resizeVolume(volume, wanted, (flags & ResizeFlag.Shrink) !== 0);
    return {};
  },
  storageVolDelete({ storage }, { vol }) {
    storage.deleteVolume(storage.named(vol.pool), vol.name);
    return {};
  },
  storageVolUpload(host, { vol, ...range }, caller) {
    upload(placeOf(host, vol).volume, range, caller);
    return {};
  },
  storageVolDownload(host, { vol, ...range }, caller) {
    download(placeOf(host, vol).volume, range, caller);
    return {};
  },
};
