import { describe, expect, it } from 'vitest';
import { keyringOf, mirrorOf, parseRelease, suitesBeside } from './suites.ts';

const bookworm = { id: 'debian', codename: 'bookworm' };

describe('the release of a machine', () => {
  it('is read from its os-release, quoted or not', () => {
    const debian = 'NAME="Debian GNU/Linux"\nVERSION_CODENAME=bookworm\nID=debian\n';
    const ubuntu = 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME="noble"\n';
    expect(parseRelease(debian)).toEqual(bookworm);
    expect(parseRelease(ubuntu)).toEqual({ id: 'ubuntu', codename: 'noble' });
  });

  it.each(['ID=fedora\nVERSION_CODENAME=""\n', 'ID=debian\n', ''])('is not that of %j', (text) => {
    expect(() => parseRelease(text)).toThrow('Debian or Ubuntu');
  });
});

describe('the suites beside it', () => {
  it('begin with the newest and leave its own out', () => {
    expect(suitesBeside(bookworm)[0]).toBe('sid');
    expect(suitesBeside({ id: 'debian', codename: 'sid' })).toEqual(['testing', 'stable', 'oldstable']);
    expect(suitesBeside({ id: 'ubuntu', codename: 'noble' })).toEqual(['devel', 'jammy']);
  });

  it('are signed with the keys of its distribution', () => {
    expect(keyringOf(bookworm)).toBe('/usr/share/keyrings/debian-archive-keyring.gpg');
  });
});

describe('the mirror', () => {
  const targets = [
    'nodistro main https://other.example/',
    'bookworm contrib http://contrib.example/debian/',
    'bookworm main http://mirror.example/debian/',
    'bookworm-updates main http://updates.example/debian/',
  ].join('\n');

  it("is the one of the release's component main", () => {
    expect(mirrorOf(bookworm, targets)).toBe('http://mirror.example/debian/');
  });

  it('is missed by name', () => {
    expect(() => mirrorOf({ id: 'debian', codename: 'trixie' }, targets)).toThrow("trixie's component main");
  });
});
