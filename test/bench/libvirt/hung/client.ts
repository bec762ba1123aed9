import { readFile } from 'node:fs/promises';
import { type HypervisorConnection, openHypervisor, type Target } from 'node-libvirt';
import { answerEachLine } from '../../answer.ts';
import { percentile } from '../../samples.ts';
import { type ClientTarget, readTarget } from '../client-target.ts';

export interface HungSpec {
  healthy: ClientTarget;
  /** Answers, but not to calls that wait for a guest. */
  stuck: ClientTarget;
  /** Accepts, and never says a word. */
  silent: ClientTarget;
  /** Half of them stuck, half silent. */
  hungHosts: number;
}

const uri = 'qemu:///system';
const spec = JSON.parse(process.argv[2] ?? '{}') as HungSpec;
const callsPerHost = 4;
const dayMs = 24 * 3_600_000;

const hungInCalls: HypervisorConnection[] = [];
let hungInOpening = 0;

/** Opened, with as many calls under way as it lets through, and one more that waits. */
async function hangInCalls(target: Target): Promise<void> {
  const hypervisor = await openHypervisor(target, { uri });
  hungInCalls.push(hypervisor);
  const domain = hypervisor.domain('00000000-0000-4000-8000-000000000001');
  // Ended with this process alone, by which nobody waits for them any more.
  for (let call = 0; call <= callsPerHost; call++) domain.state({ timeoutMs: dayMs }).catch(() => {});
}

/** The opening itself waits. */
function hangInOpening(target: Target): void {
  hungInOpening++;
  const ended = () => void hungInOpening--;
  openHypervisor(target, { uri, connectTimeoutMs: dayMs }).then(ended, ended);
}

/** Those that hang indeed, by which a mistake here would not look like a good figure. */
const hungNow = () =>
  hungInOpening + hungInCalls.filter(({ connection }) => connection.load.unanswered === callsPerHost).length;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function callTimes(hypervisor: HypervisorConnection, endMs: number): Promise<number[]> {
  const times: number[] = [];
  while (performance.now() < endMs) times.push(await timed(() => hypervisor.host.libVersion()));
  return times;
}

const [healthy, stuck, silent] = await Promise.all(
  [spec.healthy, spec.stuck, spec.silent].map((target) => readTarget(target)),
);
if (!healthy || !stuck || !silent) throw new Error('three targets are needed');
for (let host = 0; host < spec.hungHosts / 2; host++) {
  await hangInCalls(stuck);
  hangInOpening(silent);
}
const hypervisor = await openHypervisor(healthy, { uri });
await answerEachLine(async (ms) => {
  const openMs = await timed(async () => (await openHypervisor(healthy, { uri })).close());
  const calling = callTimes(hypervisor, performance.now() + ms);
  const readFileMs = await timed(() => readFile('/proc/self/stat'));
  const times = await calling;
  const [p50Ms, p99Ms, maxMs] = [50, 99, 100].map((percent) => percentile(times, percent));
  const quantiles = { p50Ms: p50Ms ?? 0, p99Ms: p99Ms ?? 0, maxMs: maxMs ?? 0 };
  return { ...quantiles, readFileMs, openMs, hungHosts: hungNow() };
});
process.exit();
