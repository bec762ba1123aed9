import { describe, expect, it } from 'vitest';
import { Connection } from '../../connection/connection.ts';
import { FakeServer } from '../../testing/fake-server.ts';
import { turns, VirtualClock } from '../../testing/virtual-clock.ts';
import { MigrateFlag } from '../constants/index.ts';
import { Domain } from '../domain.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';

function start() {
  const clock = new VirtualClock();
  const server = new FakeServer().on('domainMigratePerform3Params', () => ({ cookieOut: new Uint8Array() }));
  return { clock, server, domain: new Domain(new Connection(server.connect(), { clock }), uuid) };
}

describe('migrate', () => {
  it('asks the source host to do it with the destination, peer to peer', async () => {
    const { server, domain } = start();
    await domain.migrate('qemu+tls://h2/system', {
      flags: MigrateFlag.Live,
      bandwidth: 100n,
      parallelConnections: 4,
    });
    expect(server.calls[0]?.args).toMatchObject({
      dom: { uuid },
      dconnuri: 'qemu+tls://h2/system',
      flags: MigrateFlag.Live | MigrateFlag.PeerToPeer,
      params: [
        { field: 'bandwidth', type: 'ullong', value: 100n },
        { field: 'parallel.connections', type: 'int', value: 4 },
      ],
    });
  });

  it('names each disk in a parameter of its own, as libvirt wants lists', async () => {
    const { server, domain } = start();
    await domain.migrate('qemu+tls://h2/system', { disks: ['vda', 'vdb'] });
    expect(server.calls[0]?.args).toMatchObject({
      params: ['vda', 'vdb'].map((value) => ({ field: 'migrate_disks', type: 'string', value })),
    });
  });

  it('has all the time it needs, and keeps no other call on the domain waiting', async () => {
    const { clock, server, domain } = start();
    const end = Promise.withResolvers<{ cookieOut: Uint8Array }>();
    server.on('domainMigratePerform3Params', () => end.promise).on('domainSuspend', () => ({}));
    let moved = false;
    const moving = domain.migrate('qemu+tls://h2/system').then(() => {
      moved = true;
    });
    await clock.advance(86_400_000);
    expect(moved).toBe(false);
    await domain.suspend();
    end.resolve({ cookieOut: new Uint8Array() });
    await moving;
  });

  it('waits in the lane that the caller names', async () => {
    const { server, domain } = start();
    const end = Promise.withResolvers<{ cookieOut: Uint8Array }>();
    server.on('domainMigratePerform3Params', () => end.promise);
    const moves = ['h2', 'h3'].map((host) => domain.migrate(`qemu+tls://${host}/system`, { lane: 'moves' }));
    await turns();
    expect(server.calls).toHaveLength(1);
    end.resolve({ cookieOut: new Uint8Array() });
    await Promise.all(moves);
  });
});
