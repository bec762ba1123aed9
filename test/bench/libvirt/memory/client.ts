import { setTimeout as delay } from 'node:timers/promises';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { openHypervisor, type Target } from 'node-libvirt';
import { answer, answerEachLine } from '../../answer.ts';
import { settledMemory, spent } from '../../self-measurement.ts';
import { type ClientTarget, readTarget } from '../client-target.ts';

export interface OpeningSpec {
  target: ClientTarget;
  count: number;
  /** `raw`: bare sockets of Node's, which take what Node itself takes. */
  client: 'node-libvirt' | 'raw';
}

/** How many connections are being opened at any time. */
const atOnce = 32;
const callsOnOpening = 20;

const { target, count, client } = JSON.parse(process.argv[2] ?? '{}') as OpeningSpec;
const resolved = await readTarget(target);
/** Keeps them from being collected. */
const opened: unknown[] = [];

async function openOne(to: Target): Promise<unknown> {
  if (client === 'raw') return openRaw(to);
  const hypervisor = await openHypervisor(to);
  await hypervisor.events.subscribe(() => {});
  for (let call = 0; call < callsOnOpening; call++) await hypervisor.host.libVersion();
  return hypervisor;
}

/** One for all, as node-libvirt has it. */
const secureContext =
  resolved.transport === 'tls'
    ? createSecureContext({ ca: resolved.ca, cert: resolved.cert ?? '', key: resolved.key ?? '' })
    : undefined;

/** Until the server's greeting, which is where node-libvirt would begin to call. */
async function openRaw(to: Target): Promise<TLSSocket> {
  if (to.transport !== 'tls') throw new Error('bare sockets are compared over TLS alone');
  const { host, port } = to;
  const socket = connect({
    ...{ host, port, checkServerIdentity: () => undefined },
    ...(secureContext ? { secureContext } : {}),
  });
  await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
  return socket;
}

async function openAll(): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) opened.push(await openOne(resolved));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

opened.push(await openOne(resolved));
const before = await settledMemory();
const { seconds } = await spent(openAll);
const after = await settledMemory();
answer({
  beforeKiB: before.residentKiB,
  afterKiB: after.residentKiB,
  youngKiB: after.youngKiB - before.youngKiB,
  seconds,
});
await answerEachLine(async (ms) => ({ calls: 0, ...(await spent(() => delay(ms))) }));
process.exit();
