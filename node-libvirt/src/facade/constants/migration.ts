/** How a domain moves to another host (libvirt: virDomainMigrateFlags). */
export const MigrateFlag = {
  Live: 1 << 0,
  PeerToPeer: 1 << 1,
  Tunnelled: 1 << 2,
  PersistDestination: 1 << 3,
  UndefineSource: 1 << 4,
  Paused: 1 << 5,
  NonSharedDisk: 1 << 6,
  NonSharedIncremental: 1 << 7,
  ChangeProtection: 1 << 8,
  Unsafe: 1 << 9,
  Offline: 1 << 10,
  Compressed: 1 << 11,
  AbortOnError: 1 << 12,
  AutoConverge: 1 << 13,
  RdmaPinAll: 1 << 14,
  PostCopy: 1 << 15,
  Tls: 1 << 16,
  Parallel: 1 << 17,
  NonSharedSynchronousWrites: 1 << 18,
  PostCopyResume: 1 << 19,
  ZeroCopy: 1 << 20,
} as const;

/** Which speed is meant (libvirt: virDomainMigrateMaxSpeedFlags). */
export const MaxSpeedFlag = { PostCopy: 1 } as const;

/** How the rate at which a guest changes its memory is measured (libvirt: virDomainDirtyRateCalcFlags). */
export const DirtyRateFlag = { PageSampling: 0, DirtyBitmap: 1, DirtyRing: 2 } as const;

/** How far a measurement is, in the order of libvirt's numbers (libvirt: virDomainDirtyRateStatus). */
export const DirtyRateStatus = ['unstarted', 'measuring', 'measured'] as const;
export type DirtyRateStatus = (typeof DirtyRateStatus)[number];

/** Which job's statistics are wanted (libvirt: virDomainGetJobStatsFlags). */
export const JobStatsFlag = { Completed: 1, KeepCompleted: 2 } as const;

/** For ending a job (libvirt: virDomainAbortJobFlagsValues). */
export const AbortJobFlag = { PostCopy: 1 } as const;

/** How far a job is, in the order of libvirt's numbers (libvirt: virDomainJobType). */
export const JobType = ['None', 'Bounded', 'Unbounded', 'Completed', 'Failed', 'Cancelled'] as const;
export type JobType = (typeof JobType)[number];

/** What a job does, in the order of libvirt's numbers (libvirt: virDomainJobOperation). */
export const JobOperation = [
  'unknown',
  'start',
  'save',
  'restore',
  'migrationIn',
  'migrationOut',
  'snapshot',
  'snapshotRevert',
  'dump',
  'backup',
  'snapshotDelete',
] as const;
export type JobOperation = (typeof JobOperation)[number];
