import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkLabName, defaultLabName, hostUuid, StateFile } from './state.ts';

describe('names of a lab', () => {
  it('are valid by default, the same for a folder however it is written, and others for other folders', () => {
    expect(checkLabName(defaultLabName('/srv/a'))).toMatch(/^l[0-9a-f]{7}$/);
    expect(defaultLabName('/srv/a')).toBe(defaultLabName('/srv/b/../a/'));
    expect(defaultLabName('/srv/a')).not.toBe(defaultLabName('/srv/b'));
  });

  it.each(['', 'A', '1lab', 'ninechars', 'a-b', 'a b', '../x'])('"%s" is refused with the rule', (name) => {
    expect(() => checkLabName(name)).toThrow('1 to 8 lower-case letters and digits');
  });
});

describe('hostUuid', () => {
  it('is a version 4 UUID, stable, and differs by lab and by host', () => {
    const uuid = hostUuid('/srv/a', 'h1');
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(hostUuid('/srv/a', 'h1')).toBe(uuid);
    expect(hostUuid('/srv/a', 'h2')).not.toBe(uuid);
    expect(hostUuid('/srv/b', 'h1')).not.toBe(uuid);
  });
});

describe('StateFile', () => {
  let dir: string;
  let file: StateFile;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vmfabric-state-'));
    file = new StateFile(dir);
    return () => rm(dir, { recursive: true });
  });

  const empty = () => ({ version: 1 as const, name: 'lab', dir, hosts: [] });

  it('tells a missing lab from a recorded one', async () => {
    expect(await file.read()).toBeUndefined();
    await expect(file.mustRead()).rejects.toThrow(`${dir}/lab.json is missing`);
    await file.create(empty());
    expect(await file.mustRead()).toEqual(empty());
  });

  it('keeps all of many changes at once', async () => {
    await file.create(empty());
    const indexes = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(
      indexes.map((index) =>
        file.update(({ hosts }) => {
          hosts.push({ name: `h${index}`, index, address: '', uuid: '' });
        }),
      ),
    );
    expect((await file.mustRead()).hosts.map(({ index }) => index)).toEqual(indexes);
    expect(await readdir(dir)).toEqual(['lab.json']);
  });

  it('goes on after a change that failed, which is not written', async () => {
    await file.create(empty());
    const failing = file.update((state) => {
      state.name = 'broken';
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await file.update((state) => {
      state.subnet = '192.168.200';
    });
    expect(await file.mustRead()).toEqual({ ...empty(), subnet: '192.168.200' });
  });

  it('sees what another process wrote', async () => {
    await file.create(empty());
    await writeFile(file.path, JSON.stringify({ ...empty(), virtType: 'qemu' }));
    await file.update((state) => {
      state.subnet = '192.168.201';
    });
    expect(await file.mustRead()).toMatchObject({ virtType: 'qemu', subnet: '192.168.201' });
  });

  it('is gone after remove, which may be repeated', async () => {
    await file.create(empty());
    await file.remove();
    await file.remove();
    expect(await file.read()).toBeUndefined();
  });
});
