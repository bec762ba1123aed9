import type { Area } from './row.ts';
import { changes } from './rows/changes.ts';
import { checkpoints } from './rows/checkpoints.ts';
import { domainErrors } from './rows/domain-errors.ts';
import { host } from './rows/host.ts';
import { life } from './rows/life.ts';
import { limits } from './rows/limits.ts';
import { networks, realNetworks } from './rows/networks.ts';
import { networkErrors, secretErrors, storageErrors } from './rows/object-errors.ts';
import { folderPools, pools } from './rows/pools.ts';
import { qemuConfig } from './rows/qemu-config.ts';
import { qemuConfigErrors, qemuLiveErrors } from './rows/qemu-errors.ts';
import { qemuHost } from './rows/qemu-host.ts';
import { qemuLive } from './rows/qemu-live.ts';
import { questions } from './rows/questions.ts';
import { readerErrors } from './rows/reader-errors.ts';
import { saving } from './rows/saving.ts';
import { secrets } from './rows/secrets.ts';
import { snapshotRows } from './rows/snapshots.ts';
import { stateErrors } from './rows/state-errors.ts';
import { volumes } from './rows/volumes.ts';

/** All that this client and virsh are compared by. */
export const table: readonly Area[] = [
  ...[host, qemuHost, questions, limits, life, saving, changes, snapshotRows, checkpoints],
  ...[networks, realNetworks, pools, folderPools, volumes, secrets, qemuConfig, qemuLive],
  ...[stateErrors, domainErrors, readerErrors, networkErrors, storageErrors, secretErrors],
  ...[qemuConfigErrors, qemuLiveErrors],
];
