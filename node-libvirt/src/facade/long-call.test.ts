import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { FakeServer, noAnswer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { HypervisorConnection } from './hypervisor.ts';

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';

describe('a call that moves gigabytes', () => {
  it('waits for days, or as long as it is told to', async () => {
    const clock = new VirtualClock();
    const server = new FakeServer();
    let answer = () => {};
    server.on('domainSaveFlags', async (_args, peer, call) => {
      answer = () => peer.reply(call, {});
      return noAnswer;
    });
    const domain = new HypervisorConnection(new Connection(server.connect(), { clock }), () => {}).domain(
      uuid,
    );
    const saving = domain.save('/saved');
    await clock.advance(3 * 24 * 3600 * 1000);
    answer();
    await saving;
    const impatient = domain.save('/saved', { timeoutMs: 1_000 }).catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await impatient).toMatchObject({ name: 'CallTimeout' });
  });
});
