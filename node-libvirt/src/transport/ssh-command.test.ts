import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { InvalidTarget } from '../errors.ts';
import { sshArguments, sshGreeting } from './ssh-command.ts';
import type { SshTarget } from './target.ts';

const target = (more: Partial<SshTarget> = {}): SshTarget => ({ transport: 'ssh', host: 'host1', ...more });
const dir = mkdtempSync(join(tmpdir(), 'node-libvirt-ssh-command-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('sshArguments', () => {
  it('asks nobody and wants no terminal', () => {
    const args = sshArguments(target());
    expect(args.slice(0, -1)).toEqual(['-T', '-e', 'none', '-o', 'BatchMode=yes', '--', 'host1']);
  });

  it('hands all of the target on, after what it relies upon', () => {
    const options = ['StrictHostKeyChecking=yes', 'BatchMode=no'];
    const args = sshArguments(target({ user: 'me', port: 2222, identityFile: '~/id', options }));
    expect(args.slice(3, -1)).toEqual([
      ...['-o', 'BatchMode=yes', '-p', '2222', '-l', 'me', '-i', '~/id'],
      ...['-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=no', '--', 'host1'],
    ]);
  });

  it.each(['host1', 'host-1.example', '192.0.2.1', '2001:db8::1', 'fe80::1%eth0', 'bücher.example'])(
    'takes %s for a host',
    (host) => {
      expect(sshArguments(target({ host })).at(-2)).toBe(host);
    },
  );

  it.each([
    ...['', '-oProxyCommand=id', 'a b', 'a\nb', 'a;id', '$(id)', '`id`', 'a|id', 'a&id', "a'b", 'a"b', 'a>b'],
    ...['a\\', 'a\0b'],
  ])('takes %j for neither a host nor a user', (name) => {
    expect(() => sshArguments(target({ host: name }))).toThrow(InvalidTarget);
    expect(() => sshArguments(target({ user: name }))).toThrow(InvalidTarget);
  });

  it.each([0, -1, 65_536, 22.5, Number.NaN])('takes %s for no port', (port) => {
    expect(() => sshArguments(target({ port }))).toThrow(InvalidTarget);
  });

  it.each([{ uri: '-r' }, { socketPath: '-e/bin/sh' }, { socketPath: 'libvirt-sock' }])(
    'takes nothing for an option of a program there: %j',
    (more) => {
      expect(() => sshArguments(target(more))).toThrow(InvalidTarget);
    },
  );

  it.each([
    { uri: 'qemu:///system\nid' },
    { socketPath: '/run/\0sock' },
    { identityFile: '/key\0' },
    { options: ['A=b\nC=d'] },
  ])('refuses control characters in %j', (more) => {
    expect(() => sshArguments(target(more))).toThrow(InvalidTarget);
  });
});

describe('what the shell of the host gets', () => {
  /** Runs the command as sshd does, where the helper tells what it was given. */
  function onHost(more: Partial<SshTarget>): string {
    const command = sshArguments(target(more)).at(-1) ?? '';
    return execFileSync('/bin/sh', ['-c', command], { env: { PATH: dir }, encoding: 'utf8' });
  }

  writeFileSync(join(dir, 'virt-ssh-helper'), `#!/bin/sh\nprintf '<%s>' "$@"\n`);
  chmodSync(join(dir, 'virt-ssh-helper'), 0o755);
  execFileSync('ln', ['-s', '/bin/sh', join(dir, 'sh')]);

  it('is the greeting, and then the helper with the URI, whatever that holds', () => {
    const uris = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((uri) => !/^-|[\p{Cc}\p{Cs}]/u.test(uri));
    const mean = ["'; id; '", '$(id)', '`id`', "a'b", 'a\\', '"', '$HOME', '* ?', '!!'];
    fc.assert(
      fc.property(fc.oneof(uris, fc.constantFrom(...mean)), (uri) => {
        expect(onHost({ uri })).toBe(`${sshGreeting}<${uri}>`);
      }),
      { numRuns: 50, examples: mean.map((uri) => [uri]) },
    );
  });

  it('holds nothing that other shells read between single quotes', () => {
    const script = /^sh -c '([^']*)' sh /.exec(sshArguments(target()).at(-1) ?? '')?.[1];
    expect(script).toMatch(/exec virt-ssh-helper/);
    expect(script).not.toMatch(/[\\\n!]/);
  });
});
