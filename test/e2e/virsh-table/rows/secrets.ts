import { files, secretUuid } from '../files.ts';
import { column, text } from '../readings.ts';
import type { Area, Look } from '../row.ts';
import { ofSecret } from '../untyped.ts';

const secret = ofSecret(secretUuid);
const value = Buffer.from(files['value.txt'], 'base64');

const looks: Look[] = [
  {
    virsh: 'secret-list',
    ours: async ({ connection }) =>
      (await connection.call('connectListAllSecrets', { needResults: 1, flags: 0 })).secrets.map(
        ({ uuid }) => uuid,
      ),
    reads: column(0),
  },
  {
    virsh: `secret-dumpxml ${secretUuid}`,
    ours: async (h) => (await secret(h, 'secretGetXmlDesc', { flags: 0 })).xml,
    reads: text,
  },
  {
    virsh: `secret-get-value ${secretUuid}`,
    ours: async (h) =>
      Buffer.from((await secret(h, 'secretGetValue', { flags: 0 })).value).toString('base64'),
    reads: text,
  },
];

/** Secrets that libvirt keeps. */
export const secrets: Area = {
  name: 'secrets',
  driver: 'qemu',
  each: ['secret-define secret.xml'],
  tidy: [`secret-undefine ${secretUuid}`],
  looks,
  rows: [
    {
      name: 'define a secret',
      given: [`secret-undefine ${secretUuid}`],
      virsh: 'secret-define secret.xml',
      ours: ({ connection }) => connection.call('secretDefineXml', { xml: files['secret.xml'], flags: 0 }),
    },
    {
      name: 'set the value of a secret',
      virsh: `secret-set-value ${secretUuid} --file value.txt`,
      ours: (h) => secret(h, 'secretSetValue', { value, flags: 0 }),
    },
    {
      name: 'undefine a secret',
      virsh: `secret-undefine ${secretUuid}`,
      ours: (h) => secret(h, 'secretUndefine', {}),
    },
  ],
};
