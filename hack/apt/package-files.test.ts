import { describe, expect, it } from 'vitest';
import { dependencyClosure, parsePackageFiles } from './package-files.ts';

const graph = `agent
  PreDepends: init-helpers
  Depends: libc6
 |Depends: libfirst
  Depends: libsecond
  Depends: <virtual>
    libthird
  Conflicts: libenemy
libc6
  Depends: libgcc
  Depends: libc6-data
libgcc
  Depends: libc6
init-helpers
  Depends: perl
libfirst
libsecond
libenemy
<virtual>
perl
`;

describe('dependencyClosure', () => {
  it('follows what matches, through rings, and nothing else', () => {
    expect(dependencyClosure(graph, ['agent'], /^lib/)).toEqual([
      ...['agent', 'libc6', 'libc6-data', 'libfirst', 'libgcc', 'libsecond'],
    ]);
  });

  it('keeps names that were asked for even if they do not match', () => {
    expect(dependencyClosure(graph, ['init-helpers', 'perl'], /^lib/)).toEqual(['init-helpers', 'perl']);
  });
});

describe('parsePackageFiles', () => {
  it('reads name, version and digest of each stanza, by name', () => {
    const output = `Package: zlib1g
Version: 1:1.2.13
SHA256: bbbb
Description: deflate
 Package: not a field

Package: agent
Source: qemu
Version: 7.2
SHA256: aaaa

`;
    expect(parsePackageFiles(output)).toEqual([
      { name: 'agent', version: '7.2', sha256: 'aaaa' },
      { name: 'zlib1g', version: '1:1.2.13', sha256: 'bbbb' },
    ]);
  });

  it('is empty for no output', () => {
    expect(parsePackageFiles('')).toEqual([]);
  });
});
