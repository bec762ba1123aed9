import { describe, expect, it } from 'vitest';
import { Connection } from '../../connection/connection.ts';
import type { TypedParameter } from '../../protocol/typed-parameter.ts';
import { FakeServer, noAnswer } from '../../testing/fake-server.ts';
import { turns, VirtualClock } from '../../testing/virtual-clock.ts';
import { Domain } from '../domain.ts';
import { dom, sent, uuid } from '../testing/sent.ts';

const params: TypedParameter[] = [
  { field: 'weight', type: 'uint', value: 500 },
  { field: 'device_weight', type: 'string', value: '/dev/sda,200' },
];

describe('a getter of parameters', () => {
  it('asks for their number, then for that many, and for those that are text, too', async () => {
    const { calls, result } = await sent(
      'domainGetBlkioParameters',
      ({ nparams }) => ({ params: nparams === 0 ? [] : params, nparams: 2 }),
      (hypervisor) => hypervisor.domain(uuid).tuning.blkio({ flags: 2 }),
    );
    expect(calls).toEqual([
      { dom, nparams: 0, flags: 2 | 4 },
      { dom, nparams: 2, flags: 2 | 4 },
    ]);
    expect(result).toEqual(
      new Map<string, unknown>([
        ['weight', 500],
        ['device_weight', '/dev/sda,200'],
      ]),
    );
  });

  it('asks no more when there are none', async () => {
    const { calls, result } = await sent('domainGetNumaParameters', { params: [], nparams: 0 }, (h) =>
      h.domain(uuid).tuning.numa(),
    );
    expect([calls.length, result.size]).toEqual([1, 0]);
  });
});

describe('calls on a domain that hangs', () => {
  function start() {
    const server = new FakeServer();
    const connection = new Connection(server.connect(), { clock: new VirtualClock() });
    return { server, connection, domain: new Domain(connection, uuid) };
  }

  it('take one slot, from whichever object they come', async () => {
    const { server, connection, domain } = start();
    for (const name of ['domainMemoryStats', 'domainGetFsinfo', 'domainGetBlockInfo'] as const)
      server.on(name, () => noAnswer);
    const acts = [domain.memory.stats(), domain.agent.fileSystems(), domain.disk('vda').info()];
    const more = [
      domain.snapshots.create('<domainsnapshot/>'),
      domain.checkpoints.create('<domaincheckpoint/>'),
      domain.vcpus.count(),
    ];
    for (const act of [...acts, ...more]) act.catch(() => {});
    await turns();
    expect(connection.load).toMatchObject({ unanswered: 1, waiting: 5 });
    connection.close();
  });

  it('leave a way to end a job that holds the lane, and that takes one slot more at most', async () => {
    const { server, connection, domain } = start();
    server.on('domainManagedSave', () => noAnswer).on('domainAbortJob', () => ({}));
    domain.managedSave.save().catch(() => {});
    await domain.job.abort();
    server.on('domainGetJobInfo', () => noAnswer);
    for (const act of [domain.job.info(), domain.job.stats(), domain.migration.setSpeed(1n)])
      act.catch(() => {});
    await turns();
    expect(connection.load).toMatchObject({ unanswered: 2, waiting: 2 });
    connection.close();
  });

  it('wait in the lane that the caller names', async () => {
    const { server, connection, domain } = start();
    server.on('domainGetFsinfo', () => noAnswer).on('domainMemoryStats', () => ({ stats: [] }));
    domain.agent.fileSystems({ lane: 'guest agents' }).catch(() => {});
    await domain.memory.stats();
    connection.close();
  });
});
