import { expect, it } from 'vitest';
import type { Kit } from './kit.ts';

export function eventContract(kit: Kit): void {
  const changed = () =>
    kit.events.filter((event) => event.uuid === kit.uuid && event.kind === 'Changed').length;

  it('tell of everything in the life of a domain, whoever does it', async () => {
    const steps: [string, () => Promise<void>][] = [
      ['define', () => kit.define()],
      ['start', () => kit.connection.start(kit.uuid)],
      ['suspend', () => kit.host.outside.suspend(kit.uuid)],
      ['resume', () => kit.connection.resume(kit.uuid)],
      ['destroy', () => kit.host.outside.destroy(kit.uuid)],
      ['start from outside', () => kit.host.outside.start(kit.uuid)],
      ['power off', () => kit.connection.powerOff(kit.uuid)],
      ['undefine', () => kit.connection.undefine(kit.uuid)],
    ];
    for (const [step, act] of steps) {
      const before = changed();
      await act();
      await kit.soon(() => changed() - before || `no event of ${step}`).toEqual(expect.any(Number));
    }
  });

  it('tell when the guest agent can be asked', async () => {
    const reported: number[] = [];
    await kit.connection.subscribe(async (event) => {
      if (event.uuid !== kit.uuid || event.kind !== 'Agent') return;
      reported.push((await kit.connection.guestInterfaces(kit.uuid)).length);
    });
    await kit.run();
    await kit.soon(() => Math.max(...reported)).toBeGreaterThan(0);
  });
}
