import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { ListDomainsFlag, StatsGroup } from '../src/index.ts';
import { type Kit, prefix } from './kit.ts';

const flag = ListDomainsFlag;

/** Lists, counts and statistics of many domains. */
export function listContract(kit: Kit): void {
  /** A stopped one that starts by itself, a running, a suspended and a transient one. */
  async function four() {
    const [stopped, running, paused, transient] = ['stopped', 'running', 'paused', 'transient'].map(
      (name) => `${prefix}${name}`,
    ) as [string, string, string, string];
    await (await kit.define({ name: stopped })).setAutostart(true);
    await kit.start({ name: running });
    await (await kit.start({ name: paused })).suspend();
    await kit.hypervisor.createXml(kit.xml({ name: transient }));
    return { stopped, running, paused, transient };
  }

  it('let through what flags ask for', async () => {
    const { stopped, running, paused, transient } = await four();
    const all = [stopped, running, paused, transient];
    const expected: [number, string[]][] = [
      [0, all],
      [flag.Active, [running, paused, transient]],
      [flag.Inactive, [stopped]],
      [flag.Active | flag.Inactive, all],
      [flag.Persistent, [stopped, running, paused]],
      [flag.Transient, [transient]],
      [flag.Running, [running, transient]],
      [flag.Paused, [paused]],
      [flag.Shutoff, [stopped]],
      [flag.Other, []],
      [flag.Running | flag.Shutoff, [stopped, running, transient]],
      [flag.Autostart, [stopped]],
      [flag.NoAutostart, [running, paused, transient]],
      [flag.Active | flag.Persistent, [running, paused]],
      [flag.Inactive | flag.Transient, []],
      [flag.HasSnapshot, []],
      [flag.NoSnapshot, all],
      [flag.ManagedSave, []],
      [flag.NoManagedSave, all],
    ];
    for (const [flags, names] of expected)
      expect((await kit.listed(flags)).toSorted(), `flags ${flags}`).toEqual(names.toSorted());
  });

  it('name a domain as lookups do', async () => {
    const domain = await kit.start();
    const { name, id } = await domain.lookup();
    const dom = { name, uuid: domain.uuid, id };
    expect(await kit.hypervisor.listDomains({ flags: flag.Active })).toContainEqual(dom);
    expect(await kit.call('domainLookupByName', { name })).toEqual({ dom });
    expect(await kit.call('domainLookupById', { id })).toEqual({ dom });
    expect(await kit.call('domainLookupByUuid', { uuid: domain.uuid })).toEqual({ dom });
  });

  it('are counted without being sent', async () => {
    const before = await kit.call('connectListAllDomains', { needResults: 0, flags: 0 });
    await kit.define();
    const after = await kit.call('connectListAllDomains', { needResults: 0, flags: 0 });
    expect(after).toEqual({ domains: [], count: before.count + 1 });
  });

  it('have statistics of chosen domains, and of no others', async () => {
    const [running, stopped] = [await kit.start(), await kit.define()];
    const uuids = [running.uuid, stopped.uuid, randomUUID()];
    const records = await kit.hypervisor.domainStats({ uuids, groups: StatsGroup.State });
    const states = records.map(({ uuid, stats }) => [
      uuid,
      stats.get('state.state'),
      stats.get('state.reason'),
    ]);
    expect(new Set(states)).toEqual(
      new Set([
        [running.uuid, 1, 1],
        [stopped.uuid, 5, 0],
      ]),
    );
    expect(await kit.hypervisor.domainStats({ uuids: [randomUUID()] })).toEqual([]);
  });

  it('have statistics of what flags let through', async () => {
    const [running, stopped] = [await kit.start(), await kit.define()];
    const uuidsOf = async (flags: number) =>
      (await kit.hypervisor.domainStats({ groups: StatsGroup.State, flags })).map(({ uuid }) => uuid);
    expect(await uuidsOf(flag.Active)).toContain(running.uuid);
    expect(await uuidsOf(flag.Active)).not.toContain(stopped.uuid);
    expect(await uuidsOf(flag.Inactive)).toContain(stopped.uuid);
  });
}
