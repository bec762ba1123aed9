import { openHypervisor } from 'node-libvirt';
import { answerEachLine } from '../answer.ts';
import { type ClientTarget, readTarget } from '../client-target.ts';

/** How node-libvirt's process is to call. */
export interface CallingSpec {
  target: ClientTarget;
  call: 'version' | 'xml';
  /** Callers that each wait for their answer before they call again. */
  inFlight: number;
  /** Default: the client's own. */
  windowSize?: number | undefined;
}

const spec = JSON.parse(process.argv[2] ?? '{}') as CallingSpec;
const { windowSize, call, inFlight } = spec;
const hypervisor = await openHypervisor(await readTarget(spec.target), {
  uri: 'test:///default',
  windowSize,
});
await hypervisor.events.subscribe(() => {});
const domain = hypervisor.domain((await hypervisor.listDomains())[0]?.uuid ?? '');
const callOnce = call === 'xml' ? () => domain.xml() : () => hypervisor.host.libVersion();

async function callUntil(endMs: number): Promise<number> {
  let calls = 0;
  for (; performance.now() < endMs; calls++) await callOnce();
  return calls;
}

await answerEachLine(async (ms) => {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  const counts = await Promise.all(Array.from({ length: inFlight }, () => callUntil(begin + ms)));
  const seconds = (performance.now() - begin) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { calls: counts.reduce((a, b) => a + b, 0), seconds, cpuSeconds: (user + system) / 1e6 };
});
await hypervisor.close();
