/** For resizing a disk (libvirt: virDomainBlockResizeFlags). */
export const BlockResizeFlag = { Bytes: 1, Capacity: 2 } as const;

/** What a job on a disk does, in the order of libvirt's numbers (libvirt: virDomainBlockJobType). */
export const BlockJobType = ['unknown', 'pull', 'copy', 'commit', 'activeCommit', 'backup'] as const;
export type BlockJobType = (typeof BlockJobType)[number];

/** For ending a job on a disk (libvirt: virDomainBlockJobAbortFlags). */
export const BlockJobAbortFlag = { Async: 1, Pivot: 2 } as const;

/** For asking about a job on a disk (libvirt: virDomainBlockJobInfoFlags). */
export const BlockJobInfoFlag = { BandwidthBytes: 1 } as const;

/** In what a speed is given; none means MiB/s (libvirt: virDomainBlockJobSetSpeedFlags). */
export const BlockJobSpeedFlag = { BandwidthBytes: 1 } as const;

/** In what a speed is given; none means MiB/s (libvirt: virDomainBlockPullFlags). */
export const BlockPullFlag = { BandwidthBytes: 1 << 6 } as const;

/** For pulling a part of a chain of images, or copying it (libvirt: virDomainBlockRebaseFlags). */
export const BlockRebaseFlag = {
  Shallow: 1 << 0,
  ReuseExt: 1 << 1,
  CopyRaw: 1 << 2,
  Copy: 1 << 3,
  Relative: 1 << 4,
  CopyDev: 1 << 5,
  BandwidthBytes: 1 << 6,
} as const;

/** For copying a disk (libvirt: virDomainBlockCopyFlags). */
export const BlockCopyFlag = {
  Shallow: 1 << 0,
  ReuseExternal: 1 << 1,
  TransientJob: 1 << 2,
  SynchronousWrites: 1 << 3,
} as const;

/** For merging images of a chain downwards (libvirt: virDomainBlockCommitFlags). */
export const BlockCommitFlag = {
  Shallow: 1 << 0,
  Delete: 1 << 1,
  Active: 1 << 2,
  Relative: 1 << 3,
  BandwidthBytes: 1 << 4,
} as const;

/** Why a disk stopped, in the order of libvirt's numbers (libvirt: virDomainDiskErrorCode). */
export const DiskErrorCode = ['none', 'unspec', 'noSpace'] as const;
export type DiskErrorCode = (typeof DiskErrorCode)[number];
