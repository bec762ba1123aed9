import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError } from '../../hack/start/describe-error.ts';
import { Interrupted, onInterruption } from '../../hack/start/interruption.ts';
import { type Report, reportTable, thisMachine } from './report.ts';

export interface BenchContext {
  /** Tells what happens now. */
  progress: (line: string) => void;
  signal: AbortSignal;
  /** Of a benchmark that has several, those that were asked for; none: all. */
  parts: readonly string[];
}

export type BenchResult = Pick<Report, 'figures'> & { machine?: Report['machine'] };

/** What can be measured, each in a module that exports `bench`; loaded only when it is asked for. */
const benches = {
  lifecycle: {
    about: '20 VMs created at once on 3 hosts, beside plain virsh; API writes',
    load: async () => (await import('./lifecycle/bench.ts')).bench,
  },
  libvirt: {
    about: 'node-libvirt beside C on libvirt.so and virsh: calls, memory, hung hosts, volumes',
    load: async () => (await import('./libvirt/bench.ts')).bench,
  },
  placement: {
    about: 'placing VMs on 5,000 hosts beside kube-scheduler, hail and plain scans; every placement verified',
    load: async () => (await import('./placement/bench.ts')).bench,
  },
  runtime: {
    about: 'the controller runtime with 10,000 VMs beside client-node: caches, reconciles, writes, rest',
    load: async () => (await import('./runtime/bench.ts')).bench,
  },
} as const satisfies Record<string, { about: string; load: () => Promise<Bench> }>;

type Bench = (context: BenchContext) => Promise<BenchResult>;

const isBench = (name: string): name is keyof typeof benches => Object.hasOwn(benches, name);

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' } },
  });
  const [name, ...parts] = positionals;
  if (name === undefined) return list();
  if (!isBench(name))
    throw new Error(`There is no benchmark ${name}; there is: ${Object.keys(benches).join(', ')}.`);
  const signal = onInterruption(() => console.log('\nEnding the benchmark …'));
  const bench = await benches[name].load();
  const { figures, machine = {} } = await bench({
    progress: (line) => console.log(`  ${line}`),
    signal,
    parts,
  });
  const report: Report = { bench: name, machine: { ...thisMachine(), ...machine }, figures };
  console.log(reportTable(report));
  if (values.json === undefined) return;
  // npm runs scripts in the project's root; the file is meant from where the user is.
  await writeFile(
    resolve(process.env['INIT_CWD'] ?? '.', values.json),
    `${JSON.stringify(report, null, 2)}\n`,
  );
}

function list(): void {
  console.log('npm run bench -- NAME [PART …] [--json FILE]\n');
  for (const [name, { about }] of Object.entries(benches)) console.log(`  ${name.padEnd(12)} ${about}`);
}

// A missed goal is a result: only a benchmark that could not run ends with an error.
await main().catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = error instanceof Interrupted ? error.exitCode : 1;
});
