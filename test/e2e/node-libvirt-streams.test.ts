import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  ErrorCode,
  Hole,
  type HypervisorConnection,
  openHypervisor,
  type Section,
  type StoragePool,
  writeSections,
} from 'node-libvirt';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guestDomainXml } from '../../hack/lab/guest-domain.ts';
import { waitFor } from '../../hack/wait.ts';
import { connectionsOfTests } from './connections-of-tests.ts';
import { labOfTests } from './lab-of-tests.ts';

const gibibyte = 2 ** 30;

const tests = labOfTests();
const connect = connectionsOfTests();
let hypervisor: HypervisorConnection;

beforeEach(async () => {
  hypervisor = await connect(await tests.target());
});

const volumeXml = (name: string, bytes: number) =>
  `<volume><name>${name}</name><capacity unit='b'>${bytes}</capacity><target><format type='raw'/></target></volume>`;

/** Bytes that no compression or repetition would get right by chance, without holding them all. */
function* noise(bytes: number): Generator<Buffer> {
  let block = createHash('sha512').update('vmfabric').digest();
  for (let left = bytes; left > 0; left -= 2 ** 20) {
    block = createHash('sha512').update(block).digest();
    yield Buffer.alloc(Math.min(left, 2 ** 20), block);
  }
}

function hashOf(pieces: Iterable<Buffer>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

describe('a storage pool on a real host', () => {
  let pool: StoragePool;

  beforeAll(async () => {
    const connection = await openHypervisor(await tests.target());
    pool = await connection.defineStoragePool(
      "<pool type='dir'><name>disks</name><target><path>/var/lib/libvirt/disks</path></target></pool>",
    );
    await connection.close();
  });
  beforeEach(async () => {
    pool = await hypervisor.storagePool('disks');
  });

  it('is built, started and seen as virsh sees it', async () => {
    await pool.build();
    await pool.create();
    expect(await pool.info()).toMatchObject({ state: 'running' });
    expect((await tests.host.virsh(['pool-dumpxml', 'disks'])).trim()).toBe((await pool.xml()).trim());
    expect((await hypervisor.storagePools()).map(({ name }) => name)).toContain('disks');
  });

  it('gives a volume of 1 GiB back as it was given', async () => {
    const volume = await pool.createVolume(volumeXml('large.raw', gibibyte));
    await pipeline(Readable.from(noise(gibibyte)), await volume.upload());
    expect(await volume.info()).toMatchObject({ type: 'file', capacityBytes: BigInt(gibibyte) });
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of await volume.download()) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    expect(bytes).toBe(gibibyte);
    expect(hash.digest('hex')).toBe(hashOf(noise(gibibyte)));
    await volume.delete();
    await expect(pool.volume('large.raw')).rejects.toMatchObject({ code: ErrorCode.NO_STORAGE_VOL });
  }, 180_000);

  it('transfers a part, and answers other calls meanwhile', async () => {
    const volume = await pool.createVolume(volumeXml('parts.raw', 8 * 2 ** 20));
    const upload = await volume.upload({ offset: 2n ** 20n, length: 5n });
    expect(await hypervisor.host.hostname()).toBe(tests.host.name);
    await pipeline(Readable.from([Buffer.from('hello')]), upload);
    const part = await (await volume.download({ offset: 2n ** 20n - 1n, length: 7n })).toArray();
    expect(Buffer.concat(part)).toEqual(Buffer.from('\0hello\0'));
    await volume.delete();
  });

  it('carries holes as holes, both ways', async () => {
    const volume = await pool.createVolume(
      volumeXml('sparse.raw', gibibyte).replace('<target>', "<allocation unit='b'>0</allocation><target>"),
    );
    const data = [...noise(2 ** 20)].at(0) ?? Buffer.alloc(0);
    const sections = [new Hole(2n ** 29n), data, new Hole(2n ** 29n - BigInt(data.length))];
    await pipeline(Readable.from(sections), await volume.upload({ sparse: true }));
    const { capacityBytes, allocationBytes } = await volume.info();
    expect(capacityBytes).toBe(BigInt(gibibyte));
    expect(allocationBytes).toBeLessThan(8n * 2n ** 20n);
    const back: Section[] = [];
    for await (const section of await volume.download({ sparse: true })) back.push(section as Section);
    const holes = back.filter((section) => section instanceof Hole);
    expect(holes.reduce((sum, { length }) => sum + length, 0n)).toBeGreaterThan(2n ** 30n - 8n * 2n ** 20n);
    // Byte for byte, through what a user would have them in.
    const file = await open(join(tests.dir, 'sparse.raw'), 'w+');
    expect(await writeSections(file, Readable.from(back))).toBe(gibibyte);
    const found = Buffer.alloc(data.length);
    await file.read(found, 0, found.length, 2 ** 29);
    expect(found.equals(data)).toBe(true);
    expect((await file.stat()).blocks * 512).toBeLessThan(16 * 2 ** 20);
    await file.close();
    await volume.delete();
  });

  it('goes on after a download that was broken off', async () => {
    const volume = await pool.createVolume(volumeXml('broken.raw', 64 * 2 ** 20));
    const download = await volume.download();
    for await (const _ of download) break; // which destroys it
    expect(await volume.info()).toMatchObject({ capacityBytes: BigInt(64 * 2 ** 20) });
    expect((await (await volume.download({ length: 4n })).toArray()).length).toBe(1);
    await volume.delete();
  });

  it('says why an upload is refused', async () => {
    const volume = await pool.createVolume(volumeXml('small.raw', 2 ** 20));
    await volume.delete();
    await expect(volume.upload()).rejects.toMatchObject({ code: ErrorCode.NO_STORAGE_VOL });
  });
});

describe('the console of a real guest', () => {
  it('is heard and answers, and is open once only', async () => {
    const domain = await hypervisor.createXml(guestDomainXml({ name: 'talker', image: tests.lab.guest }));
    const console = await domain.openConsole();
    let heard = '';
    console.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    await waitFor('the guest to be up', () => heard.includes('READY'), { timeoutMs: 60_000 });
    console.write('is anybody there\n');
    await waitFor('the echo of its terminal', () => heard.includes('is anybody there'), {
      timeoutMs: 20_000,
    });
    await expect(domain.openConsole()).rejects.toMatchObject({ code: ErrorCode.OPERATION_FAILED });
    console.destroy();
    await waitFor('the console to be free', async () => (await domain.openConsole()).destroy(), {
      timeoutMs: 10_000,
    });
    await domain.destroy();
  });
});
