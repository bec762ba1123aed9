import { expect, it } from 'vitest';
import { CreateFlag } from '../src/index.ts';
import type { Kit } from './kit.ts';

/** Steps, each with the state and the events that follow. */
export function lifeContract(kit: Kit): void {
  it('begins with a definition, which starts nothing', async () => {
    const domain = await kit.define();
    expect(await domain.state()).toMatchObject({ state: 'Shutoff', reason: 'Unknown' });
    expect(await domain.lookup()).toMatchObject({ id: -1 });
    expect(await domain.info()).toMatchObject({ state: 'Shutoff', vcpus: 1 });
    await kit.expectEvents('Defined Added');
  });

  it('goes through start, suspend, resume and destroy', async () => {
    const domain = await kit.define();
    await kit.expectEvents('Defined Added');
    await domain.create();
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Booted' });
    await kit.expectEvents(...kit.driver.startEvents);
    await domain.suspend();
    expect(await domain.state()).toMatchObject({ state: 'Paused', reason: 'User' });
    await kit.expectEvents('Suspended Paused');
    await domain.resume();
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Unpaused' });
    await kit.expectEvents('Resumed Unpaused');
    await domain.destroy();
    expect(await domain.state()).toMatchObject({ state: 'Shutoff', reason: 'Destroyed' });
    await kit.expectEvents('Stopped Destroyed');
  });

  it('gives a number to what runs, and another one at the next start', async () => {
    const domain = await kit.start();
    const { id: first } = await domain.lookup();
    expect(first).toBeGreaterThan(0);
    expect(await kit.call('domainLookupById', { id: first })).toMatchObject({ dom: { uuid: domain.uuid } });
    await domain.destroy();
    expect(await domain.lookup()).toMatchObject({ id: -1 });
    await domain.create();
    const { id: second } = await domain.lookup();
    expect(second).toBeGreaterThan(first);
  });

  it('ends a suspended domain', async () => {
    const domain = await kit.start();
    await domain.suspend();
    await domain.destroy();
    expect(await domain.state()).toMatchObject({ state: 'Shutoff', reason: 'Destroyed' });
    await kit.expectEvents(
      ...['Defined Added', ...kit.driver.startEvents],
      ...['Suspended Paused', 'Stopped Destroyed'],
    );
  });

  it('goes on through a reset', async () => {
    const domain = await kit.start();
    const { id } = await domain.lookup();
    await domain.reset();
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Booted' });
    expect(await domain.lookup()).toMatchObject({ id });
  });

  it('ends with the definition', async () => {
    const domain = await kit.define();
    await domain.undefine();
    await kit.expectEvents('Defined Added', 'Undefined Removed');
    expect(await kit.listed(0)).toEqual([]);
  });

  it('begins anew under the same name and uuid', async () => {
    const xml = kit.xml();
    for (const _ of [1, 2]) {
      const domain = await kit.hypervisor.defineXml(xml);
      await domain.create();
      await domain.destroy();
      await domain.undefine();
    }
    const once = ['Defined Added', ...kit.driver.startEvents, 'Stopped Destroyed', 'Undefined Removed'];
    await kit.expectEvents(...once, ...once);
  });

  if (kit.driver.startsPaused) {
    it('can be started with the processors standing still', async () => {
      const domain = await kit.define();
      await domain.create({ flags: CreateFlag.Paused });
      expect(await domain.state()).toMatchObject({ state: 'Paused', reason: 'User' });
      await kit.expectEvents('Defined Added', 'Started Booted', 'Suspended Paused');
      await domain.resume();
      expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'Unpaused' });
      await kit.expectEvents('Resumed Unpaused');
    });
  }

  if (kit.driver.suspendsTwice) {
    it('takes a second suspend for done, and tells nobody', async () => {
      const domain = await kit.start();
      await domain.suspend();
      await domain.suspend();
      await domain.destroy();
      const events = ['Suspended Paused', 'Stopped Destroyed'];
      await kit.expectEvents('Defined Added', ...kit.driver.startEvents, ...events);
    });
  }

  if (kit.driver.guestObeys) {
    it('ends with a shutdown that the guest makes', async () => {
      const domain = await kit.start();
      await domain.shutdown();
      await kit.soon(async () => (await domain.state()).state).toBe('Shutoff');
      expect(await domain.state()).toMatchObject({ reason: 'Shutdown' });
      await kit.expectEvents('Defined Added', ...kit.driver.startEvents, 'Stopped Shutdown');
    });
  }
}
