import { addAbortSignal, type Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { systemClock } from '../src/clock.ts';
import { Connection } from '../src/connection/connection.ts';
import type { ConnectionOptions } from '../src/connection/options.ts';
import type { DomainEvent } from '../src/events/kinds.ts';
import { HypervisorConnection } from '../src/facade/hypervisor.ts';
import { openUri } from '../src/handshake/open-uri.ts';

/**
 * What is recorded: a short session with a driver that starts no guest and says nothing of its machine. It returns all
 * that it was told, for comparison. `testdata/NAME.jsonl` holds the packets of each.
 */
export interface Session {
  uri: string;
  /** @param signal for what has no deadline of its own, as streams have none */
  run(hypervisor: HypervisorConnection, signal: AbortSignal): Promise<unknown>;
}

const streamsWithinMs = 300_000;

const domainXml = `<domain type='test'>
  <name>recorded</name><uuid>11111111-2222-4333-8444-555555555555</uuid>
  <memory unit='MiB'>64</memory><vcpu>2</vcpu><os><type>hvm</type></os>
</domain>`;

const missing = '99999999-9999-4999-8999-999999999999';

/** A domain's life, step by step, with its events. */
async function life(hypervisor: HypervisorConnection): Promise<unknown> {
  const events: DomainEvent[] = [];
  await hypervisor.events.subscribe((event) => events.push(event));
  const domain = await hypervisor.defineXml(domainXml);
  await domain.create();
  const running = await domain.state();
  const stats = await hypervisor.domainStats({ uuids: [domain.uuid] });
  await domain.destroy();
  await domain.undefine();
  // By its reply all events of the calls before it have come.
  const left = await hypervisor.listDomains();
  return { running, stats, left, events };
}

/** Four calls at a time, as many as the window lets out. */
async function listing(hypervisor: HypervisorConnection): Promise<unknown> {
  const { connection, host } = hypervisor;
  const all = { needResults: 1, flags: 0 };
  const lists = await Promise.all([
    hypervisor.listDomains(),
    connection.call('connectListAllNetworks', all),
    hypervisor.storagePools().then((pools) => pools.map(({ name, uuid }) => ({ name, uuid }))),
    host.nodeInfo(),
  ]);
  const [domain] = lists[0];
  const of = hypervisor.domain(domain?.uuid ?? missing);
  return [lists, await Promise.all([of.state(), of.xml(), of.info(), host.cellsFreeMemoryBytes()])];
}

/** Calls that the server refuses; each answer is its error. */
async function refusals(hypervisor: HypervisorConnection): Promise<unknown> {
  const domain = hypervisor.domain(missing);
  const answers: unknown[] = [];
  for (const ask of [
    () => domain.state(),
    () => hypervisor.defineXml('<domain'),
    () => hypervisor.storagePool('missing'),
    () => hypervisor.listDomains(),
  ])
    answers.push(await ask().catch(refusal));
  return answers;
}

/** A server's "no" is an answer; anything else ends the session. */
function refusal(error: Error & { code?: unknown }): unknown {
  if (error.name !== 'LibvirtError') throw error;
  return { code: error.code, message: error.message };
}

/** A volume's bytes up and down again. */
async function volume(hypervisor: HypervisorConnection, signal: AbortSignal): Promise<unknown> {
  const pool = await hypervisor.defineStoragePool(
    `<pool type='dir'><name>recorded</name><uuid>${missing}</uuid><target><path>/var/lib/libvirt/recorded</path></target></pool>`,
  );
  await pool.build();
  await pool.create();
  const disk = await pool.createVolume(
    "<volume><name>disk.raw</name><capacity unit='b'>600</capacity></volume>",
  );
  const content = Buffer.from('some bytes of a disk; '.repeat(25));
  await pipeline([content], await disk.upload(), { signal });
  const bytes = await buffer(addAbortSignal(signal, await disk.download()));
  await disk.delete();
  await pool.destroy();
  await pool.delete();
  await pool.undefine();
  return { reference: disk.reference, bytes: bytes.toString('latin1') };
}

/** Opens a connection over `stream`, runs the session on it, and says good-bye. */
export async function runSession(
  { uri, run }: Session,
  stream: Duplex,
  options: ConnectionOptions = {},
): Promise<unknown> {
  const connection = new Connection(stream, options);
  const { clock = systemClock } = options;
  const deadline = new AbortController();
  const timer = clock.setTimeout(() => deadline.abort(), streamsWithinMs);
  try {
    await openUri(connection, uri, false, () => ({}));
    const hypervisor = new HypervisorConnection(connection, (error) => {
      throw error;
    });
    const told = await run(hypervisor, deadline.signal);
    await hypervisor.close();
    return told;
  } finally {
    clock.clearTimeout(timer);
    connection.close();
  }
}

export const sessions: Readonly<Record<string, Session>> = {
  life: { uri: 'test:///default', run: life },
  listing: { uri: 'test:///default', run: listing },
  refusals: { uri: 'test:///default', run: refusals },
  volume: { uri: 'storage:///system', run: volume },
};
