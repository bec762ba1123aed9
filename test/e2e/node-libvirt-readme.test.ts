import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { projectRoot } from '../../hack/paths.ts';
import { firstExample } from '../../node-libvirt/pack/readme.ts';
import { daemonOfTests } from './daemon-of-tests.ts';

const tests = daemonOfTests();

describe("the first example of node-libvirt's README", () => {
  it('runs against a real libvirtd, and prints what it promises', async () => {
    // Its bare import is the checkout's package, as for any other program of this repository.
    const entry = import.meta.resolve('node-libvirt');
    const example = firstExample(tests.daemon.socket).replace("'node-libvirt'", JSON.stringify(entry));
    const file = join(tests.dir, 'example.mts');
    await writeFile(file, example);
    const printed = await run(process.execPath, [file], { cwd: projectRoot });
    const events = printed.split('\n').filter((line) => line === 'lifecycle first');
    expect(events.length).toBeGreaterThanOrEqual(3); // the last of four may come after the end
    expect(printed).toMatch(/state: 'Running',\s+reason: 'Booted'/);
  });

  it('leaves nothing behind', async () => {
    const hypervisor = await tests.open();
    expect((await hypervisor.listDomains()).map(({ name }) => name)).toEqual(['test']);
  });
});
