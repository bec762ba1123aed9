/** Which pools a list is to have; none means all (libvirt: virConnectListAllStoragePoolsFlags). */
export const ListStoragePoolsFlag = {
  Inactive: 1 << 0,
  Active: 1 << 1,
  Persistent: 1 << 2,
  Transient: 1 << 3,
  Autostart: 1 << 4,
  NoAutostart: 1 << 5,
  Dir: 1 << 6,
  Fs: 1 << 7,
  Netfs: 1 << 8,
  Logical: 1 << 9,
  Disk: 1 << 10,
  Iscsi: 1 << 11,
  Scsi: 1 << 12,
  Mpath: 1 << 13,
  Rbd: 1 << 14,
  Sheepdog: 1 << 15,
  Gluster: 1 << 16,
  Zfs: 1 << 17,
  Vstorage: 1 << 18,
  IscsiDirect: 1 << 19,
} as const;

/** For defining a pool (libvirt: virStoragePoolDefineFlags). */
export const StoragePoolDefineFlag = { Validate: 1 } as const;

/** For making what a pool keeps its volumes in (libvirt: virStoragePoolBuildFlags). */
export const StoragePoolBuildFlag = {
  New: 0,
  Repair: 1 << 0,
  Resize: 1 << 1,
  NoOverwrite: 1 << 2,
  Overwrite: 1 << 3,
} as const;

/** For starting a pool (libvirt: virStoragePoolCreateFlags). */
export const StoragePoolCreateFlag = {
  Normal: 0,
  WithBuild: 1 << 0,
  WithBuildOverwrite: 1 << 1,
  WithBuildNoOverwrite: 1 << 2,
} as const;

/** For deleting what a pool keeps its volumes in (libvirt: virStoragePoolDeleteFlags). */
export const StoragePoolDeleteFlag = { Normal: 0, Zeroed: 1 } as const;

/** Whether a pool can be used, in the order of libvirt's numbers (libvirt: virStoragePoolState). */
export const StoragePoolState = ['inactive', 'building', 'running', 'degraded', 'inaccessible'] as const;
export type StoragePoolState = (typeof StoragePoolState)[number];

/** Which description of a pool is wanted (libvirt: virStorageXMLFlags). */
export const StorageXmlFlag = { Inactive: 1 } as const;

/** What a volume is, in the order of libvirt's numbers (libvirt: virStorageVolType). */
export const VolumeType = ['file', 'block', 'dir', 'network', 'netdir', 'ploop'] as const;
export type VolumeType = (typeof VolumeType)[number];

/** Which size is told as the allocation (libvirt: virStorageVolInfoFlags). */
export const VolumeInfoFlag = { UseAllocation: 0, GetPhysical: 1 } as const;

/** For making a volume (libvirt: virStorageVolCreateFlags). */
export const VolumeCreateFlag = { PreallocMetadata: 1 << 0, Reflink: 1 << 1, Validate: 1 << 2 } as const;

/** For deleting a volume (libvirt: virStorageVolDeleteFlags). */
export const VolumeDeleteFlag = { Normal: 0, Zeroed: 1, WithSnapshots: 2 } as const;

/** For resizing a volume (libvirt: virStorageVolResizeFlags). */
export const VolumeResizeFlag = { Allocate: 1 << 0, Delta: 1 << 1, Shrink: 1 << 2 } as const;

/** For reading a volume (libvirt: virStorageVolDownloadFlags). */
export const VolumeDownloadFlag = { SparseStream: 1 } as const;

/** For writing a volume (libvirt: virStorageVolUploadFlags). */
export const VolumeUploadFlag = { SparseStream: 1 } as const;

/** What a volume is overwritten with (libvirt: virStorageVolWipeAlgorithm). */
export const WipeAlgorithm = {
  Zero: 0,
  Nnsa: 1,
  Dod: 2,
  Bsi: 3,
  Gutmann: 4,
  Schneier: 5,
  Pfitzner7: 6,
  Pfitzner33: 7,
  Random: 8,
  Trim: 9,
} as const;
