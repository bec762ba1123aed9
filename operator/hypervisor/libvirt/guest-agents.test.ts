import { Connection, Domain, ErrorCode } from 'node-libvirt';
import { FakeServer, Fault, noAnswer, turns, VirtualClock } from 'node-libvirt/testing';
import { describe, expect, it } from 'vitest';
import { GuestAgents } from './guest-agents.ts';

const uuidOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const interfaces = [
  { name: 'eth0', hwaddr: '52:54:00:AA:00:01', addrs: [{ type: 0, addr: '10.0.0.5', prefix: 24 }] },
];

function start() {
  const clock = new VirtualClock();
  let id = 7;
  const server = new FakeServer()
    .on('domainLookupByUuid', ({ uuid }) => ({ dom: { name: 'vm', uuid, id } }))
    .on('domainAgentSetResponseTimeout', () => ({ result: 0 }))
    .on('domainInterfaceAddresses', () => ({ interfaces }))
    .on('domainGetState', () => ({ state: 1, reason: 1 }));
  const connection = new Connection(server.connect(), { clock });
  const agents = new GuestAgents();
  const domain = (number = 1) => new Domain(connection, uuidOf(number));
  const runAs = (next: number) => {
    id = next;
  };
  return { clock, server, connection, agents, domain, runAs };
}

describe('a guest agent', () => {
  it('tells the addresses of its guest, by MAC address in small letters', async () => {
    const { agents, domain } = start();
    expect(await agents.interfaces(domain(), {})).toEqual([
      { macAddress: '52:54:00:aa:00:01', addresses: ['10.0.0.5'] },
    ]);
  });

  it('is given its limit before the first question of each run of its domain, and not again', async () => {
    const { agents, domain, server, runAs } = start();
    await agents.interfaces(domain(), {});
    await agents.interfaces(domain(), {});
    runAs(8);
    await agents.interfaces(domain(), {});
    const names = server.calls.map(({ name }) => name).filter((name) => name !== 'domainLookupByUuid');
    const [limit, question] = ['domainAgentSetResponseTimeout', 'domainInterfaceAddresses'];
    expect(names).toEqual([limit, question, question, limit, question]);
    expect(server.callsOf('domainAgentSetResponseTimeout')[0]?.args).toMatchObject({ timeoutSeconds: 3 });
  });

  it('is not asked while its domain does not run', async () => {
    const { agents, domain, server, runAs } = start();
    runAs(-1);
    expect(await agents.interfaces(domain(), {})).toEqual([]);
    expect(server.callsOf('domainInterfaceAddresses')).toEqual([]);
  });

  it.each([ErrorCode.AGENT_UNRESPONSIVE, ErrorCode.INTERNAL_ERROR, ErrorCode.OPERATION_INVALID])(
    'that is answered for by error %i has told nothing, which is no failure',
    async (code) => {
      const { agents, domain, server } = start();
      server.on('domainInterfaceAddresses', () => new Fault(code));
      expect(await agents.interfaces(domain(), {})).toEqual([]);
    },
  );

  it('of no domain is told apart', async () => {
    const { agents, domain, server } = start();
    server.on('domainLookupByUuid', () => new Fault(ErrorCode.NO_DOMAIN));
    await expect(agents.interfaces(domain(), {})).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN });
  });

  it('that never answers takes one slot of its host, however many of them there are', async () => {
    const { agents, connection, clock, domain, server } = start();
    server.on('domainInterfaceAddresses', () => noAnswer).on('domainShutdownFlags', () => noAnswer);
    const answers = Promise.all(
      Array.from({ length: 10 }, (_, number) => agents.interfaces(domain(number), {})),
    );
    const shutdown = agents.shutdown(domain(11), {});
    await turns();
    expect(connection.load.unanswered).toBe(1);
    expect(await domain(12).state()).toMatchObject({ state: 'Running' });
    await clock.advance(5_000);
    expect(await answers).toEqual(Array.from({ length: 10 }, () => []));
    await shutdown;
    expect(connection.load).toMatchObject({ unanswered: 1, waiting: 0 });
    expect(await domain(12).state()).toMatchObject({ state: 'Running' });
    connection.close();
  });
});
