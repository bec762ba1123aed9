import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDefinition } from './definition.ts';
import { differences } from './differences.ts';

/**
 * Compares the tables with an unpacked libvirt source package, which is read and not kept:
 * `node node-libvirt/drift/main.ts FOLDER`. Ends with 1 when they differ.
 */
const [folder] = process.argv.slice(2);
if (!folder) throw new Error('name the folder of an unpacked libvirt source package');
const read = (file: string) => readFile(join(folder, 'src/remote', file), 'utf8');
const remote = await read('remote_protocol.x');
const found = differences(parseDefinition(remote), parseDefinition(remote + (await read('qemu_protocol.x'))));
console.log(found.join('\n') || 'no difference');
process.exitCode = found.length > 0 ? 1 : 0;
