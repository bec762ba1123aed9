import { describe, expect, it } from 'vitest';
import { run } from '../command.ts';
import { guestScripts } from './guest-init.ts';
import { hostInitScript, switchInitScript } from './init-scripts.ts';

const host = {
  name: 'h1',
  index: 1,
  address: '192.168.200.11',
  uuid: 'fcc3b652-1bba-4f44-834b-b9569c7d371b',
};

describe('scripts of the lab', () => {
  it.each([
    ['host', hostInitScript("/srv/it's a lab/h1", host)],
    ['switch', switchInitScript("/srv/it's a lab/switch")],
    ...Object.entries(guestScripts),
  ])('%s has no syntax error', async (_, text) => {
    expect(await run('bash', ['-n'], { input: text })).toBe('');
  });

  it('a host hides the machine before it mounts its own', () => {
    const script = hostInitScript('/srv/lab/hosts/h1', host);
    const order = [
      'umount -l -R /sys',
      'tmpfs /run',
      "'/srv/lab/hosts/h1/pki' /etc/pki",
      'libvirtd --listen',
    ];
    const places = order.map((part) => script.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it('the guests\u2019 DHCP server keeps to the bridge of the guests', () => {
    const script = switchInitScript('/srv/lab/switch');
    expect(script).toContain("'--bind-interfaces' '--interface=br1' '--except-interface=lo'");
    expect(script).toContain("'--dhcp-leasefile=/srv/lab/switch/leases'");
  });
});
