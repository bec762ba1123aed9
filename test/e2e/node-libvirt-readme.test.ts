import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHypervisor } from 'node-libvirt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../../hack/libvirtd/private-libvirtd.ts';
import { projectRoot } from '../../hack/paths.ts';
import { firstExample } from '../../node-libvirt/pack/readme.ts';

let dir: string;
let daemon: PrivateLibvirtd;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'node-libvirt-readme-'));
  daemon = await startPrivateLibvirtd({ dir });
});
afterAll(async () => {
  await daemon?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe("the first example of node-libvirt's README", () => {
  it('runs against a real libvirtd, and prints what it promises', async () => {
    // Its bare import is the checkout's package, as for any other program of this repository.
    const entry = import.meta.resolve('node-libvirt');
    const example = firstExample(daemon.socket).replace("'node-libvirt'", JSON.stringify(entry));
    await writeFile(join(dir, 'example.mts'), example);
    const printed = await run(process.execPath, [join(dir, 'example.mts')], { cwd: projectRoot });
    const events = printed.split('\n').filter((line) => line === 'lifecycle first');
    expect(events.length).toBeGreaterThanOrEqual(3); // the last of four may come after the end
    expect(printed).toMatch(/state: 'Running',\s+reason: 'Booted'/);
  });

  it('leaves nothing behind', async () => {
    const target = { transport: 'unix', path: daemon.socket } as const;
    await using hypervisor = await openHypervisor(target, { uri: 'test:///default' });
    expect((await hypervisor.listDomains()).map(({ name }) => name)).toEqual(['test']);
  });
});
