import { mkdir } from 'node:fs/promises';
import { pack } from './pack.ts';

const [folder = '.'] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
console.log(await pack(folder));
