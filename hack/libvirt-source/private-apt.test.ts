import { describe, expect, it } from 'vitest';
import { parseUpstreamVersion, sourcesList } from './private-apt.ts';

describe('what apt says of a source package', () => {
  it("has the authors' version in the name of the tarball", () => {
    const output = `Need to get 9111 kB of source archives.
'http://mirror.example/pool/libv/libvirt_9.0.0.orig.tar.xz' libvirt_9.0.0.orig.tar.xz 9007104 SHA256:00
`;
    expect(parseUpstreamVersion('libvirt', output)).toBe('9.0.0');
  });

  it('is of no use without one', () => {
    const output =
      "'http://mirror.example/pool/libvirt-glib_4.0.orig.tar.xz' libvirt-glib_4.0.orig.tar.xz 1 SHA256:00";
    expect(() => parseUpstreamVersion('libvirt', output)).toThrow('no tarball of libvirt');
  });
});

it('a list of sources has no packages but sources, checked with the keyring', () => {
  const archive = { mirror: 'http://mirror.example/debian/', keyring: '/keys.gpg', suite: 'sid' };
  expect(sourcesList(archive)).toBe('deb-src [signed-by=/keys.gpg] http://mirror.example/debian/ sid main\n');
});
