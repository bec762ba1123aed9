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
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { waitFor } from '../../hack/wait.ts';
import { type AccessDaemon, startAccessDaemon, stopAccessDaemon } from './access-daemon.ts';

const operator: Credentials = { username: 'operator', password: 'correct, horse=battery' };
const allowed: Credentials = { username: 'josé', password: 'pâté' };
const barred: Credentials = { username: 'barred', password: 'let me in' };

const users = Object.fromEntries(
  [operator, allowed, barred].map(({ username, password }) => [username, password]),
);

/** All of its sockets want SASL; certificates of clients are not looked at. */
const conf = `
auth_unix_ro = "none"
auth_unix_rw = "sasl"
auth_tcp = "sasl"
auth_tls = "sasl"
tls_no_verify_certificate = 1
sasl_allowed_username_list = ["operator*", "josé*"]
`;

let daemon: AccessDaemon;

async function started(mechanisms: string): Promise<AccessDaemon> {
  const made = await startAccessDaemon({ mechanisms, users, conf });
  const readOnly = { transport: 'unix', path: join(made.dir, 'libvirt-sock-ro') } as const;
  await waitFor('libvirtd', () => use(readOnly, { readOnly: true }), { timeoutMs: 20_000 });
  return made;
}

beforeAll(async () => {
  daemon = await started('scram-sha-256');
});
afterAll(() => stopAccessDaemon(daemon));

function tls({ dir, tlsPort } = daemon): Target {
  const ca = readFileSync(join(dir, 'cacert.pem'), 'utf8');
  return { transport: 'tls', host: '127.0.0.1', port: tlsPort, ca };
}

const unix = (): Target => ({ transport: 'unix', path: daemon.socket });
const tcp = (): Target => ({ transport: 'tcp', host: '127.0.0.1', port: daemon.tcpPort });

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
  const file = join(daemon.dir, `auth-${username}.conf`);
  const section = `[credentials-it]\nauthname=${username}\npassword=${password}\n`;
  await writeFile(file, `${section}[auth-libvirt-default]\ncredentials=it\n`);
  const env = { ...process.env, LC_ALL: 'C', LIBVIRT_AUTH_FILE: file };
  return run('virsh', ['-q', '-c', uri, 'list', '--all', '--name'], { env });
}

const virshUris = () => ({
  tls: `test+tls://127.0.0.1:${daemon.tlsPort}/default?pkipath=${daemon.dir}`,
  unix: `test+unix:///default?socket=${daemon.socket}`,
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
  const auth = async () => JSON.parse(await readFile(join(daemon.dir, 'secret.json'), 'utf8'));
  await writeFile(join(daemon.dir, 'secret.json'), JSON.stringify(operator));
  expect(await use(tls(), { auth })).toContain('Running');
});

it('is refused over plain TCP by us, and by libvirtd, which lets SCRAM be used only where something else encrypts', async () => {
  await expect(use(tcp(), { auth: operator })).rejects.toThrow(/allowSaslOverPlainTcp/);
  const insisting = use(tcp(), { auth: operator, allowSaslOverPlainTcp: true });
  await expect(insisting).rejects.toThrow(/no mechanism of SASL for this way in/);
});

it('tells what a server offers that lacks SCRAM-SHA-256', async () => {
  const other = await started('scram-sha-1 plain');
  try {
    const outcome = use(tls(other), { auth: operator });
    await expect(outcome).rejects.toThrow('SASL by SCRAM-SHA-1, PLAIN;');
  } finally {
    await stopAccessDaemon(other);
  }
});
