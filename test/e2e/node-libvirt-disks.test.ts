import {
  BlockCopyFlag,
  type Domain,
  ErrorCode,
  type HypervisorConnection,
  openHypervisor,
} from 'node-libvirt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { guestDomainXml } from '../../hack/lab/guest-domain.ts';
import { waitFor } from '../../hack/wait.ts';
import { addressOf } from './lab-guests.ts';
import { labOfTests } from './lab-of-tests.ts';

const folder = '/var/lib/libvirt/disks';
const mebibyte = 2 ** 20;

const tests = labOfTests();
let hypervisor: HypervisorConnection;
let domain: Domain;

/** A guest with a disk, which snapshots and copies need. */
const xml = () =>
  guestDomainXml({ name: 'keeper', image: tests.lab.guest }).replace(
    '<devices>',
    `<devices><disk type='file'><driver type='qcow2'/><source file='${folder}/first.qcow2'/><target dev='vda' bus='virtio'/></disk>`,
  );

beforeAll(async () => {
  hypervisor = await openHypervisor(await tests.target());
  const pool = await hypervisor.defineStoragePool(
    `<pool type='dir'><name>disks</name><target><path>${folder}</path></target></pool>`,
  );
  await pool.build();
  await pool.create();
  await pool.createVolume(
    "<volume><name>first.qcow2</name><capacity unit='MiB'>16</capacity><target><format type='qcow2'/></target></volume>",
  );
  domain = await hypervisor.defineXml(xml());
});
afterAll(() => hypervisor?.close());
afterEach(async () => {
  await tests.host.virsh(['destroy', 'keeper']).catch(() => {});
});

async function boot(): Promise<void> {
  await domain.create();
  await addressOf(tests.host, 'keeper');
}

describe('snapshots of a real guest', () => {
  it('are taken while it runs, listed in their order, reverted to and deleted', async () => {
    await boot();
    const first = await domain.snapshots.create('<domainsnapshot><name>first</name></domainsnapshot>');
    const second = await domain.snapshots.create('<domainsnapshot><name>second</name></domainsnapshot>');
    expect((await domain.snapshots.list()).map(({ name }) => name).sort()).toEqual(['first', 'second']);
    expect((await second.parent()).name).toBe('first');
    expect((await domain.snapshots.current()).name).toBe('second');
    expect((await tests.host.virsh(['snapshot-dumpxml', 'keeper', 'first'])).trim()).toBe(
      (await first.xml()).trim(),
    );
    await domain.destroy();
    await first.revert();
    expect(await domain.state()).toMatchObject({ state: 'Running', reason: 'FromSnapshot' });
    expect((await domain.snapshots.current()).name).toBe('first');
    await second.delete();
    await first.delete();
    expect(await domain.snapshots.list()).toEqual([]);
    await expect(domain.snapshots.get('first')).rejects.toMatchObject({ code: ErrorCode.NO_DOMAIN_SNAPSHOT });
  });
});

describe('a disk of a real guest', () => {
  it('grows while the guest runs', async () => {
    await boot();
    expect(await domain.disk('vda').info()).toMatchObject({ capacityBytes: BigInt(16 * mebibyte) });
    await domain.disk('vda').resize(BigInt(24 * mebibyte));
    expect(await domain.disk('vda').info()).toMatchObject({ capacityBytes: BigInt(24 * mebibyte) });
  });

  it('is copied while the guest runs, which then uses the copy', async () => {
    await boot();
    const disk = domain.disk('vda');
    expect(await disk.job()).toBeUndefined();
    await disk.copy(`<disk type='file'><source file='${folder}/copy.qcow2'/><driver type='qcow2'/></disk>`, {
      flags: BlockCopyFlag.TransientJob,
    });
    const done = async () => {
      const job = await disk.job();
      return job?.type === 'copy' && job.end > 0n && job.current === job.end;
    };
    await waitFor('the copy to be complete', done, { timeoutMs: 30_000 });
    await waitFor('the switch to it', async () => disk.finishJob().then(() => true), { timeoutMs: 10_000 });
    await waitFor('the end of the job', async () => (await disk.job()) === undefined, { timeoutMs: 10_000 });
    expect(await domain.xml()).toContain(`${folder}/copy.qcow2`);
  });

  it('keeps what it has when a copy is given up', async () => {
    await boot();
    const before = /source file='([^']+)'/.exec(await domain.xml())?.[1];
    const disk = domain.disk('vda');
    await disk.copy(
      `<disk type='file'><source file='${folder}/given-up.qcow2'/><driver type='qcow2'/></disk>`,
      { flags: BlockCopyFlag.TransientJob },
    );
    await disk.abortJob();
    expect(await disk.job()).toBeUndefined();
    expect(/source file='([^']+)'/.exec(await domain.xml())?.[1]).toBe(before);
  });
});

describe('the agent of a real guest', () => {
  it('answers commands', async () => {
    await boot();
    const answer = JSON.parse(await domain.agentCommand({ execute: 'guest-info' })) as {
      return: { version: string };
    };
    expect(answer.return.version).toMatch(/^\d+\./);
  });
});
