import { describe, expect, it } from 'vitest';
import { guestDomainXml, guestMac } from './guest-domain.ts';
import { imageHash } from './guest-image.ts';
import { libraryPaths } from './guest-root.ts';

describe('imageHash', () => {
  const kernel = { name: 'linux', version: '6.1', sha256: 'aa' };

  it('is the same for the same packages and a folder name', () => {
    expect(imageHash([kernel])).toBe(imageHash([{ ...kernel }]));
    expect(imageHash([kernel])).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([{ version: '6.2' }, { sha256: 'bb' }, { name: 'linux2' }])(
    'differs when a package has %o',
    (change) => {
      expect(imageHash([{ ...kernel, ...change }])).not.toBe(imageHash([kernel]));
    },
  );
});

describe('libraryPaths', () => {
  const list = `	linux-vdso.so.1 (0x00007fff)
	libglib-2.0.so.0 => /tmp/root/lib/x86_64-linux-gnu/libglib-2.0.so.0 (0x00007f2a)
	libc.so.6 => /tmp/root/lib/x86_64-linux-gnu/libc.so.6 (0x00007f29)
	/lib64/ld-linux-x86-64.so.2 => /lib64/ld-linux-x86-64.so.2 (0x00007f2b)
`;

  it('takes the libraries, not the loader and the kernel\u2019s page', () => {
    expect(libraryPaths(list, '/tmp/root')).toEqual([
      '/tmp/root/lib/x86_64-linux-gnu/libglib-2.0.so.0',
      '/tmp/root/lib/x86_64-linux-gnu/libc.so.6',
    ]);
  });

  it.each(['/usr/lib/libnuma.so.1 (0x00007f2c)', 'not found'])('refuses one that is %s', (where) => {
    expect(() => libraryPaths(`${list}\tlibnuma.so.1 => ${where}\n`, '/tmp/root')).toThrow('libnuma.so.1');
  });
});

describe('guestDomainXml', () => {
  const image = { kernelPath: '/k', initrdPath: '/i' };

  it('boots the image on the guests\u2019 bridge with the agent\u2019s channel', () => {
    const xml = guestDomainXml({ name: 'g1', image });
    expect(xml).toContain("<domain type='qemu'>");
    expect(xml).toContain('<kernel>/k</kernel>');
    expect(xml).toContain("<source bridge='br1'/>");
    expect(xml).toContain("name='org.qemu.guest_agent.0'");
    expect(xml).toContain("<tb-cache unit='MiB'>16</tb-cache>");
  });

  it('has settings of the emulator only with the emulator', () => {
    expect(guestDomainXml({ name: 'g1', image, type: 'kvm' })).not.toContain('tb-cache');
  });

  it('gives each name a MAC address of its own', () => {
    expect(guestMac('g1')).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
    expect(guestMac('g1')).not.toBe(guestMac('g2'));
    expect(guestDomainXml({ name: 'g1', image })).toContain(guestMac('g1'));
  });
});
