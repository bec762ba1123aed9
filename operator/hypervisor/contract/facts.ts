import { expect, it } from 'vitest';
import type { Kit } from './kit.ts';

export function factsContract(kit: Kit): void {
  it('describe the hardware and what runs on it', async () => {
    const facts = await kit.connection.facts();
    expect(facts.hostUUID).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(facts.libvirtVersion).toMatch(/^\d+\.\d+\.\d+$/);
    expect(facts.hypervisorVersion).toMatch(/^\d+\.\d+\.\d+$/);
    expect(facts.hypervisorType).toBe(kit.host.bootable.hypervisorType);
    expect(facts.cpu.architecture).toBe('x86_64');
    expect(facts.cpu.count).toBeGreaterThan(0);
    expect(facts.cpu.model).not.toBe('');
    expect(facts.guests.machineTypes).toEqual(expect.arrayContaining(['pc', 'q35']));
    expect(facts.guests.cpuModels).toEqual(expect.arrayContaining(['HostModel', 'qemu64']));
    expect(facts.memoryBytes).toBeGreaterThan(2 ** 28);
    expect(facts.numaCells.reduce((sum, { cpus }) => sum + cpus, 0)).toBe(facts.cpu.count);
    expect(facts.numaCells[0]?.memoryBytes).toBeGreaterThan(2 ** 28);
    const [{ cpus = 0, cpuSet = '' } = {}] = facts.numaCells;
    expect(cpuSet).toMatch(/^\d+([-,]\d+)*$/);
    expect(cpus).toBeGreaterThan(0);
    const pages = facts.numaCells.flatMap(({ hugePages }) => hugePages);
    expect(pages.filter(({ pageBytes, count }) => pageBytes < 2 ** 16 || count < 1)).toEqual([]);
  });

  it('are the same when nothing has changed, however often they are asked for', async () => {
    const facts = await kit.connection.facts();
    for (let time = 0; time < 3; time++) expect(await kit.connection.facts()).toEqual(facts);
  });
}
