import type { CallOptions } from '../../connection/pending-call.ts';
import { type TypedValue, typedParameterMap } from '../../protocol/typed-parameter.ts';
import {
  AgentCommandTimeout,
  GuestInfoType,
  PasswordFlag,
  SetTimeFlag,
  SshKeysFlag,
} from '../constants/index.ts';
import { parseCpuList } from '../cpu-map.ts';
import { type FlaggedOptions, type Flags, flagBits } from '../flags.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface GuestFileSystem {
  mountPoint: string;
  /** The guest's name of the device, such as vda1. */
  name: string;
  /** Such as ext4. */
  type: string;
  /** Targets of the domain's disks that it is on. */
  disks: string[];
}

/** Somebody who is logged in. */
export interface GuestUser {
  name: string;
  /** Of Windows accounts. */
  domain: string | undefined;
  loginTime: Date;
}

/** vCPUs as the guest sees them, by number. */
export interface GuestVcpus {
  vcpus: number[];
  online: number[];
  offlinable: number[];
}

/**
 * QEMU's agent in the guest. Calls fail with AGENT_UNRESPONSIVE when it does not answer, and with ARGUMENT_UNSUPPORTED
 * or OPERATION_UNSUPPORTED when the domain has no channel for it. A guest may answer anything: nothing of it is to be
 * trusted.
 */
export class GuestAgent {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** Resolves once it has answered. */
  async ping(options?: CallOptions): Promise<void> {
    await this.command({ execute: 'guest-ping' }, options);
  }

