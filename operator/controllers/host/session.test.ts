import { beforeEach, describe, expect, it } from 'vitest';
import {
  type DomainEvent,
  type HostConnection,
  type HostFacts,
  type HostTarget,
  type Hypervisor,
  HypervisorError,
} from '../../hypervisor/hypervisor.ts';
import { settle, VirtualClock } from '../../kube/testing/virtual-clock.ts';
import { HostConnections } from './connections.ts';

/** A hypervisor whose attempts the test lets succeed and fail, one by one. */
class ScriptedHypervisor implements Hypervisor {
  readonly attempts: {
    target: HostTarget;
    connect: (uuid?: string) => ScriptedConnection;
    refuse: (error: HypervisorError) => void;
  }[] = [];

  connect(target: HostTarget): Promise<HostConnection> {
    return new Promise((resolve, reject) => {
      this.attempts.push({
        target,
        refuse: reject,
        connect: (uuid = target.name) => {
          const connection = new ScriptedConnection(uuid);
          resolve(connection as unknown as HostConnection);
          return connection;
        },
      });
    });
  }
}

class ScriptedConnection {
  #closed = Promise.withResolvers<HypervisorError | undefined>();
  readonly closed = this.#closed.promise;
  readonly #uuid: string;
  wasClosed = false;
  emit: (event: DomainEvent) => void = () => {};

  constructor(uuid: string) {
    this.#uuid = uuid;
  }

