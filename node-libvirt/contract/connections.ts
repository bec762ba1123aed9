import { expect, it } from 'vitest';
import { ErrorCode, StoragePool } from '../src/index.ts';
import type { Kit } from './kit.ts';

/** What one client may do, and what it learns of another. */
export function connectionContract(kit: Kit): void {
  const lifecycle = 0;
  const registering = (eventId: number, uuid?: string) => {
    const dom = uuid === undefined ? null : { name: '', uuid, id: -1 };
    return kit.call('connectDomainEventCallbackRegisterAny', { eventId, dom });
  };

  it('are refused for a driver that the host does not have, and live on', async () => {
    const refused = { code: ErrorCode.NO_CONNECT };
    await expect(kit.host.open({ uri: 'nonsense:///' })).rejects.toMatchObject(refused);
    expect(await kit.hypervisor.host.hostname()).not.toBe('');
  });

  it('are opened once', async () => {
    const twice = kit.call('connectOpen', { name: null, flags: 0 });
    await expect(twice).rejects.toMatchObject({ code: ErrorCode.INTERNAL_ERROR });
  });

  it('end with a good-bye', async () => {
    const guest = await kit.open();
    await guest.connection.call('connectClose', {});
    expect(await guest.closed).toMatchObject({ name: 'ConnectionClosed' });
    await expect(guest.host.hostname()).rejects.toMatchObject({ outcomeUnknown: false });
  });

  it('answer a hundred calls made at once, each with its own answer', async () => {
    const domains = await Promise.all(Array.from({ length: 5 }, () => kit.define()));
    const calls = Array.from({ length: 100 }, (_, index) => domains[index % 5]?.lookup());
    const names = (await Promise.all(calls)).map((looked) => looked?.name);
    expect(new Set(names).size).toBe(5);
    expect(names).toEqual(Array.from({ length: 100 }, (_, index) => names[index % 5]));
  });

  it('show one client what another did, and tell it', async () => {
    const other = await kit.open();
    const domain = await other.defineXml(kit.xml());
    await other.domain(domain.uuid).create();
    await kit.expectEvents('Defined Added', ...kit.driver.startEvents);
    expect(await kit.hypervisor.domain(domain.uuid).state()).toMatchObject({ state: 'Running' });
    await domain.destroy();
    await domain.undefine();
    await kit.expectEvents('Stopped Destroyed', 'Undefined Removed');
    const missing = kit.hypervisor.domain(domain.uuid).state();
    await expect(missing).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN });
  });

  it('have no more than one registration for the same events', async () => {
    await expect(registering(lifecycle)).rejects.toMatchObject({ code: ErrorCode.INVALID_ARG });
    const unknown = { code: ErrorCode.INTERNAL_ERROR };
    await expect(registering(99)).rejects.toMatchObject(unknown);
    await expect(registering(-1)).rejects.toMatchObject(unknown);
    const deregistering = kit.call('connectDomainEventCallbackDeregisterAny', { callbackId: 9_999_999 });
    await expect(deregistering).rejects.toMatchObject(unknown);
  });

  it('get the events of one domain alone that they registered for, until they deregister', async () => {
    const [one, other] = [await kit.define(), await kit.define()];
    const client = await kit.open();
    const heard: string[] = [];
    client.connection.onEvent(({ name, payload }) => {
      if (name === 'lifecycle') heard.push(payload.msg.dom.uuid);
    });
    const args = { eventId: lifecycle, dom: { name: '', uuid: one.uuid, id: -1 } };
    const registered = await client.connection.call('connectDomainEventCallbackRegisterAny', args);
    await other.create();
    await one.create();
    await kit.soon(() => new Set(heard)).toEqual(new Set([one.uuid]));
    await client.connection.call('connectDomainEventCallbackDeregisterAny', registered);
    const before = heard.length;
    await one.destroy();
    await client.host.hostname();
    expect(heard).toHaveLength(before);
  });

  it('that are read-only may look, and not touch', async () => {
    const domain = await kit.start();
    const reader = await kit.open({ readOnly: true });
    const seen = reader.domain(domain.uuid);
    expect(await seen.state()).toMatchObject({ state: 'Running' });
    expect(await seen.xml()).toContain(domain.uuid);
    const denied = { code: ErrorCode.OPERATION_DENIED };
    const pool = new StoragePool(reader.connection, { name: 'any', uuid: domain.uuid });
    const net = { name: 'any', uuid: domain.uuid };
    const attempts = [
      ...[() => seen.create(), () => seen.destroy(), () => seen.undefine(), () => seen.suspend()],
      ...[() => seen.resume(), () => seen.shutdown(), () => seen.reboot(), () => seen.reset()],
      ...[() => seen.setAutostart(true), () => seen.xml({ secure: true })],
      () => seen.setMetadata({ uri: 'urn:contract', prefix: 'c', xml: '<c/>' }),
      ...[() => reader.defineXml(kit.xml()), () => reader.createXml(kit.xml())],
      ...[() => pool.create(), () => pool.destroy(), () => pool.undefine(), () => pool.build()],
      () => reader.connection.call('networkDestroy', { net }),
      () => reader.connection.call('networkDefineXmlFlags', { xml: '<network/>', flags: 0 }),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(denied);
    expect(await domain.state()).toMatchObject({ state: 'Running' });
  });
}
