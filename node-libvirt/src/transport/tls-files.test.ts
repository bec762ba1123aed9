import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectFailed, InvalidTarget } from '../errors.ts';
import { TestAuthority } from '../testing/certificates.ts';
import type { Identity } from '../testing/listeners.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { readTlsGeneration, tlsFilesTarget } from './tls-files.ts';
import { watchTlsFiles } from './tls-watch.ts';

const root = mkdtempSync(join(tmpdir(), 'node-libvirt-tls-files-'));
/** A folder as Kubernetes mounts a Secret: the files are reached by a link that is turned as a whole. */
const mounted = join(root, 'mounted');
const paths = {
  caPath: join(mounted, 'ca.crt'),
  certPath: join(mounted, 'tls.crt'),
  keyPath: join(mounted, 'tls.key'),
};
let ca: string;
let first: Identity;
let second: Identity;
let generations = 0;
let clock: VirtualClock;

beforeAll(() => {
  const authority = new TestAuthority(root, 'authority');
  ca = authority.cert;
  first = authority.issue('first', 'DNS:operator');
  second = authority.issue('second', 'DNS:operator');
});
beforeEach(() => {
  clock = new VirtualClock();
  turnTo({ ca, ...first });
});
afterAll(() => rmSync(root, { recursive: true }));

