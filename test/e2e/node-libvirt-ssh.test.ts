import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { AuthenticationFailed, ConnectFailed, type SshTarget } from 'node-libvirt';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../hack/command.ts';
import { freePort } from '../../hack/control-plane/ports.ts';
import { virsh as runVirsh } from '../../hack/libvirtd/virsh.ts';
import { waitFor } from '../../hack/wait.ts';
import { daemonOfTests } from './daemon-of-tests.ts';

const user = userInfo().username;

/** An sshd beside libvirtd, where libvirt's socket is at its usual place for all that look for it there. */
const sshd = `
ln -s "$1/libvirt-sock" /run/libvirt/libvirt-sock
setpriv --pdeathsig KILL /usr/sbin/sshd -D -E "$1/sshd.log" -f "$1/sshd_config" &
`;

const sshdConf = (dir: string, port: number) => `
ListenAddress 127.0.0.1:${port}
HostKey ${dir}/host_key
AuthorizedKeysFile ${dir}/id.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AcceptEnv PATH
`;

let port: number;

const tests = daemonOfTests(async (dir) => {
  port = await freePort();
  await writeSshFiles(dir);
  return { folders: ['/run/sshd'], before: sshd };
});
beforeAll(() => waitFor('sshd', () => open().then(() => true), { timeoutMs: 20_000 }));

async function writeSshFiles(dir: string): Promise<void> {
  for (const name of ['id', 'other', 'host_key'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)]);
  const hostKey = await run('ssh-keygen', ['-y', '-f', join(dir, 'host_key')]);
  await writeFile(join(dir, 'sshd_config'), sshdConf(dir, port));
  await writeFile(join(dir, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey}`);
}

function target(more: Partial<SshTarget> = {}): SshTarget {
  const { dir } = tests;
  return {
    ...{ transport: 'ssh', host: '127.0.0.1', port, user, identityFile: join(dir, 'id') },
    options: ownFiles(join(dir, 'known_hosts')),
    ...more,
  };
}

/** Nothing of the account that runs the tests is read. */
const ownFiles = (knownHosts: string) => [
  ...[`UserKnownHostsFile=${knownHosts}`, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes'],
  ...['IdentitiesOnly=yes', 'IdentityAgent=none'],
];

const open = (more?: Partial<SshTarget>) => tests.openAt(target(more));

/** virsh over the same ssh. */
async function virsh(...command: string[]): Promise<string> {
  const { dir } = tests;
  const settings = ownFiles(join(dir, 'known_hosts')).map((option) => `-o ${option}`);
  await writeFile(join(dir, 'ssh'), `#!/bin/sh\nexec ssh ${settings.join(' ')} "$@"\n`, { mode: 0o755 });
  const parameters = `command=${dir}/ssh&keyfile=${dir}/id`;
  const uri = `test+ssh://${user}@127.0.0.1:${port}/default?${parameters}`;
  return runVirsh(uri, command);
}

describe('a real libvirtd behind a real sshd', () => {
  it("is reached by libvirt's helper, and shows what it shows to virsh", async () => {
    const hypervisor = await open();
    const uuids = (await hypervisor.listDomains()).map(({ uuid }) => uuid);
    expect(uuids).toEqual((await virsh('list', '--all', '--uuid')).trim().split('\n'));
    expect(await hypervisor.host.uri()).toBe('test:///default');
    expect(await processes()).toContain('virt-ssh-helper test:///default');
  });

  it('is reached by nc at a socket that is named', async () => {
    const hypervisor = await open({ socketPath: tests.daemon.socket });
    expect(await hypervisor.listDomains()).toHaveLength(1);
  });

  it('is reached by nc at the usual socket where the helper is not installed', async () => {
    const bin = join(tests.dir, 'bin');
    await mkdir(bin);
    for (const program of ['sh', 'grep', 'nc']) {
      const path = await run('sh', ['-c', `command -v ${program}`]);
      await symlink(path.trim(), join(bin, program));
    }
    const options = [...(target().options ?? []), `SetEnv=PATH=${bin}`];
    const hypervisor = await open({ options });
    expect(await hypervisor.listDomains()).toHaveLength(1);
  });

  it('answers many large calls, and leaves no process on either side when it is closed', async () => {
    const hypervisor = await open({ socketPath: tests.daemon.socket });
    const [domain] = await hypervisor.listDomains();
    const texts = Array.from({ length: 100 }, () => hypervisor.domain(domain?.uuid ?? '').xml());
    expect(new Set(await Promise.all(texts)).size).toBe(1);
    const ours = async () =>
      (await processes()).filter(
        (line) => line.includes(`nc -q 0 -U ${tests.daemon.socket}`) || line.includes(`-p ${port} `),
      );
    expect((await ours()).length).toBeGreaterThan(1);
    await hypervisor.close();
    await waitFor('their end', async () => (await ours()).length === 0, { timeoutMs: 5_000 });
  });
});

/** The command lines of all that run. */
async function processes(): Promise<string[]> {
  return (await run('ps', ['-e', '-o', 'args='])).split('\n').map((line) => line.trim());
}

describe('a real ssh says no', () => {
  it.each([
    ['to a key that is not let in', () => ({ identityFile: join(tests.dir, 'other') }), /Permission denied/],
    [
      'to a host whose key is not known',
      () => ({ options: ownFiles('/dev/null') }),
      /Host key verification failed/,
    ],
  ])('%s, for good', async (_what, more, message) => {
    const outcome = open(more());
    await expect(outcome).rejects.toThrow(message);
    await expect(outcome).rejects.toBeInstanceOf(AuthenticationFailed);
  });

  it('where nobody listens, for now', async () => {
    const outcome = open({ port: await freePort() });
    await expect(outcome).rejects.toBeInstanceOf(ConnectFailed);
    await expect(outcome).rejects.toThrow(/Connection refused/);
  });

  it('where there is no such socket, for now', async () => {
    const outcome = open({ socketPath: join(tests.dir, 'missing-sock') });
    await expect(outcome).rejects.toBeInstanceOf(ConnectFailed);
    await expect(outcome).rejects.toThrow(/missing-sock is no socket/);
  });
});
