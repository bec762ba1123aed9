import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { libvirtSources } from '../../hack/libvirt-source/libvirt-source.ts';
import { projectRoot } from '../../hack/paths.ts';
import { differences } from '../../node-libvirt/drift/differences.ts';
import { readLibvirt } from '../../node-libvirt/drift/libvirt.ts';
import { namedConstants } from '../../node-libvirt/drift/named-constants.ts';

const { own, other, unavailable } = await libvirtSources();
const releases = await Promise.all(
  [own, other].map(({ version, folder }) => readLibvirt(`libvirt ${version}`, folder)),
);
const constants = await namedConstants(join(projectRoot, 'node-libvirt/src'));
const missed = unavailable.length > 0 ? `; not to be had: ${unavailable.join('; ')}` : '';

describe(`the tables and libvirt ${own.version} of ${own.suite} and ${other.version} of ${other.suite}${missed}`, () => {
  it('are of two releases, of which each has its calls and enums', () => {
    expect(own.version).not.toBe(other.version);
    for (const { remote, qemu, enums } of releases) {
      expect(remote.procedures.size).toBeGreaterThan(400);
      expect(qemu.procedures.size).toBeGreaterThanOrEqual(7);
      expect(enums.size).toBeGreaterThan(150);
    }
    expect(constants.length).toBeGreaterThan(25);
  });

  it('agree', () => {
    expect(differences(releases, constants)).toEqual([]);
  });
});
