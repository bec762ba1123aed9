import { expect, it } from 'vitest';
import { domainXml } from '../../domain/write.ts';
import type { Kit } from './kit.ts';

export function connectionContract(kit: Kit): void {
  it('ends without a reason when closed, and takes no calls then', async () => {
    await kit.connection.close();
    expect(await kit.connection.closed).toBeUndefined();
    await expect(kit.connection.domains()).rejects.toMatchObject({ code: 'Unreachable' });
  });

  it('tells when it breaks; domains do not mind', async () => {
    await kit.run();
    await kit.host.dropConnections();
    expect(await kit.connection.closed).toMatchObject({ code: 'Unreachable' });
    await expect(kit.connection.start(kit.uuid)).rejects.toMatchObject({ code: 'Unreachable' });
    const next = await kit.reconnect();
    expect(await next.domain(kit.uuid)).toMatchObject({ power: 'Running' });
    await next.close();
  });

  // A reply that the daemon only notices with the next packet comes with keepalive's, 5 seconds later.
  it.each([1, 2, 3, 4, 5])('answers %i callers at once without waiting for more', async (callers) => {
    await kit.define();
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: callers }, () => kit.connection.domain(kit.uuid)));
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });

  it('rejects with what a permit throws, and has done nothing', async () => {
    await kit.define();
    const reason = new Error('another one leads');
    const options = {
      permit: () => {
        throw reason;
      },
    };
    await expect(kit.connection.start(kit.uuid, options)).rejects.toBe(reason);
    await expect(kit.connection.undefine(kit.uuid, options)).rejects.toBe(reason);
    expect(await kit.connection.domain(kit.uuid)).toMatchObject({ power: 'Stopped' });
  });

  it('rejects with the reason of a signal', async () => {
    const reason = new Error('not wanted any more');
    const signal = AbortSignal.abort(reason);
    await expect(kit.host.hypervisor.connect(kit.host.target, { signal })).rejects.toBe(reason);
    await expect(kit.connection.define(domainXml(kit.vm), { signal })).rejects.toBe(reason);
    expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
  });
}
