import { openHypervisor } from 'node-libvirt';
import { answerEachLine } from '../../answer.ts';
import { callRepeatedly } from '../../self-measurement.ts';
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

await answerEachLine((ms) => callRepeatedly(callOnce, { ms, inFlight }));
await hypervisor.close();
