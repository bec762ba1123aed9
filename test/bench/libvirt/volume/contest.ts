import { createReadStream, createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openHypervisor, type StoragePool } from 'node-libvirt';
import { run } from '../../../../hack/command.ts';
import type { PrivateLibvirtd } from '../../../../hack/libvirtd/private-libvirtd.ts';
import type { BenchContext } from '../../main.ts';
import { type Figure, figure, median } from '../../report.ts';
import { takeTurns } from '../../turns.ts';

const bytes = 2 ** 30;
const rounds = 3;
const [poolName, volumeName] = ['bench', 'large.raw'];
/** In memory, where the daemon has its own mounts. */
const poolXml = `<pool type='dir'><name>${poolName}</name><target><path>/var/lib/libvirt/bench</path></target></pool>`;
const volumeXml = `<volume><name>${volumeName}</name><capacity unit='b'>${bytes}</capacity><target><format type='raw'/></target></volume>`;

/** Who moves the bytes; both connect over the daemon's unix socket. */
interface Mover {
  upload(from: string): Promise<unknown>;
  download(to: string): Promise<unknown>;
}

/** One volume of 1 GiB up and down, by node-libvirt and by virsh in turns, compared with what was sent. */
export async function volumeContest(
  { socket }: PrivateLibvirtd,
  dir: string,
  { progress, signal }: BenchContext,
): Promise<Figure[]> {
  await using hypervisor = await openHypervisor(
    { transport: 'unix', path: socket },
    { uri: 'storage:///system' },
  );
  const pool = await hypervisor.defineStoragePool(poolXml);
  await pool.build();
  await pool.create();
  const source = join(dir, 'source.raw');
  await writeNoise(source);
  const movers = { 'node-libvirt': nodeMover(pool, signal), virsh: virshMover(socket, signal) };
  const turns = new Map(
    Object.entries(movers).map(([name, mover]) => [name, () => roundTrip(pool, mover, source)]),
  );
  const onRound = (round: number) => progress(`a volume of 1 GiB: round ${round} of ${rounds}`);
  return volumeFigures(await takeTurns(turns, { rounds, onRound }));
}

interface RoundTrip {
  upSeconds: number;
  downSeconds: number;
}

async function roundTrip(pool: StoragePool, mover: Mover, source: string): Promise<RoundTrip> {
  const back = `${source}.back`;
  const volume = await pool.createVolume(volumeXml);
  const upSeconds = await secondsOf(() => mover.upload(source));
  const downSeconds = await secondsOf(() => mover.download(back));
  await run('cmp', [source, back]);
  await volume.delete();
  await rm(back);
  return { upSeconds, downSeconds };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1e3;
}

function nodeMover(pool: StoragePool, signal: AbortSignal): Mover {
  const large = { highWaterMark: 2 ** 20 };
  const volume = () => pool.volume(volumeName);
  return {
    upload: async (from) =>
      pipeline(createReadStream(from, large), await (await volume()).upload(), { signal }),
    download: async (to) =>
      pipeline(await (await volume()).download(), createWriteStream(to, large), { signal }),
  };
}

function virshMover(socket: string, signal: AbortSignal): Mover {
  const virsh = (command: string, file: string) =>
    run(
      'virsh',
      ['-q', '-c', `storage+unix:///system?socket=${socket}`, command, '--pool', poolName, volumeName, file],
      { signal },
    );
  return {
    upload: (from) => virsh('vol-upload', from),
    download: (to) => virsh('vol-download', to),
  };
}

/** No zeros, of which a file system might make a hole. */
async function writeNoise(path: string): Promise<void> {
  const block = crypto.getRandomValues(Buffer.alloc(2 ** 16));
  const many = Buffer.concat(Array.from({ length: 2 ** 8 }, () => block));
  await writeFile(
    path,
    (function* () {
      for (let written = 0; written < bytes; written += many.length) yield many;
    })(),
  );
}

function volumeFigures(trips: ReadonlyMap<string, readonly RoundTrip[]>): Figure[] {
  const row = (name: string, key: keyof RoundTrip) => {
    const of = (mover: string) => median((trips.get(mover) ?? []).map((trip) => trip[key]));
    const [ours, theirs] = [of('node-libvirt'), of('virsh')];
    return [
      figure(name, ours, 's', { peer: { name: 'virsh', value: theirs } }),
      figure('  as a ratio to virsh', ours / theirs, ''),
    ];
  };
  return [
    ...row('a volume of 1 GiB uploaded', 'upSeconds'),
    ...row('a volume of 1 GiB downloaded', 'downSeconds'),
  ];
}
