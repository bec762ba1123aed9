import { expect, it } from 'vitest';
import type { Kit } from './kit.ts';

export function undefineContract(kit: Kit): void {
  it('removes the domain, once', async () => {
    await kit.define();
    await kit.connection.undefine(kit.uuid);
    await kit.connection.undefine(kit.uuid);
    expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
    expect(await kit.connection.domains()).not.toContainEqual(expect.objectContaining({ uuid: kit.uuid }));
  });

  it('does not touch a domain that runs', async () => {
    await kit.run();
    await expect(kit.connection.undefine(kit.uuid)).rejects.toMatchObject({ code: 'Busy' });
    expect(await kit.look()).toMatchObject({ power: 'Running', persistent: true });
  });
}
