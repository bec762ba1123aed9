import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../connection/connection.ts';
import { ConnectionClosed } from '../../errors.ts';
import { openHypervisor } from '../../facade/hypervisor.ts';
import { FakeServer } from '../fake-server.ts';
import { turns, VirtualClock } from '../virtual-clock.ts';
import { delayPackets } from './flow-faults.ts';
import { everyPacket, nth } from './packet-fault.ts';
import { dropPackets, stopReading } from './packet-faults.ts';
import { disturbed, type LinkOptions } from './packet-link.ts';
import { packetName } from './packet-names.ts';
import { RecordingProxy } from './recording-proxy.ts';
import { ReplayServer } from './replay-server.ts';
import { formatTranscript, parseTranscript, type Transcript } from './transcript.ts';

function start(faults: Omit<LinkOptions, 'onPacket'> = {}) {
  const server = new FakeServer().on('connectGetHostname', () => ({ hostname: 'host1' }));
  const proxy = new RecordingProxy(() => server.connect(), faults);
  const [client, end] = duplexPair();
  const transcript = proxy.accept(end);
  return { server, proxy, transcript, client };
}

const story = (transcript: Transcript) =>
  transcript.map(({ from, header }) => `${from} ${packetName(header)} ${header.serial}`);

describe('a recording proxy', () => {
  it('passes everything on, and keeps each packet in the order in which it came', async () => {
    const { transcript, client, server } = start();
    const connection = new Connection(client, { clock: new VirtualClock() });
    expect(await connection.call('connectGetHostname', {})).toEqual({ hostname: 'host1' });
    server.peer.ping();
    await turns();
    expect(story(transcript)).toEqual([
      ...['client connectGetHostname 1', 'server connectGetHostname 1', 'server ping 0', 'client pong 0'],
    ]);
    connection.close();
  });

  it('keeps what was sent, not what a fault left of it', async () => {
    const { transcript, client } = start({ toClient: [dropPackets(everyPacket)] });
    const connection = new Connection(client, { clock: new VirtualClock() });
    const call = connection.call('connectGetHostname', {}).catch((error: unknown) => error);
    await turns();
    expect(story(transcript)).toEqual(['client connectGetHostname 1', 'server connectGetHostname 1']);
    connection.close();
    await call;
  });

  it('ends with its client, and with its server', async () => {
    const { client, server } = start();
    const connection = new Connection(client, { clock: new VirtualClock() });
    await connection.call('connectGetHostname', {});
    server.peer.destroy();
    expect(await connection.closed).toBeInstanceOf(ConnectionClosed);
    const other = new FakeServer();
    const end = other.connect();
    const proxied = disturbed(end, {});
    proxied.destroy();
    await turns();
    expect(end.destroyed || end.writableEnded).toBe(true);
  });

  it('ends when what passes is no packet', async () => {
    const { client, server } = start();
    const connection = new Connection(client, { clock: new VirtualClock() });
    await connection.call('connectGetHostname', {});
    server.peer.sendRaw(Buffer.alloc(4));
    expect(await connection.closed).toBeInstanceOf(ConnectionClosed);
  });
});

describe('a link', () => {
  it('leaves no timer when its client goes while something is late', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer().on('connectGetHostname', () => ({ hostname: 'host1' }));
    const late = [delayPackets(everyPacket, 60_000)];
    const stream = disturbed(server.connect(), { toClient: late, toServer: late, clock });
    const connection = new Connection(stream, { clock });
    const call = connection.call('connectGetHostname', {}).catch((error: unknown) => error);
    await clock.advance(1_000);
    connection.close();
    await call;
    await turns();
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes no more than its buffers from a client that is not read any more', async () => {
    const [server, far] = duplexPair();
    far.resume();
    const stream = disturbed(server, { toServer: [stopReading(nth(0))] });
    stream.on('error', () => {});
    const piece = Buffer.alloc(64 * 1024);
    piece.writeUInt32BE(piece.length, 0);
    let taken = 0;
    for (let sent = 0; sent < 100; sent++) stream.write(piece, (error) => error || taken++);
    await turns(50);
    expect(taken).toBeLessThan(4);
    stream.destroy();
  });
});

describe('on unix sockets', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'node-libvirt-recording-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('what passed through the proxy is said again by the replay server', async () => {
    const [daemon, between, replayed] = ['daemon', 'between', 'replayed'].map((name) => join(dir, name)) as [
      ...[string, string, string],
    ];
    const server = new FakeServer().on('connectGetHostname', () => ({ hostname: 'host1' }));
    await server.listen(daemon);
    const proxy = new RecordingProxy(() => createConnection(daemon));
    await proxy.listen(between);
    const ask = async (path: string) => {
      await using hypervisor = await openHypervisor({ transport: 'unix', path }, { uri: null });
      return await hypervisor.host.hostname();
    };
    expect(await ask(between)).toBe('host1');
    await proxy.close();
    await server.close();
    const replay = new ReplayServer(parseTranscript(formatTranscript(proxy.transcripts[0] ?? [])));
    await replay.listen(replayed);
    expect(await ask(replayed)).toBe('host1');
    expect(replay.replays[0]?.left).toEqual([]);
    await replay.close();
  });
});
