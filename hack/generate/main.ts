import { parseArgs } from 'node:util';
import { projectRoot } from '../paths.ts';
import { differences, writeFiles } from './files.ts';
import { outputs, ownedFolders } from './outputs.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

if (values.check) {
  const paths = await differences(projectRoot, outputs(), ownedFolders);
  for (const path of paths) console.error(`${path} is not what its sources make; run npm run generate`);
  process.exitCode = paths.length > 0 ? 1 : 0;
} else {
  for (const path of await writeFiles(projectRoot, outputs(), ownedFolders)) console.log(path);
}
