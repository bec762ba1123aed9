import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout's root folder. */
export const projectRoot = resolve(import.meta.dirname, '..');

/**
 * What is built once and reused by every checkout: control plane binaries, guest images, toolchains.
 * `VMFABRIC_CACHE` names another folder, which is how a cold run is tried without losing the warm one.
 */
export const cacheRoot =
  process.env['VMFABRIC_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'vmfabric');

/** State of what runs now (process ids, certificates, logs); gone after `npm run down`. */
export const stateRoot = process.env['VMFABRIC_STATE'] ?? join(projectRoot, '.vmfabric');
