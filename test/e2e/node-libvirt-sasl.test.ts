import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AuthenticationFailed,
  type Credentials,
  type HypervisorConnection,
  type OpenOptions,
  openHypervisor,
  type Target,
} from 'node-libvirt';
import { describe, expect, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { virsh as runVirsh, uriAt } from '../../hack/libvirtd/virsh.ts';
import { daemonOfTests, unixTarget } from './daemon-of-tests.ts';

const operator: Credentials = { username: 'operator', password: 'correct, horse=battery' };
const allowed: Credentials = { username: 'josé', password: 'pâté' };
const barred: Credentials = { username: 'barred', password: 'let me in' };

/** All of its sockets for reading and writing want SASL; certificates of clients are not looked at. */
const settings = {
  ...{ auth_unix_rw: 'sasl', auth_tcp: 'sasl', auth_tls: 'sasl', tls_no_verify_certificate: 1 },
  sasl_allowed_username_list: ['operator*', 'josé*'],
};

/** A libvirtd that offers these mechanisms to users of a database of its own. */
const offering = (mechanisms: string) =>
  daemonOfTests(async (dir) => {
    const database = join(dir, 'passwd.db');
    await writeFile(join(dir, 'sasl.conf'), `mech_list: ${mechanisms}\nsasldb_path: ${database}\n`);
    for (const { username, password } of [operator, allowed, barred]) {
      const arguments_ = ['-p', '-c', '-a', 'libvirt', '-f', database, username];
      await run('saslpasswd2', arguments_, { input: password });
    }
    return { settings, folders: ['/etc/sasl2'], before: 'cp "$1/sasl.conf" /etc/sasl2/libvirt.conf' };
  });

const tests = offering('scram-sha-256');

function tls({ pki, tlsPort } = tests.daemon): Target {
  return { transport: 'tls', host: '127.0.0.1', port: tlsPort, ca: readFileSync(pki.caPath, 'utf8') };
}

const unix = () => unixTarget(tests.daemon);
const tcp = (): Target => ({ transport: 'tcp', host: '127.0.0.1', port: tests.daemon.tcpPort });

/** Opens, makes enough calls to see that the bytes after SASL are plain ones, and closes. */
async function use(target: Target, options: OpenOptions): Promise<string> {
  const hypervisor = await openHypervisor(target, { uri: 'test:///default', ...options });
  try {
    return await describeDomains(hypervisor);
  } finally {
    await hypervisor.close();
  }
}

async function describeDomains(hypervisor: HypervisorConnection): Promise<string> {
  const domains = await hypervisor.listDomains();
  const states = domains.map(async ({ uuid }) => `${uuid} ${(await hypervisor.domain(uuid).state()).state}`);
  return (await Promise.all(states)).join('\n');
}

/** What virsh says with the user and password in libvirt's own file for them. */
async function virsh(uri: string, { username, password }: Credentials): Promise<string> {
  const file = join(tests.dir, `auth-${username}.conf`);
  const section = `[credentials-it]\nauthname=${username}\npassword=${password}\n`;
  await writeFile(file, `${section}[auth-libvirt-default]\ncredentials=it\n`);
  const env = { ...process.env, LIBVIRT_AUTH_FILE: file };
  return runVirsh(uri, ['list', '--all', '--name'], { env });
}

const virshUris = () => ({
  tls: `test+tls://127.0.0.1:${tests.daemon.tlsPort}/default?pkipath=${tests.daemon.pki.pkiPath}`,
  unix: uriAt(tests.daemon.socket, 'test:///default'),
});

describe.each([
  ['TLS', () => tls(), () => virshUris().tls],
  ['a unix socket', unix, () => virshUris().unix],
])('a real libvirtd that wants SASL over %s', (_what, target, uri) => {
  it.each([operator, allowed])('lets in $username, as it does with virsh', async (auth) => {
    expect(await use(target(), { auth })).toContain('Running');
    expect(await virsh(uri(), auth)).toContain('test');
  });

  it.each([
    ['a wrong password', { ...operator, password: 'wrong' }],
    ['a user whom it does not know', { ...operator, username: 'operator2' }],
    ['a user who is not on its list', barred],
  ])('refuses %s, as it does with virsh', async (_which, auth) => {
    const error = await use(target(), { auth }).catch((reason) => reason);
    expect(error).toBeInstanceOf(AuthenticationFailed);
    expect(error).toMatchObject({ retryable: false, cause: { code: 45 } });
    await expect(virsh(uri(), auth)).rejects.toThrow(/: authentication failed: authentication failed/);
  });

  it('asks for a user where none is given', async () => {
    await expect(use(target(), {})).rejects.toThrow(/by the option auth/);
  });
});

it('gets user and password from a function when the server wants them', async () => {
  const auth = async () => JSON.parse(await readFile(join(tests.dir, 'secret.json'), 'utf8'));
  await writeFile(join(tests.dir, 'secret.json'), JSON.stringify(operator));
  expect(await use(tls(), { auth })).toContain('Running');
});

it('is refused over plain TCP by us, and by libvirtd, which lets SCRAM be used only where something else encrypts', async () => {
  await expect(use(tcp(), { auth: operator })).rejects.toThrow(/allowSaslOverPlainTcp/);
  const insisting = use(tcp(), { auth: operator, allowSaslOverPlainTcp: true });
  await expect(insisting).rejects.toThrow(/no mechanism of SASL for this way in/);
});

describe('a real libvirtd that lacks SCRAM-SHA-256', () => {
  const other = offering('scram-sha-1 plain');

  it('is refused by what it offers', async () => {
    const outcome = use(tls(other.daemon), { auth: operator });
    await expect(outcome).rejects.toThrow('SASL by SCRAM-SHA-1, PLAIN;');
  });
});
