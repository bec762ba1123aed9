import { setTimeout as delay } from 'node:timers/promises';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { getHeapSpaceStatistics } from 'node:v8';
import { openHypervisor, type Target } from 'node-libvirt';
import { answer, answerEachLine } from '../answer.ts';
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

interface Memory {
  residentKiB: number;
  /** Of it V8's young generation, which grows with what a process does and is one for all connections. */
  youngKiB: number;
}

async function memory(): Promise<Memory> {
  // Twice, as some of what Node holds outside of its heap is let go only after the first.
  for (let turn = 0; turn < 2; turn++) {
    globalThis.gc?.();
    await delay(100);
  }
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return {
    residentKiB: process.memoryUsage.rss() / 1024,
    youngKiB: (young?.physical_space_size ?? 0) / 1024,
  };
}

opened.push(await openOne(resolved));
const before = await memory();
const begin = performance.now();
await openAll();
const seconds = (performance.now() - begin) / 1e3;
const after = await memory();
answer({
  beforeKiB: before.residentKiB,
  afterKiB: after.residentKiB,
  youngKiB: after.youngKiB - before.youngKiB,
  seconds,
});
await answerEachLine(async (ms) => {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await delay(ms);
  const { user, system } = process.cpuUsage(cpu);
  return { calls: 0, seconds: (performance.now() - start) / 1e3, cpuSeconds: (user + system) / 1e6 };
});
process.exit();
