import { ErrorCode } from '../src/index.ts';

/** Where libvirt's drivers honestly differ. */
export interface DriverTraits {
  /** Code of an operation that the domain's state does not allow. */
  wrongState: ErrorCode;
  /** Lifecycle events of a start, in their order. */
  startEvents: readonly string[];
  /** Whether a domain can be started with its processors standing still. */
  startsPaused: boolean;
  /** Whether to suspend what is suspended is fine. */
  suspendsTwice: boolean;
  /** Whether the contract's guest shuts down when it is asked to. */
  guestObeys: boolean;
  /** Whether what has no definition can be neither undefined nor started by itself, and vanishes when it stops. */
  isStrictAboutTransience: boolean;
  /** Whether volumes have content, which can be uploaded, downloaded and resized. */
  hasVolumeContent: boolean;
  /** Code of a volume that is there already. */
  volumeExists: ErrorCode;
  /** Whether a pool's folder is made and looked at. */
  hasFolders: boolean;
}

/** The driver that production hosts have. */
export const qemuDriver: DriverTraits = {
  wrongState: ErrorCode.OPERATION_INVALID,
  startEvents: ['Resumed Unpaused', 'Started Booted'],
  startsPaused: true,
  suspendsTwice: true,
  guestObeys: false,
  isStrictAboutTransience: true,
  hasVolumeContent: true,
  volumeExists: ErrorCode.STORAGE_VOL_EXIST,
  hasFolders: true,
};

/** libvirt's own driver for tests, which has no guests. */
export const testDriver: DriverTraits = {
  wrongState: ErrorCode.INTERNAL_ERROR,
  startEvents: ['Started Booted'],
  startsPaused: false,
  suspendsTwice: false,
  guestObeys: true,
  isStrictAboutTransience: false,
  hasVolumeContent: false,
  volumeExists: ErrorCode.OPERATION_FAILED,
  hasFolders: false,
};
