import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ConnectFailed } from '../errors.ts';
import { noAnswer } from '../testing/fake-server.ts';
import { turns } from '../testing/virtual-clock.ts';
import { arrived, clock, dom, errorOf, path, server, start } from './testing/hosts.ts';
import { turnsOf } from './turns.ts';

describe('connections apart', () => {
  it('are lent to one at a time, used again, and closed when nobody needs them', async () => {
    const { host } = start({ idleMs: 5_000 });
    const first = await host.connected();
    const used = await host.apart(async (hypervisor) => hypervisor);
    expect(used).not.toBe(first);
    const [a, b] = await Promise.all([host.apart(async (h) => h), host.apart(async (h) => h)]);
    expect([a, b]).toContain(used);
    expect(a).not.toBe(b);
    await clock.advance(5_000);
    expect(await used.closed).toBeUndefined();
    expect(await first.host.hostname()).toBe(path);
  });

  it('are no more than allowed: others wait for their turn', async () => {
    const { host } = start({ maxLent: 1 });
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
    const { host } = start();
    const given = await host.apart(async (hypervisor) => {
      const impatient = new AbortController();
      const call = errorOf(hypervisor.host.hostname({ signal: impatient.signal }));
      await arrived(server, 'connectGetHostname');
      impatient.abort();
      await call;
      return hypervisor;
    });
    await clock.advance(2_000);
    expect(await given.closed).toBeUndefined();
  });

  it('give a stream back when it has closed', async () => {
    server.on('domainOpenConsole', () => ({}));
    const { host } = start({ maxLent: 1 });
    const stream = await host.openStream((hypervisor) => hypervisor.domain(dom.uuid).openConsole());
    const waiting = host.apart(async () => 'mine');
    stream.destroy();
    expect(await waiting).toBe('mine');
  });

  it('give their place back when opening fails', async () => {
    const { host } = start({ maxLent: 1 });
    await host.connected();
    const broken = () => host.openStream(async () => Promise.reject(new ConnectFailed('no')));
    await expect(broken()).rejects.toThrow('no');
    await expect(broken()).rejects.toThrow('no');
  });

  it('are waited for no longer than they may be', async () => {
    const { host } = start({ maxLent: 1 });
    const begun = Promise.withResolvers<void>();
    const first = errorOf(
      host.apart(() => {
        begun.resolve();
        return new Promise(() => {});
      }),
    );
    await begun.promise;
    const second = errorOf(host.apart(async () => 'mine', { timeoutMs: 300 }));
    await turns();
    await clock.advance(300);
    expect(await second).toMatchObject({ name: 'ConnectFailed', message: expect.stringMatching(/maxLent/) });
    expect(await Promise.race([first, 'still there'])).toBe('still there');
  });

  it('are given back also by a stream that closed before it was handed out', async () => {
    server.on('domainOpenConsole', () => ({}));
    const { host } = start({ maxLent: 1 });
    await host.openStream(async (hypervisor) => {
      const stream = await hypervisor.domain(dom.uuid).openConsole();
      stream.destroy();
      await once(stream, 'close');
      return stream;
    });
    expect(await host.apart(async () => 'mine')).toBe('mine');
  });

  it('are made anew once the host was connected anew', async () => {
    const { host } = start();
    const used = await host.apart(async (hypervisor) => hypervisor);
    const [before, kept] = await host.apart(async (hypervisor) => {
      await host.renew();
      return [hypervisor, hypervisor.connection.ended] as const;
    });
    expect(before).toBe(used);
    expect(kept).toBe(false);
    expect(await used.closed).toBeUndefined();
    expect(await host.apart(async (hypervisor) => hypervisor)).not.toBe(used);
  });

  it('end with the host, also while they are lent', async () => {
    server.on('domainOpenConsole', () => ({}));
    const { host } = start();
    const stream = await host.openStream((hypervisor) => hypervisor.domain(dom.uuid).openConsole());
    const error = once(stream, 'close').catch((reason) => reason);
    await host.close();
    expect(await error).toMatchObject({ name: 'ConnectionClosed' });
    expect(clock.pendingTimers).toBe(0);
  });
});

it('a host gives the turn back that a function for its target would hold for ever', async () => {
  const takeTurn = turnsOf(1);
  const { host, until } = start({ takeTurn, connectTimeoutMs: 700 }, () => new Promise<string>(() => {}));
  await turns();
  const turn = takeTurn();
  await clock.advance(700);
  await until('waiting');
  expect(host.state).toMatchObject({ error: { name: 'ConnectFailed' } });
  (await turn)();
});