/** Replaces all files at one moment. */
function turnTo(files: { ca: string; cert: string; key: string }): void {
  const folder = join(root, `generation-${++generations}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'ca.crt'), files.ca);
  writeFileSync(join(folder, 'tls.crt'), files.cert);
  writeFileSync(join(folder, 'tls.key'), files.key);
  symlinkSync(folder, join(root, 'next'));
  renameSync(join(root, 'next'), mounted);
}

const text = (part: string | Buffer | undefined) => String(part);

/** A timer stands for "it has read, and will look again". */
const reads = () => vi.waitUntil(() => clock.pendingTimers === 1, { interval: 1, timeout: 5_000 });

describe('tlsFilesTarget', () => {
  const target = () => tlsFilesTarget({ host: 'host1', port: 16514, ...paths }, { clock })();

  it('gives what the files hold at each call', async () => {
    const read = tlsFilesTarget({ host: 'host1', port: 16514, serverName: 'name', ...paths });
    expect(await read()).toEqual({
      ...{ transport: 'tls', host: 'host1', port: 16514, serverName: 'name' },
      ...{ ca: Buffer.from(ca), cert: Buffer.from(first.cert), key: Buffer.from(first.key) },
    });
    turnTo({ ca, ...second });
    expect(text((await read()).key)).toBe(second.key);
  });

  it('waits while a renewal is half done', async () => {
    turnTo({ ca, cert: second.cert, key: first.key });
    const reading = target();
    await reads();
    writeFileSync(paths.keyPath, second.key);
    await clock.advance(200);
    expect(text((await reading).key)).toBe(second.key);
  });

  it.each([
    [
      'key and certificate that never come to fit',
      () => ({ ca, cert: second.cert, key: first.key }),
      ConnectFailed,
      /only one of them was renewed/,
    ],
    [
      'a key that is none',
      () => ({ ca, cert: first.cert, key: 'no PEM' }),
      InvalidTarget,
      /tls\.key is no PEM/,
    ],
    [
      'a certificate that is none',
      () => ({ ca, cert: 'no PEM', key: first.key }),
      InvalidTarget,
      /tls\.crt is no PEM/,
    ],
    ['an authority that is none', () => ({ ca: '', ...first }), InvalidTarget, /ca\.crt is no PEM/],
  ])('gives up on %s after five readings', async (_what, files, kind, message) => {
    turnTo(files());
    const outcome = target().catch((error) => error);
    for (let reading = 1; reading < 5; reading++) {
      await reads();
      await clock.advance(200);
    }
    const error = await outcome;
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(message);
    expect(clock.now()).toBe(800);
  });

  it('waits for a file that is away for a moment, and not for ever', async () => {
    rmSync(paths.keyPath);
    const waiting = target();
    await reads();
    writeFileSync(paths.keyPath, first.key);
    await clock.advance(200);
    expect(text((await waiting).key)).toBe(first.key);
    rmSync(paths.caPath);
    const outcome = target().catch((error) => error);
    for (let reading = 1; reading < 5; reading++) {
      await reads();
      await clock.advance(200);
    }
    expect(await outcome).toMatchObject({ name: 'ConnectFailed', cause: { code: 'ENOENT' } });
  });
});

it('readTlsGeneration sees that a link was turned between two files', async () => {
  let reads = 0;
  const read = async (path: string) => {
    if (++reads === 2) turnTo({ ca: `${ca}\n`, ...first });
    return readFileSync(path);
  };
  await expect(readTlsGeneration(paths, read)).rejects.toThrow(/being changed/);
  const generation = await readTlsGeneration(paths, read);
  expect(text(generation.ca)).toBe(`${ca}\n`);
});

describe('watchTlsFiles', () => {
  const everyMs = 1_000;

  async function watch(onChange: () => void) {
    const watching = watchTlsFiles(paths, { clock, everyMs, onChange });
    await reads();
    return {
      ...watching,
      /** Lets one interval pass, and the look that follows it. */
      next: async () => {
        await clock.advance(everyMs);
        await reads();
      },
    };
  }

  it('tells once of each new generation, and nothing of the first', async () => {
    const onChange = vi.fn();
    const { next, close } = await watch(onChange);
    await next();
    expect(onChange).not.toHaveBeenCalled();
    turnTo({ ca, ...second });
    await next();
    await next();
    expect(onChange).toHaveBeenCalledOnce();
    turnTo({ ca, ...first });
    await next();
    expect(onChange).toHaveBeenCalledTimes(2);
    close();
  });

  it('does not tell of the same content in new files', async () => {
    const onChange = vi.fn();
    const { next, close } = await watch(onChange);
    turnTo({ ca, ...first });
    await next();
    expect(onChange).not.toHaveBeenCalled();
    close();
  });

  it('tells of a renewal only once it is whole', async () => {
    const onChange = vi.fn();
    const { next, close } = await watch(onChange);
    writeFileSync(paths.certPath, second.cert);
    await next();
    rmSync(paths.keyPath);
    await next();
    expect(onChange).not.toHaveBeenCalled();
    writeFileSync(paths.keyPath, second.key);
    await next();
    expect(onChange).toHaveBeenCalledOnce();
    close();
  });

  it('tells of files that were not there at first', async () => {
    rmSync(paths.keyPath);
    const onChange = vi.fn();
    const { next, close } = await watch(onChange);
    writeFileSync(paths.keyPath, first.key);
    await next();
    expect(onChange).toHaveBeenCalledOnce();
    close();
  });

  it('goes on when its listener throws', async () => {
    const warning = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const onChange = vi.fn(() => {
      throw new Error('of the listener');
    });
    const { next, close } = await watch(onChange);
    for (const identity of [second, first]) {
      turnTo({ ca, ...identity });
      await next();
    }
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(warning).toHaveBeenCalledWith(new Error('of the listener'));
    warning.mockRestore();
    close();
  });

  it('leaves no timer when it is closed', async () => {
    const onChange = vi.fn();
    const { close } = await watch(onChange);
    close();
    expect(clock.pendingTimers).toBe(0);
    turnTo({ ca, ...second });
    await clock.advance(10 * everyMs);
    expect(onChange).not.toHaveBeenCalled();
  });

  it('makes none when it is closed while it reads', async () => {
    watchTlsFiles(paths, { clock, everyMs, onChange: () => {} }).close();
    const { close } = await watch(() => {}); // reads what the first did, after it
    close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('can be closed by its own listener', async () => {
    const told = Promise.withResolvers<void>();
    const { close } = await watch(() => {
      close();
      told.resolve();
    });
    turnTo({ ca, ...second });
    await clock.advance(everyMs);
    await told.promise;
    expect(clock.pendingTimers).toBe(0);
  });
});
