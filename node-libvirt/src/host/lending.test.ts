import { describe, expect, it } from 'vitest';
import { ConnectFailed } from '../errors.ts';
import { type FakeServer, noAnswer } from '../testing/fake-server.ts';
import { turns } from '../testing/virtual-clock.ts';
import { arrived, dom, eachTest, errorOf, type HostKit } from './testing/host-kit.ts';

let kit: HostKit;
let server: FakeServer;
eachTest(async (made) => {
  kit = made;
  server = await kit.serve();
});

describe('connections apart', () => {
  it('are lent to one at a time, used again, and closed when nobody needs them', async () => {
    const { host } = kit.start({ idleMs: 5_000 });
    const first = await host.connected();
    const used = await host.apart(async (hypervisor) => hypervisor);
    expect(used).not.toBe(first);
    const [a, b] = await Promise.all([host.apart(async (h) => h), host.apart(async (h) => h)]);
    expect([a, b]).toContain(used);
    expect(a).not.toBe(b);
    await kit.clock.advance(5_000);
    expect(await used.closed).toBeUndefined();
    expect(await first.host.hostname()).toBe(kit.path);
  });

  it('are no more than allowed: others wait for their turn', async () => {
    const { host } = kit.start({ maxLent: 1 });
    const order: string[] = [];
    const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = host.apart(async () => {
      order.push('first');
      begun.resolve();
      await finish.promise;
    });
    const second = host.apart(async () => order.push('second'));
    await begun.promise;
    await turns();
    expect(order).toEqual(['first']);
    finish.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  it('are not used again while a call that was given up is under way there', async () => {
    server.on('connectGetHostname', () => noAnswer);
    const { host } = kit.start();
    const given = await host.apart(async (hypervisor) => {
      const impatient = new AbortController();
      const call = errorOf(hypervisor.host.hostname({ signal: impatient.signal }));
      await arrived(server, 'connectGetHostname');
      impatient.abort();
      await call;
      return hypervisor;
    });
    await kit.clock.advance(2_000);
    expect(await given.closed).toBeUndefined();
  });

  it('are not used again while a stream is open there', async () => {
    server.on('domainOpenConsole', () => ({}));
    const { host } = kit.start();
    const kept = await host.apart(async (hypervisor) => {
      const console = await hypervisor.domain(dom.uuid).openConsole();
      console.on('error', () => {});
      return hypervisor;
    });
    expect(await kept.closed).toBeUndefined();
  });

  it('are given back when the stream has closed before anybody could listen', async () => {
    server.on('domainOpenConsole', () => ({}));
    const { host } = kit.start({ maxLent: 1 });
    await host.openStream(async (hypervisor) => {
      const console = await hypervisor.domain(dom.uuid).openConsole();
      await new Promise((resolve) => console.once('close', resolve).destroy());
      return console;
    });
    expect(await host.apart(async () => 'mine')).toBe('mine');
  });

  it('give a stream back when it has closed', async () => {
    server.on('domainOpenConsole', () => ({}));
    const { host } = kit.start({ maxLent: 1 });
    const stream = await host.openStream((hypervisor) => hypervisor.domain(dom.uuid).openConsole());
    const waiting = host.apart(async () => 'mine');
    stream.destroy();
    expect(await waiting).toBe('mine');
  });

  it('give their place back when opening fails', async () => {
    const { host } = kit.start({ maxLent: 1 });
    await host.connected();
    const broken = () => host.openStream(async () => Promise.reject(new ConnectFailed('no')));
    await expect(broken()).rejects.toThrow('no');
    await expect(broken()).rejects.toThrow('no');
  });
});
