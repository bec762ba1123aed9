import { expect, it } from 'vitest';
import { FakeHypervisor } from '../../operator/hypervisor/fake.ts';
import { VirtualClock } from '../../operator/kube/testing/virtual-clock.ts';
import { HostEffects } from './host-effects.ts';

const uuid = '11111111-2222-4333-8444-555555555555';
const xml = (cores: number) =>
  `<domain type="kvm"><name>db</name><uuid>${uuid}</uuid><vcpu>${cores}</vcpu></domain>`;

function setUp() {
  const host = new FakeHypervisor({ clock: new VirtualClock() }).addHost('h1');
  return { host, effects: new HostEffects(host) };
}

it('each change of a domain is seen once', () => {
  const { host, effects } = setUp();
  host.outside.define(xml(1));
  host.outside.start(uuid);
  host.outside.define(xml(2));
  host.outside.destroy(uuid);
  host.outside.undefine(uuid);
  expect(effects.seen).toEqual([
    'h1 defines db',
    'h1 starts db',
    'h1 changes db',
    'h1 stops db',
    'h1 undefines db',
  ]);
});

it('what changes nothing is no effect', () => {
  const { host, effects } = setUp();
  host.outside.define(xml(1));
  host.outside.define(xml(1));
  expect(effects.seen).toEqual(['h1 defines db']);
});

it('a host that goes down and comes back is watched all the time', () => {
  const { host, effects } = setUp();
  host.outside.define(xml(1));
  host.goDown();
  host.outside.start(uuid);
  host.heal();
  host.outside.destroy(uuid);
  expect(effects.seen).toEqual(['h1 defines db', 'h1 starts db', 'h1 stops db']);
});
