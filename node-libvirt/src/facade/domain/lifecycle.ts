import type { CallOptions } from '../../connection/pending-call.ts';
import {
  Affect,
  CreateFlag,
  DestroyFlag,
  LifecycleAction,
  LifecycleTrigger,
  SaveFlag,
  ShutdownFlag,
  SuspendTarget,
  UndefineFlag,
} from '../constants/index.ts';
import { type FlaggedOptions, flagBits, numberOf, type OneOf } from '../flags.ts';
import { asLongAsItTakes } from '../long-call.ts';
import type { DomainCalls } from './domain-calls.ts';

/** How the guest is asked: by libvirt's choice, the ACPI power button, or the guest agent. */
export type ShutdownMode = 'default' | 'acpi' | 'agent';
const shutdownFlags = { default: ShutdownFlag.Default, acpi: ShutdownFlag.Acpi, agent: ShutdownFlag.Agent };

/** How a domain starts, rests and ends. */
export abstract class DomainLifecycle {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** Starts a defined domain (libvirt: virDomainCreateWithFlags). OPERATION_INVALID if it runs. */
  async create(options: FlaggedOptions<typeof CreateFlag> = {}): Promise<void> {
    const flags = flagBits(CreateFlag, options.flags);
    await this.#calls.inLane('domainCreateWithFlags', { flags }, options);
  }

  /**
   * Asks the guest to shut down (libvirt: virDomainShutdownFlags). By `acpi` it returns at once; by `agent`, or by `default`
   * where the guest has one, only once the guest is down or 60 s have passed.
   */
  async shutdown(options: CallOptions & { mode?: ShutdownMode } = {}): Promise<void> {
    const flags = shutdownFlags[options.mode ?? 'default'];
    await this.#calls.inLane('domainShutdownFlags', { flags }, options);
  }

  /** Asks the guest to reboot (libvirt: virDomainReboot). */
  async reboot(options: CallOptions & { mode?: ShutdownMode } = {}): Promise<void> {
    await this.#calls.inLane('domainReboot', { flags: shutdownFlags[options.mode ?? 'default'] }, options);
  }

  /** Presses the reset button (libvirt: virDomainReset). */
  async reset(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainReset', { flags: 0 }, options);
  }

  /**
   * Ends the domain now (libvirt: virDomainDestroyFlags). With `graceful` it fails instead of using SIGKILL
   * when the process does not end in time. A transient domain is gone afterwards.
   */
  async destroy(options: CallOptions & { graceful?: boolean } = {}): Promise<void> {
    const flags = options.graceful ? DestroyFlag.Graceful : 0;
    await this.#calls.ask('domainDestroyFlags', { flags }, options);
  }

  /** Removes the definition; a running domain becomes transient (libvirt: virDomainUndefineFlags). */
  async undefine(options: FlaggedOptions<typeof UndefineFlag> = {}): Promise<void> {
    await this.#calls.ask('domainUndefineFlags', { flags: flagBits(UndefineFlag, options.flags) }, options);
  }

  /** Pauses the vCPUs (libvirt: virDomainSuspend). */
  async suspend(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainSuspend', {}, options);
  }

  /** Lets paused vCPUs run (libvirt: virDomainResume). */
  async resume(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainResume', {}, options);
  }

  /** Has the guest go to sleep (libvirt: virDomainPMSuspendForDuration). */
  async sleep(target: OneOf<typeof SuspendTarget>, options?: CallOptions): Promise<void> {
    const args = { target: numberOf(SuspendTarget, target), duration: 0n, flags: 0 };
    await this.#calls.inLane('domainPmSuspendForDuration', args, options);
  }

  /** Wakes a guest that sleeps (libvirt: virDomainPMWakeup). */
  async wakeUp(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainPmWakeup', { flags: 0 }, options);
  }

  /** Saves its memory to a file of the host and stops it; `xml` replaces its description there; no deadline unless one is given (libvirt: virDomainSaveFlags). */
  async save(
    file: string,
    options: FlaggedOptions<typeof SaveFlag> & { xml?: string | undefined } = {},
  ): Promise<void> {
    const args = { to: file, dxml: options.xml ?? null, flags: flagBits(SaveFlag, options.flags) };
    await this.#calls.inLane('domainSaveFlags', args, asLongAsItTakes(options));
  }

  /** What becomes of it when its guest powers off, reboots or crashes (libvirt: virDomainSetLifecycleAction). */
  async setLifecycleAction(
    trigger: OneOf<typeof LifecycleTrigger>,
    action: OneOf<typeof LifecycleAction>,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = {
      type: numberOf(LifecycleTrigger, trigger),
      action: numberOf(LifecycleAction, action),
      flags: flagBits(Affect, options.flags),
    };
    await this.#calls.inLane('domainSetLifecycleAction', args, options);
  }

  /** Whether libvirtd starts the domain when it starts itself (libvirt: virDomainGetAutostart). */
  async autostart(options?: CallOptions): Promise<boolean> {
    return (await this.#calls.ask('domainGetAutostart', {}, options)).autostart !== 0;
  }

  /** libvirt: virDomainSetAutostart. */
  async setAutostart(autostart: boolean, options?: CallOptions): Promise<void> {
    await this.#calls.ask('domainSetAutostart', { autostart: autostart ? 1 : 0 }, options);
  }
}
