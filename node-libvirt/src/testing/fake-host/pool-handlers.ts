import type { HostHandlers } from './handlers.ts';
import { writePool } from './pool-definition.ts';
import { checkFlags } from './refusal.ts';
import { described, isListed, listFlags, passes, referenceTo } from './registry.ts';
import type { FakePool } from './storage.ts';

const truth = (value: unknown) => (value ? 1 : 0);
const PoolState = { Inactive: 0, Running: 2 };

/** Flags for types of pools, in the order of libvirt's numbers. */
const types = [
  'dir',
  'fs',
  'netfs',
  'logical',
  'disk',
  'iscsi',
  'scsi',
  'mpath',
  'rbd',
  'sheepdog',
  'gluster',
];
const typeFlags = types.map((type, index) => [type, 1 << (index + 6)] as const);
const allListFlags = [...Object.values(listFlags), ...typeFlags.map(([, flag]) => flag)].reduce(
  (sum, flag) => sum | flag,
);

function isOfType(flags: number, pool: FakePool): boolean {
  const { type } = described(pool);
  return passes(flags, [typeFlags.map(([name, flag]) => [flag, name === type] as const)]);
}

/** Questions about storage pools. */
export const poolHandlers: HostHandlers = {
  connectListAllStoragePools({ storage }, { needResults, flags }) {
    checkFlags(flags, allListFlags);
    const listed = storage.all.filter((pool) => isListed(flags, pool) && isOfType(flags, pool));
    return { pools: needResults ? listed.map(referenceTo) : [], count: listed.length };
  },
  storagePoolLookupByName: ({ storage }, { name }) => ({ pool: referenceTo(storage.named(name)) }),
  storagePoolLookupByUuid: ({ storage }, { uuid }) => ({ pool: referenceTo(storage.get(uuid)) }),
  storagePoolLookupByVolume: ({ storage }, { vol }) => ({ pool: referenceTo(storage.named(vol.pool)) }),
  storagePoolGetInfo({ storage }, { pool: { uuid } }) {
    const pool = storage.get(uuid);
    return { state: pool.live ? PoolState.Running : PoolState.Inactive, ...storage.sizesOf(pool) };
  },
  storagePoolGetXmlDesc({ storage }, { pool: { uuid }, flags }) {
    checkFlags(flags, 1);
    const pool = storage.get(uuid);
    return { xml: writePool(described(pool), storage.sizesOf(pool)) };
  },
  storagePoolGetAutostart: ({ storage }, { pool }) => ({
    autostart: truth(storage.get(pool.uuid).autostart),
  }),
  storagePoolIsActive: ({ storage }, { pool }) => ({ active: truth(storage.get(pool.uuid).live) }),
  storagePoolIsPersistent: ({ storage }, { pool }) => ({
    persistent: truth(storage.get(pool.uuid).definition),
  }),
};

const buildFlag = 1;

/** What changes a storage pool. */
export const poolChangeHandlers: HostHandlers = {
  storagePoolDefineXml: ({ storage }, { xml }) => ({ pool: referenceTo(storage.define(xml)) }),
  storagePoolCreateXml: ({ storage }, { xml, flags }) => ({
    pool: referenceTo(storage.createTransient(xml, (flags & buildFlag) !== 0)),
  }),
  storagePoolBuild({ storage }, { pool }) {
    storage.build(storage.get(pool.uuid));
    return {};
  },
  storagePoolCreate({ storage }, { pool }) {
    storage.start(storage.get(pool.uuid));
    return {};
  },
  storagePoolDestroy({ storage }, { pool }) {
    storage.destroy(storage.get(pool.uuid));
    return {};
  },
  storagePoolDelete({ storage }, { pool }) {
    storage.delete(storage.get(pool.uuid));
    return {};
  },
  storagePoolUndefine({ storage }, { pool }) {
    storage.undefine(storage.get(pool.uuid));
    return {};
  },
  storagePoolRefresh({ storage }, { pool }) {
    storage.requireActive(storage.get(pool.uuid));
    return {};
  },
  storagePoolSetAutostart({ storage }, { pool, autostart }) {
    storage.setAutostart(storage.get(pool.uuid), autostart !== 0);
    return {};
  },
};
