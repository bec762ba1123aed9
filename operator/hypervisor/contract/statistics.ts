import { expect, it } from 'vitest';
import type { DomainStatistics } from '../hypervisor.ts';
import type { Kit } from './kit.ts';

export function statisticsContract(kit: Kit): void {
  const own = async (): Promise<DomainStatistics | undefined> => {
    const { domains } = await kit.connection.statistics();
    return domains.find(({ uuid }) => uuid === kit.uuid);
  };

  it('tell how busy the host is, by counters that grow', async () => {
    const before = await kit.connection.statistics();
    const totalNs = async () => (await kit.connection.statistics()).cpu?.totalNs;
    await kit.soon(totalNs).toBeGreaterThan(before.cpu?.totalNs ?? Number.NaN);
    const { cpu, memory } = await kit.connection.statistics();
    expect(cpu?.busyNs).toBeGreaterThanOrEqual(before.cpu?.busyNs ?? Number.NaN);
    expect(cpu?.busyNs).toBeLessThanOrEqual(cpu?.totalNs ?? 0);
    const { memoryBytes } = await kit.connection.facts();
    expect(memory?.usedBytes).toBeGreaterThan(0);
    expect(memory?.usedBytes).toBeLessThan(memoryBytes);
  });

  it('tell how a guest that runs fares', async () => {
    await kit.run();
    const ranNs = async () => (await own())?.ranNs ?? 0;
    await kit.soon(ranNs).toBeGreaterThan(0);
    const before = await ranNs();
    await kit.soon(ranNs).toBeGreaterThan(before);
    const { memoryBytes } = kit.vm;
    expect(await own()).toMatchObject({ memoryBytes, balloonBytes: memoryBytes });
    expect((await own())?.waitedNs ?? 0).toBeGreaterThanOrEqual(0);
    // A guest whose balloon is asked tells of its swap once it is up.
    await kit.soon(async () => (await own())?.swappedInBytes).toBeGreaterThanOrEqual(0);
  });

  it('begin anew with the next start, and tell nothing of what does not run', async () => {
    await kit.define();
    expect(await own()).toBeUndefined();
    await kit.connection.start(kit.uuid);
    const seconds = async () => ((await own())?.ranNs ?? 0) / 1e9;
    await kit.soon(seconds).toBeGreaterThan(0);
    await kit.connection.powerOff(kit.uuid);
    expect(await own()).toBeUndefined();
  });
}
