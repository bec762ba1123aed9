import { expect, it } from 'vitest';
import { compareDomain } from '../../domain/compare.ts';
import { readDomain } from '../../domain/read.ts';
import type { Kit } from './kit.ts';

export function outsideChangesContract(kit: Kit): void {
  it('shows a domain that was destroyed', async () => {
    await kit.run();
    await kit.host.outside.destroy(kit.uuid);
    expect(await kit.look()).toMatchObject({ power: 'Stopped', cause: 'User', persistent: true });
  });

  it('shows a domain that was undefined while it runs, and defines it again', async () => {
    await kit.run();
    await kit.host.outside.undefine(kit.uuid);
    const observed = await kit.look();
    expect(observed).toMatchObject({ power: 'Running', persistent: false });
    expect(compareDomain(kit.vm, readDomain(observed.definitionXml))).toEqual([]);
    const summary = { uuid: kit.uuid, name: kit.vm.name, power: 'Running', persistent: false };
    expect(await kit.connection.domains()).toContainEqual(summary);
    await kit.define();
    expect(await kit.look()).toMatchObject({ power: 'Running', persistent: true });
  });

  it('has no domain any more that stops without a definition', async () => {
    await kit.run();
    await kit.host.outside.undefine(kit.uuid);
    await kit.connection.powerOff(kit.uuid);
    expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
  });

  it('shows an edited definition', async () => {
    await kit.define();
    await kit.host.outside.edit(kit.uuid, />1<\/vcpu>/, '>3</vcpu>');
    const differences = compareDomain(kit.vm, readDomain((await kit.look()).definitionXml));
    expect(differences).toEqual([{ field: 'spec.cpu.cores', desired: '1', actual: '3' }]);
  });
}
