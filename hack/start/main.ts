import { stateRoot } from '../paths.ts';
import { describeError } from './describe-error.ts';
import { Interrupted } from './interruption.ts';
import { parseOptions, usage } from './options.ts';
import { runOutOfCluster } from './out-of-cluster.ts';
import { start } from './start.ts';

// When the terminal goes away, taking down must not end at the first line that nobody can read.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const say = (line: string) => console.log(line);

try {
  const options = parseOptions(process.argv.slice(2), process.env['INIT_CWD']);
  if (options.help) say(usage);
  else if (options.kubeconfig) process.exitCode = await runOutOfCluster(options.kubeconfig, say);
  else process.exitCode = await start({ ...options, dir: stateRoot }, say);
} catch (error) {
  console.error(describeError(error));
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
}
