import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Domain, ErrorCode, type HypervisorConnection, MigrateFlag } from 'node-libvirt';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guestDomainXml } from '../../hack/lab/guest-domain.ts';
import type { LabHost } from '../../hack/lab/host.ts';
import { waitFor } from '../../hack/wait.ts';
import { connectionsOfTests } from './connections-of-tests.ts';
import { addressOf } from './lab-guests.ts';
import { labOfTests } from './lab-of-tests.ts';
import type { Errand } from './migrating-client.ts';

const flags = MigrateFlag.Live | MigrateFlag.Tls;
const slow = { flags, bandwidth: 1n };

const tests = labOfTests(2);
const open = connectionsOfTests();
let source: LabHost;
let target: LabHost;
let hypervisor: HypervisorConnection;
let domain: Domain;

const connect = async (host: LabHost) => open(await tests.target(host));

/** Hosts on which the guest runs: more than one, or none, would be the end of it. */
async function runsOn(): Promise<string[]> {
  const each = await Promise.all([source, target].map(async (host) => ({ host, ...(await host.pids()) })));
  return each.filter(({ guests }) => 'mover' in guests).map(({ host }) => host.name);
}

const uri = (host: LabHost) => `qemu+tls://${host.name}/system`;

/** Waits until some of the guest's memory has been sent. */
function underWay(): Promise<bigint> {
  const look = async () => {
    const { stats } = await domain.jobStats();
    const sent = stats.get('memory_processed');
    return typeof sent === 'bigint' && sent > 0n ? sent : undefined;
  };
  return waitFor('a migration under way', look, { timeoutMs: 30_000, everyMs: 100 });
}

/** A migration under way that takes its time, on a connection of its own; `moving` gives the error that ends it. */
async function beginSlowly() {
  const long = await connect(source);
  const moving = long
    .domain(domain.uuid)
    .migrate(uri(target), slow)
    .catch((error: unknown) => error);
  await underWay();
  return { long, moving };
}

/** Once nobody works on it any more the guest is on one of the hosts, and well. */
async function expectOneGuest(): Promise<void> {
  await domain.setMigrationSpeed(1000n).catch(() => {}); // it may have been given up with its client
  const noJob = async () => {
    const info = await source.virsh(['domjobinfo', 'mover']).catch(() => 'None');
    return !info.includes('Unbounded');
  };
  await waitFor('the end of its job', noJob, { timeoutMs: 60_000, everyMs: 200 });
  const alone = async () => {
    const names = await runsOn();
    return names.length === 1 && names[0];
  };
  const where = await waitFor('the guest to be on one host', alone, { timeoutMs: 20_000 });
  const host = [source, target].find(({ name }) => name === where);
  if (!host) throw new Error('the guest runs nowhere');
  expect(await addressOf(host, 'mover')).toMatch(/^10\.77\./);
}

beforeAll(() => {
  [source, target] = [tests.hostAt(0), tests.hostAt(1)];
});
beforeEach(async () => {
  hypervisor = await connect(source);
  domain = await hypervisor.createXml(guestDomainXml({ name: 'mover', image: tests.lab.guest }));
  await addressOf(source, 'mover');
});
afterEach(async () => {
  for (const host of [source, target]) await host.virsh(['destroy', 'mover']).catch(() => {});
});

describe('a live migration between two real hosts over mutual TLS', () => {
  it('tells its progress, can be made faster, and ends with the guest on the other host alone', async () => {
    const long = await connect(source);
    const moving = long.domain(domain.uuid).migrate(uri(target), slow);
    const first = await underWay();
    await waitFor('progress', async () => ((await underWay()) > first ? true : undefined), {
      timeoutMs: 30_000,
    });
    expect((await domain.jobStats()).type).toBe('Unbounded');
    await domain.setMigrationSpeed(1000n);
    await moving;
    expect(await runsOn()).toEqual([target.name]);
    expect(await addressOf(target, 'mover')).toMatch(/^10\.77\./);
    await expect(domain.state()).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN });
  });

  it('can be aborted: the guest goes on where it was', async () => {
    const { moving } = await beginSlowly();
    await domain.abortJob();
    expect(await moving).toMatchObject({ code: ErrorCode.OPERATION_ABORTED });
    expect(await runsOn()).toEqual([source.name]);
    expect(await domain.state()).toMatchObject({ state: 'Running' });
    await expect(domain.abortJob()).rejects.toMatchObject({ code: ErrorCode.OPERATION_INVALID });
  });

  it('does not need the client that began it: without it the guest is on one host in the end', async () => {
    const { long, moving } = await beginSlowly();
    long.connection.close();
    expect(await moving).toMatchObject({ name: 'ConnectionClosed', outcomeUnknown: true });
    await expectOneGuest();
  });

  it('does not need the process that began it: when that is killed the guest is on one host in the end', async () => {
    const errand: Errand = { target: await tests.target(source), uuid: domain.uuid, uri: uri(target), flags };
    const client = fork(join(import.meta.dirname, 'migrating-client.ts'), { serialization: 'advanced' });
    const ended = once(client, 'exit');
    client.send(errand);
    await underWay();
    client.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await expectOneGuest();
  });
});
