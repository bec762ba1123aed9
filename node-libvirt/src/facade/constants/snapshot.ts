/** For taking a snapshot (libvirt: virDomainSnapshotCreateFlags). */
export const SnapshotCreateFlag = {
  Redefine: 1 << 0,
  Current: 1 << 1,
  NoMetadata: 1 << 2,
  Halt: 1 << 3,
  DiskOnly: 1 << 4,
  ReuseExt: 1 << 5,
  Quiesce: 1 << 6,
  Atomic: 1 << 7,
  Live: 1 << 8,
  Validate: 1 << 9,
} as const;

/** What the description of a snapshot is to have (libvirt: virDomainSnapshotXMLFlags). */
export const SnapshotXmlFlag = { Secure: 1 } as const;

/**
 * Which snapshots a list is to have; Roots is for those of a domain, Descendants for those of a snapshot
 * (libvirt: virDomainSnapshotListFlags).
 */
export const SnapshotListFlag = {
  Roots: 1 << 0,
  Descendants: 1 << 0,
  Leaves: 1 << 2,
  NoLeaves: 1 << 3,
  Metadata: 1 << 1,
  NoMetadata: 1 << 4,
  Inactive: 1 << 5,
  Active: 1 << 6,
  DiskOnly: 1 << 7,
  Internal: 1 << 8,
  External: 1 << 9,
  Topological: 1 << 10,
} as const;

/** For setting a domain back (libvirt: virDomainSnapshotRevertFlags). */
export const SnapshotRevertFlag = {
  Running: 1 << 0,
  Paused: 1 << 1,
  Force: 1 << 2,
  ResetNvram: 1 << 3,
} as const;

/** What goes when a snapshot is deleted (libvirt: virDomainSnapshotDeleteFlags). */
export const SnapshotDeleteFlag = { Children: 1 << 0, MetadataOnly: 1 << 1, ChildrenOnly: 1 << 2 } as const;

/** For making a checkpoint (libvirt: virDomainCheckpointCreateFlags). */
export const CheckpointCreateFlag = { Redefine: 1 << 0, Quiesce: 1 << 1, RedefineValidate: 1 << 2 } as const;

/** What the description of a checkpoint is to have (libvirt: virDomainCheckpointXMLFlags). */
export const CheckpointXmlFlag = { Secure: 1 << 0, NoDomain: 1 << 1, Size: 1 << 2 } as const;

/**
 * Which checkpoints a list is to have; Roots is for those of a domain, Descendants for those of a checkpoint
 * (libvirt: virDomainCheckpointListFlags).
 */
export const CheckpointListFlag = {
  Roots: 1 << 0,
  Descendants: 1 << 0,
  Topological: 1 << 1,
  Leaves: 1 << 2,
  NoLeaves: 1 << 3,
} as const;

/** What goes when a checkpoint is deleted (libvirt: virDomainCheckpointDeleteFlags). */
export const CheckpointDeleteFlag = { Children: 1 << 0, MetadataOnly: 1 << 1, ChildrenOnly: 1 << 2 } as const;

/** For beginning a backup (libvirt: virDomainBackupBeginFlags). */
export const BackupFlag = { ReuseExternal: 1 } as const;