  async facts(): Promise<HostFacts> {
    const cpu = { count: 4 } as HostFacts['cpu'];
    return { hostUUID: this.#uuid, cpu, numaCells: [] as HostFacts['numaCells'] } as HostFacts;
  }
  async subscribe(listener: (event: DomainEvent) => void): Promise<void> {
    this.emit = listener;
  }
  async close(): Promise<void> {
    this.wasClosed = true;
    this.#closed.resolve(undefined);
  }
  break(): void {
    this.#closed.resolve(new HypervisorError('Unreachable', 'reset by peer'));
  }
}

const credentials = { ca: 'ca', certificate: 'c', key: 'k' };
const target = (name: string, address = '10.0.0.1'): HostTarget => ({
  name,
  address,
  port: 16514,
  credentials,
});
const refused = new HypervisorError('Unreachable', 'connection refused');

let clock: VirtualClock;
let hypervisor: ScriptedHypervisor;
let connections: HostConnections;
let told: string[];

beforeEach(() => {
  clock = new VirtualClock();
  hypervisor = new ScriptedHypervisor();
  connections = new HostConnections({ hypervisor, clock, random: () => 1, maxConnecting: 2 });
  told = [];
  connections.listen({
    onLink: (host) => told.push(`${host} ${connections.link(host)?.state}`),
    onDomainEvent: (host, event) => told.push(`${host} ${event.kind} ${event.uuid}`),
  });
});

async function connected(name: string, uuid?: string): Promise<ScriptedConnection> {
  connections.ensure(target(name));
  await settle();
  const connection = hypervisor.attempts.at(-1)?.connect(uuid);
  await settle();
  if (!connection) throw new Error('no attempt was made');
  return connection;
}

describe('a connection to a host', () => {
  it('is Connecting, then Connected with the facts of the host', async () => {
    connections.ensure(target('a'));
    expect(connections.link('a')).toMatchObject({ state: 'Connecting' });
    await connected('a');
    expect(connections.link('a')).toMatchObject({ state: 'Connected', facts: { hostUUID: 'a' } });
    expect(told).toEqual(['a Connected']);
  });

  it('is made once, however often it is asked for', async () => {
    await connected('a');
    connections.ensure(target('a'));
    await settle();
    expect(hypervisor.attempts).toHaveLength(1);
  });

  it('stays Connecting with the reason while the first attempts fail', async () => {
    connections.ensure(target('a'));
    await settle();
    hypervisor.attempts[0]?.refuse(refused);
    await settle();
    expect(connections.link('a')).toMatchObject({ state: 'Connecting', error: refused });
  });

  it('is tried again after pauses that double up to 30 s', async () => {
    connections.ensure(target('a'));
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      await settle();
      hypervisor.attempts.at(-1)?.refuse(refused);
      await settle();
      const before = clock.now();
      const seen = hypervisor.attempts.length;
      while (hypervisor.attempts.length === seen) await clock.advance(250);
      pauses.push(clock.now() - before);
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('that is rejected once may have met a daemon on its way down; twice it is the certificate', async () => {
    const rejected = new HypervisorError('CertificateRejected', 'closed before its greeting');
    connections.ensure(target('a'));
    const codes: (string | undefined)[] = [];
    for (const error of [rejected, refused, rejected, rejected]) {
      await settle();
      hypervisor.attempts.at(-1)?.refuse(error);
      await settle();
      codes.push(connections.link('a')?.error?.code);
      await clock.advance(30_000);
    }
    expect(codes).toEqual(['Unreachable', 'Unreachable', 'Unreachable', 'CertificateRejected']);
  });

  it('that breaks is Lost with the reason, keeps the facts, and comes back', async () => {
    const connection = await connected('a');
    connection.break();
    await settle();
    expect(connections.link('a')).toMatchObject({
      state: 'Lost',
      facts: { hostUUID: 'a' },
      error: { message: 'reset by peer' },
    });
    expect(connections.link('a')?.connection).toBeUndefined();
    await clock.advance(500);
    hypervisor.attempts.at(-1)?.connect();
    await settle();
    expect(told).toEqual(['a Connected', 'a Lost', 'a Connected']);
  });

  it('that is lost keeps the time since when, however many attempts fail', async () => {
    const connection = await connected('a');
    await clock.advance(60_000);
    connection.break();
    await settle();
    const since = connections.link('a')?.since;
    await clock.advance(500);
    hypervisor.attempts.at(-1)?.refuse(refused);
    await settle();
    expect(connections.link('a')).toMatchObject({ state: 'Lost', since, error: refused });
  });

  it('is made anew when the address or the credentials change, and the old one is closed', async () => {
    const old = await connected('a');
    connections.ensure(target('a', '10.0.0.2'));
    await settle();
    expect(old.wasClosed).toBe(true);
    expect(hypervisor.attempts.at(-1)?.target.address).toBe('10.0.0.2');
  });

  it('passes on the events of its domains', async () => {
    const connection = await connected('a');
    connection.emit({ uuid: 'vm', kind: 'Agent' });
    expect(told.at(-1)).toBe('a Agent vm');
  });

  it('that is dropped is closed, not tried again, and tells nothing more', async () => {
    const connection = await connected('a');
    connections.drop('a');
    await clock.advance(120_000);
    expect(connection.wasClosed).toBe(true);
    expect(hypervisor.attempts).toHaveLength(1);
    expect(told).toEqual(['a Connected']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that succeeds after it was dropped is closed at once', async () => {
    connections.ensure(target('a'));
    await settle();
    connections.drop('a');
    const late = hypervisor.attempts[0]?.connect();
    await settle();
    expect(late?.wasClosed).toBe(true);
    expect(told).toEqual([]);
  });
});

describe('many connections', () => {
  it('are attempted a few at a time, and one that hangs gives its place back when it fails', async () => {
    for (const name of ['a', 'b', 'c']) connections.ensure(target(name));
    await settle();
    expect(hypervisor.attempts.map((attempt) => attempt.target.name)).toEqual(['a', 'b']);
    hypervisor.attempts[0]?.refuse(refused);
    await settle();
    expect(hypervisor.attempts.map((attempt) => attempt.target.name)).toEqual(['a', 'b', 'c']);
  });

  it('find hosts that answer with the same uuid', async () => {
    await connected('a', 'same');
    await connected('b', 'same');
    await connected('c', 'other');
    expect([connections.sharesUUID('a'), connections.sharesUUID('b'), connections.sharesUUID('c')]).toEqual([
      'b',
      'a',
      undefined,
    ]);
  });
});