  /**
   * One command; its answer as JSON text (libvirt: virDomainQemuAgentCommand).
   * The agent gets a second less than `timeoutMs` (default 10 s), though at least one, so that the server's error comes
   * before ours.
   */
  async command(command: object, options: CallOptions = {}): Promise<string> {
    const timeoutMs = options.timeoutMs ?? 10_000;
    const timeoutSeconds = Number.isFinite(timeoutMs)
      ? Math.max(1, Math.floor(timeoutMs / 1000) - 1)
      : AgentCommandTimeout.Block;
    const args = { command: JSON.stringify(command), timeoutSeconds, flags: 0 };
    return (await this.#calls.inLane('qemuDomainAgentCommand', args, { ...options, timeoutMs })).result ?? '';
  }

  /** Names of the commands that it can carry out, such as guest-fstrim. */
  async commands(options?: CallOptions): Promise<string[]> {
    const answer: { return?: { supported_commands?: unknown } | null } = JSON.parse(
      await this.command({ execute: 'guest-info' }, options),
    );
    return namesOfEnabled(answer.return?.supported_commands);
  }

  /**
   * How long it may take to answer any later question, until the domain stops; libvirt's own limit is none. In place of
   * seconds, an AgentTimeout (libvirt: virDomainAgentSetResponseTimeout, since 5.10).
   */
  async setResponseTimeout(timeoutSeconds: number, options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainAgentSetResponseTimeout', { timeoutSeconds, flags: 0 }, options);
  }

  /** What it tells of the guest; of no types, all that it can tell (libvirt: virDomainGetGuestInfo). */
  async info(
    types: Flags<typeof GuestInfoType> = 0,
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, TypedValue>> {
    const args = { types: flagBits(GuestInfoType, types), flags: 0 };
    const { params } = await this.#calls.inLane('domainGetGuestInfo', args, options);
    return typedParameterMap(params);
  }

  /** Who is logged in (libvirt: virDomainGetGuestInfo). */
  async users(options?: CallOptions): Promise<GuestUser[]> {
    const info = await this.info(['Users'], options);
    // Each has parameters of its own, so that a count alone takes no memory.
    const length = Math.min(info.size, Number(info.get('user.count') ?? 0));
    return Array.from({ length }, (_, index) => {
      const domain = info.get(`user.${index}.domain`);
      return {
        name: String(info.get(`user.${index}.name`) ?? ''),
        domain: domain === undefined ? undefined : String(domain),
        loginTime: new Date(Number(info.get(`user.${index}.login-time`) ?? 0)),
      };
    });
  }

  /** What is mounted in the guest (libvirt: virDomainGetFSInfo). */
  async fileSystems(options?: CallOptions): Promise<GuestFileSystem[]> {
    const { info } = await this.#calls.inLane('domainGetFsinfo', { flags: 0 }, options);
    return info.map(({ mountpoint, name, fstype, devAliases }) => ({
      ...{ mountPoint: mountpoint, name, type: fstype, disks: devAliases },
    }));
  }

  /** Stops writing to all file systems, or to these, and tells to how many (libvirt: virDomainFSFreeze). */
  async freeze(mountPoints: readonly string[] = [], options?: CallOptions): Promise<number> {
    const args = { mountpoints: [...mountPoints], flags: 0 };
    return (await this.#calls.inLane('domainFsfreeze', args, options)).filesystems;
  }

  /** Lets all file systems, or these, be written to again, and tells how many (libvirt: virDomainFSThaw). */
  async thaw(mountPoints: readonly string[] = [], options?: CallOptions): Promise<number> {
    const args = { mountpoints: [...mountPoints], flags: 0 };
    return (await this.#calls.inLane('domainFsthaw', args, options)).filesystems;
  }

  /**
   * Gives back unused blocks of all file systems, or of one; free ranges below `minimumBytes` may stay
   * (libvirt: virDomainFSTrim).
   */
  async trim(
    options: CallOptions & { mountPoint?: string | undefined; minimumBytes?: bigint | undefined } = {},
  ): Promise<void> {
    const { mountPoint = null, minimumBytes: minimum = 0n } = options;
    await this.#calls.inLane('domainFstrim', { mountPoint, minimum, flags: 0 }, options);
  }

  /** The guest's clock, to the millisecond (libvirt: virDomainGetTime). */
  async time(options?: CallOptions): Promise<Date> {
    const { seconds, nseconds } = await this.#calls.inLane('domainGetTime', { flags: 0 }, options);
    return new Date(Number(seconds) * 1000 + Math.floor(nseconds / 1_000_000));
  }

  /** Sets the guest's clock, and its hardware clock (libvirt: virDomainSetTime). */
  async setTime(time: Date, options?: CallOptions): Promise<void> {
    const seconds = Math.floor(time.getTime() / 1000);
    const nseconds = (time.getTime() - seconds * 1000) * 1_000_000;
    await this.#calls.inLane('domainSetTime', { seconds: BigInt(seconds), nseconds, flags: 0 }, options);
  }

  /** Sets the guest's clock by its hardware clock, such as after it was paused (libvirt: virDomainSetTime with SYNC). */
  async syncTime(options?: CallOptions): Promise<void> {
    const args = { seconds: 0n, nseconds: 0, flags: SetTimeFlag.Sync };
    await this.#calls.inLane('domainSetTime', args, options);
  }

  /** libvirt: virDomainSetUserPassword. */
  async setUserPassword(
    user: string,
    password: string,
    options: FlaggedOptions<typeof PasswordFlag> = {},
  ): Promise<void> {
    const args = { user, password, flags: flagBits(PasswordFlag, options.flags) };
    await this.#calls.inLane('domainSetUserPassword', args, options);
  }

  /** Lines of the user's authorized_keys (libvirt: virDomainAuthorizedSSHKeysGet). */
  async sshKeys(user: string, options?: CallOptions): Promise<string[]> {
    return (await this.#calls.inLane('domainAuthorizedSshKeysGet', { user, flags: 0 }, options)).keys;
  }

  /** Replaces the user's authorized_keys, or adds or removes these (libvirt: virDomainAuthorizedSSHKeysSet). */
  async setSshKeys(
    user: string,
    keys: readonly string[],
    options: FlaggedOptions<typeof SshKeysFlag> = {},
  ): Promise<void> {
    const args = { user, keys: [...keys], flags: flagBits(SshKeysFlag, options.flags) };
    await this.#calls.inLane('domainAuthorizedSshKeysSet', args, options);
  }

  /** libvirt: virDomainGetGuestVcpus. */
  async vcpus(options?: CallOptions): Promise<GuestVcpus> {
    const { params } = await this.#calls.inLane('domainGetGuestVcpus', { flags: 0 }, options);
    const told = typedParameterMap(params);
    const list = (field: string) => parseCpuList(String(told.get(field) ?? ''));
    return { vcpus: list('vcpus'), online: list('online'), offlinable: list('offlinable') };
  }

  /** Has the guest use these vCPUs, or leave them alone (libvirt: virDomainSetGuestVcpus). */
  async setVcpus(vcpus: readonly number[], online: boolean, options?: CallOptions): Promise<void> {
    const args = { cpumap: vcpus.join(','), state: online ? 1 : 0, flags: 0 };
    await this.#calls.inLane('domainSetGuestVcpus', args, options);
  }
}

function namesOfEnabled(commands: unknown): string[] {
  if (!Array.isArray(commands)) return [];
  return commands.flatMap((command) =>
    command?.enabled === true && typeof command.name === 'string' ? [command.name] : [],
  );
}
