import { expect, it } from 'vitest';
import { compareDomain } from '../../domain/compare.ts';
import { readDomain } from '../../domain/read.ts';
import type { Kit } from './kit.ts';

export function cpuWeightContract(kit: Kit): void {
  const live = async () => readDomain((await kit.look()).liveXml ?? '');

  it('is set for what runs, as often as one likes, and is no part of its definition', async () => {
    await kit.run();
    expect((await live()).cpuWeight).toBeUndefined();
    const set = kit.connection.setCpuWeight(kit.uuid, 300);
    if (!kit.host.dividesCpus) {
      await expect(set).rejects.toMatchObject({ code: 'Unsupported' });
      expect((await live()).cpuWeight).toBeUndefined();
      return;
    }
    await set;
    await kit.connection.setCpuWeight(kit.uuid, 300);
    expect((await live()).cpuWeight).toBe(300);
    for (const weight of [2, 10_000]) {
      await kit.connection.setCpuWeight(kit.uuid, weight);
      expect(await live()).toMatchObject({ cpuWeight: weight });
    }
    const { definitionXml } = await kit.look();
    expect(readDomain(definitionXml).cpuWeight).toBeUndefined();
    expect(compareDomain(kit.vm, await live())).toEqual([]);
    await kit.connection.powerOff(kit.uuid);
    await kit.connection.start(kit.uuid);
    expect((await live()).cpuWeight).toBeUndefined();
  });

  it('is done where nothing runs', async () => {
    await kit.connection.setCpuWeight(kit.uuid, 200);
    await kit.define();
    await kit.connection.setCpuWeight(kit.uuid, 200);
    expect(await kit.power()).toBe('Stopped');
  });
}
