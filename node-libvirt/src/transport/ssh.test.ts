import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuthenticationFailed, ConnectFailed, InvalidTarget } from '../errors.ts';
import { openHypervisor } from '../facade/hypervisor.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import type { ConnectOptions } from './attempt.ts';
import { connectTransport } from './connect.ts';
import { sshGreeting } from './ssh-command.ts';
import { describeTarget, type SshTarget } from './target.ts';

const root = mkdtempSync(join(tmpdir(), 'node-libvirt-ssh-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A host of its own: `bin` is all that its shell finds, and `ssh` leads to it. */
let dir: string;
let server: FakeServer;
let hosts = 0;

beforeEach(async () => {
  dir = join(root, `host-${++hosts}`);
  mkdirSync(join(dir, 'bin'), { recursive: true });
  for (const program of ['sh', 'grep'])
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(),
      join(dir, 'bin', program),
    );
  sshDoes('');
  server = new FakeServer();
  await server.listen(join(dir, 'sock'));
});
afterEach(() => server.close());

function program(path: string, script: string): void {
  writeFileSync(join(dir, path), script, { mode: 0o755 });
}

/** `ssh` notes its process, does as it is told, and then runs the command as sshd would. */
function sshDoes(first: string): void {
  const run = `for last; do :; done\nPATH=${dir}/bin exec sh -c "$last"`;
  program('ssh', `#!/bin/sh\necho $$ > ${dir}/pid\n${first}\n${run}\n`);
}

/** A program that leads to the socket which its last argument names, or to the server's. */
function installTunnel(name: string, socket: string): void {
  const script = `
    const { connect } = require('node:net');
    const { writeFileSync } = require('node:fs');
    if (process.argv[2] === '-h') { console.error('usage:\\n\\t-q secs'); process.exit(1); }
    writeFileSync('${dir}/arguments', JSON.stringify(process.argv.slice(2)));
    const socket = connect(${socket});
    process.stdin.pipe(socket).pipe(process.stdout);
    socket.on('close', () => process.exit());
    socket.on('error', (error) => { console.error(error.message); process.exit(1); });`;
  program(`bin/${name}`, `#!${process.execPath}\n${script}\n`);
}

const installHelper = () => installTunnel('virt-ssh-helper', `'${join(dir, 'sock')}'`);
const installNetcat = () => installTunnel('nc', 'process.argv.at(-1)');

const target = (more: Partial<SshTarget> = {}): SshTarget => ({
  ...{ transport: 'ssh', host: 'host1', user: 'me', command: join(dir, 'ssh') },
  ...more,
});
const argumentsThere = () => JSON.parse(readFileSync(join(dir, 'arguments'), 'utf8'));
const failure = (more: Partial<SshTarget> = {}, options: ConnectOptions = {}) =>
  connectTransport(target(more), options).then(
    () => expect.unreachable('it connected'),
    (error: unknown) => error as Error,
  );
/** For a process to begin or to end, on a machine that does much else. */
const patience = { interval: 5, timeout: 5_000 };
const sshIsGone = () =>
  vi.waitUntil(() => {
    try {
      process.kill(Number(readFileSync(join(dir, 'pid'), 'utf8')), 0);
      return false;
    } catch {
      return true;
    }
  }, patience);
const sshRuns = () =>
  vi.waitUntil(() => readFileSync(join(dir, 'pid'), { encoding: 'utf8', flag: 'a+' }) !== '', patience);

describe('over ssh', () => {
  it("a daemon is reached by libvirt's helper, which is told what is opened", async () => {
    installHelper();
    installNetcat();
    const hypervisor = await openHypervisor(target(), { uri: 'test:///default' });
    expect(server.callsOf('connectOpen')[0]?.args).toMatchObject({ name: 'test:///default' });
    expect(argumentsThere()).toEqual(['test:///default']);
    await hypervisor.close();
    await sshIsGone();
  });

  it('a daemon is reached by nc where there is a socket to go to', async () => {
    installHelper();
    installNetcat();
    const hypervisor = await openHypervisor(target({ socketPath: join(dir, 'sock') }));
    expect(argumentsThere()).toEqual(['-q', '0', '-U', join(dir, 'sock')]);
    await hypervisor.close();
    await sshIsGone();
  });

  it('what the shell writes first is skipped', async () => {
    installHelper();
    sshDoes("echo 'Welcome to host1'; printf 'no end of line'");
    const hypervisor = await openHypervisor(target(), { uri: null });
    expect(argumentsThere()).toEqual(['qemu:///system']);
    await hypervisor.close();
  });

  it('what comes right behind the greeting belongs to the daemon', async () => {
    sshDoes(`printf '%s' 'Welcome ${sshGreeting}first'; exec cat`);
    const stream = await connectTransport(target());
    const received = text(stream);
    stream.end(' last');
    expect(await received).toBe('first last');
  });

  it('many packets come through whole', async () => {
    installHelper();
    const hostname = 'x'.repeat(300_000);
    server.on('connectGetHostname', () => ({ hostname }));
    const hypervisor = await openHypervisor(target());
    const names = await Promise.all(Array.from({ length: 20 }, () => hypervisor.host.hostname()));
    expect(new Set(names)).toEqual(new Set([hostname]));
    await hypervisor.close();
  });

  it('the end of ssh is the end of the connection, with what it said', async () => {
    installHelper();
    const hypervisor = await openHypervisor(target());
    process.kill(Number(readFileSync(join(dir, 'pid'), 'utf8')), 'SIGKILL');
    expect(await hypervisor.closed).toMatchObject({
      name: 'ConnectionClosed',
      message: expect.stringContaining('ended by SIGKILL'),
    });
  });

  it('the end of the daemon is the end of ssh', async () => {
    installHelper();
    const hypervisor = await openHypervisor(target());
    server.peer.end();
    expect(await hypervisor.closed).toMatchObject({ name: 'ConnectionClosed' });
    await sshIsGone();
  });
});

describe('no connection comes about', () => {
  it.each([
    'me@host1: Permission denied (publickey).',
    'Host key verification failed.',
    'Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures',
  ])('and no retry helps, when ssh says: %s', async (line) => {
    sshDoes(`echo "${line}" >&2; exit 255`);
    const error = await failure();
    expect(error).toBeInstanceOf(AuthenticationFailed);
    expect(error.message).toBe(`ssh://me@host1: ${join(dir, 'ssh')} ended with code 255: ${line}`);
  });

  it.each([
    'ssh: connect to host host1 port 22: Connection refused',
    'ssh: Could not resolve hostname host1: Name or service not known',
    '',
  ])('for now, when ssh says: "%s"', async (line) => {
    sshDoes(`echo "${line}" >&2; exit 255`);
    const error = await failure();
    expect(error).toBeInstanceOf(ConnectFailed);
    expect(error.message).toContain(line);
  });

  it('when the account has no shell, which says so on standard output', async () => {
    sshDoes("echo 'This account is currently not available.'; exit 1");
    expect((await failure()).message).toMatch(
      /code 1.*the host wrote "This account is currently not available\."/,
    );
  });

  it('when it is led somewhere else, by a command that ends well', async () => {
    sshDoes('echo 220 mail; exit 0');
    expect((await failure()).message).toMatch(/ssh ended early; the host wrote "220 mail"/);
  });

  it('when the host does not stop to write', async () => {
    sshDoes('exec yes');
    const error = await failure();
    expect(error).toBeInstanceOf(ConnectFailed);
    expect(error.message).toMatch(/does not stop to write/);
    expect(error.message.length).toBeLessThan(2_000);
    await sshIsGone();
  });

  it('when the host has neither helper nor nc', async () => {
    expect((await failure()).message).toMatch(/nc is not installed, and no virt-ssh-helper/);
  });

  it('when the host has no such socket', async () => {
    installNetcat();
    expect((await failure({ socketPath: join(dir, 'missing') })).message).toMatch(/missing is no socket/);
  });

  it('when there is no ssh', async () => {
    const error = await failure({ command: join(dir, 'missing') });
    expect(error).toBeInstanceOf(ConnectFailed);
    expect(error).toMatchObject({ cause: { code: 'ENOENT' } });
  });

  it('when ssh is no name of a program', async () => {
    expect(await failure({ command: '' })).toBeInstanceOf(InvalidTarget);
  });

  it('and the process lives on, when it can open no more files', async () => {
    const script = `
      import { openSync } from 'node:fs';
      import { setImmediate } from 'node:timers/promises';
      const { connectTransport } = await import(process.argv[1]);
      const { ConnectFailed } = await import(process.argv[2]);
      try { for (;;) openSync('/dev/null'); } catch {}
      const error = await connectTransport({ transport: 'ssh', host: 'host1' }).catch((reason) => reason);
      await setImmediate();
      process.exitCode = error instanceof ConnectFailed ? 7 : 1;`;
    const modules = ['./connect.ts', '../errors.ts'].map((path) => new URL(path, import.meta.url).href);
    const node = [process.execPath, '--input-type=module', '-e', script, ...modules];
    // Certificates that a user adds are read when they are needed, and say so when they cannot be.
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    const { status, stderr } = spawnSync('sh', ['-c', 'ulimit -n 128; exec "$0" "$@"', ...node], { env });
    expect(`${stderr}`).toBe('');
    expect(status).toBe(7);
  });

  it('with a host that would be an option', async () => {
    expect(await failure({ host: '-oProxyCommand=id' })).toBeInstanceOf(InvalidTarget);
  });

  it('in time, and ssh is ended', async () => {
    const clock = new VirtualClock();
    sshDoes('exec sleep 600');
    const outcome = failure({}, { clock, connectTimeoutMs: 700 });
    await sshRuns();
    await clock.advance(700);
    expect(await outcome).toMatchObject({ message: 'ssh://me@host1: no connection within 700 ms' });
    await sshIsGone();
    await vi.waitUntil(() => clock.pendingTimers === 0, patience);
  });

  it('because of the signal, and ssh is ended', async () => {
    sshDoes('exec sleep 600');
    const abort = new AbortController();
    const outcome = failure({}, { signal: abort.signal });
    await sshRuns();
    abort.abort(new Error('shutting down'));
    expect(await outcome).toEqual(new Error('shutting down'));
    await sshIsGone();
  });
});

it('an ssh target is described as a URL', () => {
  expect(describeTarget({ transport: 'ssh', host: '::1', user: 'me', port: 2222 })).toBe(
    'ssh://me@[::1]:2222',
  );
  expect(describeTarget({ transport: 'ssh', host: 'host1' })).toBe('ssh://host1');
});
