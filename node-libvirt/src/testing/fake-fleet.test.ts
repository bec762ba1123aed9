import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { openHypervisor } from '../facade/hypervisor.ts';
import { connectTransport } from '../transport/connect.ts';
import { VirtualClock } from './virtual-clock.ts';

it('a fleet in a process of its own serves a host for each client, beside hosts that hang, until stdin closes', async () => {
  const main = fileURLToPath(new URL('fake-fleet-main.ts', import.meta.url));
  const fleet = spawn(process.execPath, [main, '3'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(fleet, 'exit');
  try {
    const [line] = (await once(createInterface(fleet.stdout), 'line')) as [string];
    const { port, hungPort, ca, cert, key } = JSON.parse(line);
    const target = { transport: 'tls', host: '127.0.0.1', ca, cert, key } as const;
    const [one, other] = await Promise.all([1, 2].map(() => openHypervisor({ ...target, port })));
    const names = async (client = one) => (await client?.listDomains())?.map(({ name }) => name);
    expect(await names()).toEqual(['vm-1', 'vm-2', 'vm-3']);
    await one?.defineXml("<domain type='kvm'><name>own</name><memory>1024</memory></domain>");
    expect(await names(one)).toContain('own');
    expect(await names(other)).not.toContain('own');

    const clock = new VirtualClock();
    const stuck = new Connection(await connectTransport({ ...target, port: hungPort }), { clock });
    const gaveUp = expect(stuck.call('authList', {})).rejects.toMatchObject({ name: 'CallTimeout' });
    expect(await names()).toHaveLength(4);
    await clock.advance(45_000);
    await gaveUp;
    stuck.close();
    await Promise.all([one?.close(), other?.close()]);
  } finally {
    fleet.stdin.end();
    expect(await exit).toEqual([0, null]);
  }
});
