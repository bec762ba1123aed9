import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { projectRoot, stateRoot } from '../paths.ts';
import { readRecord } from './record.ts';

const record = await readRecord(stateRoot);
if (!record?.kubectlPath || !record.kubeconfigPath) {
  console.error('No fabric is running here: bring one up with npm start.');
  process.exit(1);
}
const child = spawn(record.kubectlPath, process.argv.slice(2), {
  // npm runs scripts in the project's root; file names are meant from where the user is.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  env: {
    ...process.env,
    KUBECONFIG: record.kubeconfigPath,
    // Where kubectl finds `kubectl vmfabric`.
    PATH: [join(projectRoot, 'cli/bin'), process.env['PATH']].join(delimiter),
  },
  stdio: 'inherit',
});
// Ctrl-C is kubectl's: of `get --watch` and `logs --follow` it is the normal end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));
