import { files } from '../files.ts';
import { domainLooks } from '../looks.ts';
import type { Area } from '../row.ts';
import { domain, ofTwin } from '../untyped.ts';

const running = ['start twin'];

/** A domain of the test driver from its definition to its end. */
export const life: Area = {
  name: 'the life of a domain',
  driver: 'test',
  each: ['define twin.xml'],
  tidy: ['destroy twin', 'undefine twin', 'undefine renamed'],
  looks: domainLooks,
  rows: [
    {
      name: 'define',
      given: ['undefine twin'],
      virsh: 'define twin.xml',
      ours: (h) => h.defineXml(files['twin.xml']),
    },
    { name: 'define anew', virsh: 'define larger.xml', ours: (h) => h.defineXml(files['larger.xml']) },
    {
      name: 'define anew while it runs',
      given: running,
      virsh: 'define larger.xml',
      ours: (h) => h.defineXml(files['larger.xml']),
    },
    {
      name: 'create a transient one',
      given: ['undefine twin'],
      virsh: 'create twin.xml',
      ours: (h) => h.createXml(files['twin.xml']),
    },
    { name: 'start', virsh: 'start twin', ours: async (h) => (await domain(h)).create() },
    {
      name: 'suspend',
      given: running,
      virsh: 'suspend twin',
      ours: async (h) => (await domain(h)).suspend(),
    },
    {
      name: 'resume',
      given: [...running, 'suspend twin'],
      virsh: 'resume twin',
      ours: async (h) => (await domain(h)).resume(),
    },
    {
      name: 'shutdown',
      given: running,
      virsh: 'shutdown twin',
      ours: async (h) => (await domain(h)).shutdown(),
    },
    {
      name: 'reboot',
      given: running,
      virsh: 'reboot twin',
      ours: async (h) => (await domain(h)).reboot(),
      traceless: true,
    },
    {
      name: 'reset',
      given: running,
      virsh: 'reset twin',
      ours: async (h) => (await domain(h)).reset(),
      traceless: true,
    },
    {
      name: 'destroy',
      given: running,
      virsh: 'destroy twin',
      ours: async (h) => (await domain(h)).destroy(),
    },
    {
      name: 'destroy a transient one',
      given: ['undefine twin', 'create twin.xml'],
      virsh: 'destroy twin --graceful',
      ours: async (h) => (await domain(h)).destroy({ graceful: true }),
    },
    { name: 'undefine', virsh: 'undefine twin', ours: async (h) => (await domain(h)).undefine() },
    {
      name: 'undefine while it runs',
      given: running,
      virsh: 'undefine twin',
      ours: async (h) => (await domain(h)).undefine(),
    },
    { name: 'autostart', virsh: 'autostart twin', ours: async (h) => (await domain(h)).setAutostart(true) },
    {
      name: 'autostart no more',
      given: ['autostart twin'],
      virsh: 'autostart twin --disable',
      ours: async (h) => (await domain(h)).setAutostart(false),
    },
    {
      name: 'rename',
      virsh: 'domrename twin renamed',
      ours: (h) => ofTwin(h, 'domainRename', { newName: 'renamed', flags: 0 }),
    },
    {
      name: 'choose what a power-off does',
      given: running,
      virsh: 'set-lifecycle-action twin poweroff restart',
      ours: (h) => ofTwin(h, 'domainSetLifecycleAction', { type: 0, action: 1, flags: 0 }),
    },
    {
      name: 'press keys',
      given: running,
      virsh: 'send-key twin KEY_LEFTCTRL KEY_C',
      ours: (h) => ofTwin(h, 'domainSendKey', { codeset: 0, holdtime: 0, keycodes: [29, 46], flags: 0 }),
      traceless: true,
    },
    {
      name: 'inject an interrupt',
      given: running,
      virsh: 'inject-nmi twin',
      ours: (h) => ofTwin(h, 'domainInjectNmi', { flags: 0 }),
      traceless: true,
    },
  ],
};
