import { join } from 'node:path';
import { differences } from './differences.ts';
import { readLibvirt } from './libvirt.ts';
import { namedConstants } from './named-constants.ts';

/**
 * Compares the tables and constants with unpacked libvirt source packages, which are read and not kept:
 * `node node-libvirt/drift/main.ts FOLDER [FOLDER…]`. Ends with 1 when they differ.
 */
const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error('name the folder of an unpacked libvirt source package');
const releases = await Promise.all(folders.map((folder) => readLibvirt(folder, folder)));
const found = differences(releases, await namedConstants(join(import.meta.dirname, '../src')));
console.log(found.join('\n') || 'no difference');
process.exitCode = found.length > 0 ? 1 : 0;
