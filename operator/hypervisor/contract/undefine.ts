import { describe, expect, it } from 'vitest';
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
    const carefully = kit.connection.undefine(kit.uuid, { unlessMore: true });
    await expect(carefully).rejects.toMatchObject({ code: 'Busy' });
    expect(await kit.look()).toMatchObject({ power: 'Running', persistent: true });
  });

  describe('unless the host keeps more of the domain', () => {
    const carefully = () => kit.connection.undefine(kit.uuid, { unlessMore: true });
    const refused = { code: expect.stringMatching(/^(Failed|Invalid)$/) };

    it('removes one of which there is only the definition, once', async () => {
      await kit.define();
      await carefully();
      await carefully();
      expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
    });

    it('leaves one with a saved state, until that is used up', async () => {
      await kit.run();
      await kit.host.outside.save(kit.uuid);
      await expect(carefully()).rejects.toMatchObject(refused);
      expect(await kit.look()).toMatchObject({ power: 'Stopped', persistent: true });
      await kit.connection.start(kit.uuid);
      await kit.connection.powerOff(kit.uuid);
      await carefully();
      expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
    });

    it.each(['snapshot', 'writeFirmwareVariables'] as const)(
      'leaves one after %s, which only goes with all of it',
      async (more) => {
        await kit.define();
        await kit.host.outside[more](kit.uuid);
        await expect(carefully()).rejects.toMatchObject(refused);
        expect(await kit.look()).toMatchObject({ power: 'Stopped', persistent: true });
        await kit.connection.undefine(kit.uuid);
        expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
        await kit.define();
        await carefully();
        expect(await kit.connection.domain(kit.uuid)).toBeUndefined();
      },
    );
  });
}
