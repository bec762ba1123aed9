import { describe, expect, it } from 'vitest';
import type { ProcedureName, Ret } from '../../protocol/procedures.ts';
import { PasswordFlag, SshKeysFlag } from '../constants/index.ts';
import { dom, sent, uuid } from '../testing/sent.ts';
import type { GuestAgent } from './agent.ts';

function asked<N extends ProcedureName, T>(name: N, ret: Ret<N>, act: (agent: GuestAgent) => Promise<T>) {
  return sent(name, ret, (hypervisor) => act(hypervisor.domain(uuid).agent));
}

describe('the guest agent', () => {
  it.each<[string, ProcedureName, Ret<ProcedureName>, (agent: GuestAgent) => Promise<unknown>, object]>([
    ['freezes all', 'domainFsfreeze', { filesystems: 2 }, (a) => a.freeze(), { mountpoints: [], flags: 0 }],
    [
      'thaws some',
      'domainFsthaw',
      { filesystems: 1 },
      (a) => a.thaw(['/srv']),
      { mountpoints: ['/srv'], flags: 0 },
    ],
    ['trims all', 'domainFstrim', {}, (a) => a.trim(), { mountPoint: null, minimum: 0n, flags: 0 }],
    [
      'trims one',
      'domainFstrim',
      {},
      (a) => a.trim({ mountPoint: '/', minimumBytes: 4096n }),
      { mountPoint: '/', minimum: 4096n, flags: 0 },
    ],
    [
      'sets the clock',
      'domainSetTime',
      {},
      (a) => a.setTime(new Date(1_700_000_000_250)),
      { seconds: 1_700_000_000n, nseconds: 250_000_000, flags: 0 },
    ],
    ['syncs the clock', 'domainSetTime', {}, (a) => a.syncTime(), { seconds: 0n, nseconds: 0, flags: 1 }],
    [
      'sets a password',
      'domainSetUserPassword',
      {},
      (a) => a.setUserPassword('root', '$6$x', { flags: PasswordFlag.Encrypted }),
      { user: 'root', password: '$6$x', flags: 1 },
    ],
    [
      'adds keys',
      'domainAuthorizedSshKeysSet',
      {},
      (a) => a.setSshKeys('me', ['ssh-ed25519 A'], { flags: SshKeysFlag.Append }),
      { user: 'me', keys: ['ssh-ed25519 A'], flags: 1 },
    ],
    [
      'takes vCPUs away',
      'domainSetGuestVcpus',
      {},
      (a) => a.setVcpus([2, 3], false),
      { cpumap: '2,3', state: 0, flags: 0 },
    ],
    [
      'gets a time limit',
      'domainAgentSetResponseTimeout',
      { result: 0 },
      (a) => a.setResponseTimeout(3),
      { timeoutSeconds: 3, flags: 0 },
    ],
  ])('%s', async (_what, name, ret, act, args) => {
    expect((await asked(name, ret, act)).args).toEqual({ dom, ...args });
  });

  it('tells of how many file systems it froze', async () => {
    expect((await asked('domainFsfreeze', { filesystems: 2 }, (a) => a.freeze())).result).toBe(2);
  });

  it('tells the time to the millisecond', async () => {
    const ret = { seconds: 1_700_000_000n, nseconds: 999_999_999 };
    const { result } = await asked('domainGetTime', ret, (a) => a.time());
    expect(result).toEqual(new Date(1_700_000_000_999));
  });

  it('tells who is logged in', async () => {
    const params = [
      { field: 'user.count', type: 'uint', value: 2 } as const,
      { field: 'user.0.name', type: 'string', value: 'me' } as const,
      { field: 'user.0.login-time', type: 'ullong', value: 1_700_000_000_000n } as const,
      { field: 'user.1.name', type: 'string', value: 'Administrator' } as const,
      { field: 'user.1.domain', type: 'string', value: 'CORP' } as const,
      { field: 'user.1.login-time', type: 'ullong', value: 0n } as const,
    ];
    const { args, result } = await asked('domainGetGuestInfo', { params }, (a) => a.users());
    expect(args).toEqual({ dom, types: 1, flags: 0 });
    expect(result).toEqual([
      { name: 'me', domain: undefined, loginTime: new Date(1_700_000_000_000) },
      { name: 'Administrator', domain: 'CORP', loginTime: new Date(0) },
    ]);
  });

  it('takes no memory for users who are only counted', async () => {
    const params = [{ field: 'user.count', type: 'uint', value: 2 ** 32 - 1 } as const];
    const { result } = await asked('domainGetGuestInfo', { params }, (a) => a.users());
    expect(result).toEqual([{ name: '', domain: undefined, loginTime: new Date(0) }]);
  });

  it('has no end of time where its caller has none', async () => {
    const { args } = await asked('qemuDomainAgentCommand', { result: '{}' }, (a) =>
      a.ping({ timeoutMs: Number.POSITIVE_INFINITY }),
    );
    expect(args.timeoutSeconds).toBe(-2); // which blocks
  });

  it('tells all that it can, by name', async () => {
    const params = [{ field: 'os.id', type: 'string', value: 'debian' } as const];
    const { args, result } = await asked('domainGetGuestInfo', { params }, (a) => a.info());
    expect([args.types, result]).toEqual([0, new Map([['os.id', 'debian']])]);
  });

  it('tells file systems, keys and vCPUs', async () => {
    const info = [{ mountpoint: '/', name: 'vda1', fstype: 'ext4', devAliases: ['vda'] }];
    const fileSystems = await asked('domainGetFsinfo', { info, count: 1 }, (a) => a.fileSystems());
    expect(fileSystems.result).toEqual([{ mountPoint: '/', name: 'vda1', type: 'ext4', disks: ['vda'] }]);
    const keys = await asked('domainAuthorizedSshKeysGet', { keys: ['a'] }, (a) => a.sshKeys('me'));
    expect([keys.args, keys.result]).toEqual([{ dom, user: 'me', flags: 0 }, ['a']]);
    const params = [
      { field: 'vcpus', type: 'string', value: '0-3' } as const,
      { field: 'online', type: 'string', value: '0,2-3' } as const,
    ];
    const vcpus = await asked('domainGetGuestVcpus', { params }, (a) => a.vcpus());
    expect(vcpus.result).toEqual({ vcpus: [0, 1, 2, 3], online: [0, 2, 3], offlinable: [] });
  });

  it('is asked whether it is there', async () => {
    const { args } = await asked('qemuDomainAgentCommand', { result: '{"return":{}}' }, (a) => a.ping());
    expect(JSON.parse(args.command)).toEqual({ execute: 'guest-ping' });
  });

  it('names the commands that it can carry out', async () => {
    const known = [
      { name: 'guest-fstrim', enabled: true },
      { name: 'guest-exec', enabled: false },
    ];
    const result = JSON.stringify({ return: { supported_commands: known } });
    const answer = await asked('qemuDomainAgentCommand', { result }, (a) => a.commands());
    expect(answer.result).toEqual(['guest-fstrim']);
  });

  it.each([
    ['{}', []],
    ['{"return":null}', []],
    ['{"return":{"supported_commands":"guest-exec"}}', []],
    ['{"return":{"supported_commands":[null,7,{"enabled":true},{"name":5,"enabled":true}]}}', []],
    ['{"return":{"supported_commands":[null,{"name":"guest-exec","enabled":true}]}}', ['guest-exec']],
  ])('names no commands that %s does not', async (result, names) => {
    const odd = await asked('qemuDomainAgentCommand', { result }, (a) => a.commands());
    expect(odd.result).toEqual(names);
  });
});
