import { describe, expect, it } from 'vitest';
import { MissingRequirement, missingPackages, parseMissing, unknownPackages } from './apt.ts';

describe('parseMissing', () => {
  it('counts only what is fully installed', () => {
    const output = ['bash installed', 'half half-configured', 'removed config-files', ''].join('\n');
    expect(parseMissing(['bash', 'half', 'removed', 'never'], output)).toEqual(['half', 'removed', 'never']);
  });

  it('does not take a message of dpkg-query for a package', () => {
    expect(parseMissing(['never'], 'dpkg-query: no packages found matching never\n')).toEqual(['never']);
  });
});

describe('unknownPackages', () => {
  it('reads both ways in which apt-get says so', () => {
    const output = [
      'E: Unable to locate package nosuch',
      "E: Package 'virtual' has no installation candidate",
      'E: Package other has no installation candidate',
    ].join('\n');
    expect(unknownPackages(output)).toEqual(['nosuch', 'virtual', 'other']);
  });

  it('does not blame packages for another failure', () => {
    expect(unknownPackages('E: Could not get lock /var/lib/dpkg/lock-frontend')).toEqual([]);
  });
});

describe('missingPackages', () => {
  const queryPackages = async () => 'dpkg installed\ndnsmasq config-files\n';
  const machine = { isLinux: true, hasApt: true, isRoot: true, queryPackages };

  it.each([
    ['no Linux', { isLinux: false }, 'a Linux machine is needed'],
    ['no apt', { hasApt: false }, 'use Debian or Ubuntu'],
    ['no root', { isRoot: false }, 'sudo apt-get install --no-install-recommends dnsmasq'],
  ])('says in one sentence what is missing and what to do with %s', async (_, lack, wayOut) => {
    const attempt = missingPackages(['dnsmasq'], { ...machine, ...lack });
    await expect(attempt).rejects.toThrow(MissingRequirement);
    await expect(attempt).rejects.toThrow(/^Missing dnsmasq: /);
    await expect(attempt).rejects.toThrow(wayOut);
  });

  it('needs no root when nothing is missing', async () => {
    expect(await missingPackages(['dpkg'], { ...machine, isRoot: false })).toEqual([]);
  });

  it('finds what is missing among what is there', async () => {
    expect(await missingPackages(['dpkg', 'dnsmasq', 'kmod'], machine)).toEqual(['dnsmasq', 'kmod']);
  });
});
