import { expect, it } from 'vitest';
import { compareDomain } from '../../domain/compare.ts';
import { readDomain } from '../../domain/read.ts';
import { domainXml } from '../../domain/write.ts';
import type { Kit } from './kit.ts';

export function defineContract(kit: Kit): void {
  it('makes a stopped, persistent domain that is read back as it was asked for', async () => {
    expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
    await kit.define();
    const observed = await kit.look();
    expect(observed).toMatchObject({ uuid: kit.uuid, name: kit.vm.name, power: 'Stopped', persistent: true });
    expect(observed.liveXml).toBeUndefined();
    expect(compareDomain(kit.vm, readDomain(observed.definitionXml))).toEqual([]);
    expect(readDomain(observed.definitionXml).owner).toEqual(kit.vm.owner);
    const summary = { uuid: kit.uuid, name: kit.vm.name, power: 'Stopped', persistent: true };
    expect(await kit.connection.domains()).toContainEqual(summary);
  });

  it('keeps values that XML has to escape', async () => {
    const commandLine = `a="b c" d='e' <f> &amp; ]]> ü 漢 😀  two  blanks -- %s $HOME`;
    const kernel = { ...kit.vm.kernel, commandLine };
    await kit.define({ kernel });
    const facts = readDomain((await kit.look()).definitionXml);
    expect(facts.kernel?.commandLine).toBe(commandLine);
    expect(compareDomain({ ...kit.vm, kernel }, facts)).toEqual([]);
  });

  it('can be repeated, and replaces what there was', async () => {
    await kit.define();
    await kit.define();
    await kit.define({ cpuCores: 2, interfaces: [] });
    expect(readDomain((await kit.look()).definitionXml)).toMatchObject({ cpuCores: 2, interfaces: [] });
    expect((await kit.connection.domains()).filter(({ name }) => name === kit.vm.name)).toHaveLength(1);
  });

  it('leaves what runs as it is', async () => {
    await kit.run();
    await kit.define({ cpuCores: 2 });
    const observed = await kit.look();
    expect(observed.power).toBe('Running');
    expect(readDomain(observed.definitionXml).cpuCores).toBe(2);
    expect(compareDomain(kit.vm, readDomain(observed.liveXml ?? ''))).toEqual([]);
  });

  it('gives a guest the CPU model and machine that it asks for, of which what runs tells as it was asked', async () => {
    const asked = { cpuModel: 'qemu64', machineType: 'q35' };
    await kit.define(asked);
    await kit.connection.start(kit.uuid);
    await kit.define({ cpuModel: 'HostModel', machineType: 'pc' });
    const { definitionXml, liveXml = '' } = await kit.look();
    expect(compareDomain({ ...kit.vm, ...asked }, readDomain(liveXml))).toEqual([]);
    expect(readDomain(definitionXml)).toMatchObject({ cpuModel: 'HostModel' });
    await kit.connection.powerOff(kit.uuid);
    await kit.connection.start(kit.uuid);
    const restarted = readDomain((await kit.look()).liveXml ?? '');
    expect(compareDomain({ ...kit.vm, cpuModel: 'HostModel' }, restarted)).toEqual([]);
  });

  it('keeps the size of huge pages that a guest asks for', async () => {
    const pages = { memoryBytes: 2 ** 30, hugePageBytes: 2 ** 30 };
    await kit.define(pages);
    const facts = readDomain((await kit.look()).definitionXml);
    expect(compareDomain({ ...kit.vm, ...pages }, facts)).toEqual([]);
    expect(compareDomain({ ...kit.vm, ...pages, hugePageBytes: 2 ** 21 }, facts)).toHaveLength(1);
  });

  it('refuses a name that another domain has', async () => {
    await kit.define();
    const other = domainXml({ ...kit.newDomain(), name: kit.vm.name });
    await expect(kit.connection.define(other)).rejects.toMatchObject({ code: 'NameTaken' });
    expect((await kit.look()).name).toBe(kit.vm.name);
  });

  it('refuses to rename a domain, and malformed XML, for good', async () => {
    await kit.define();
    const renamed = kit.define({ name: `${kit.vm.name}-renamed` });
    await expect(renamed).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining(kit.vm.name),
    });
    await expect(kit.connection.define('<domain>')).rejects.toMatchObject({ code: 'Invalid' });
  });
}
