import type { CallOptions } from '../../connection/pending-call.ts';
import { DestroyFlag, ShutdownFlag } from '../constants/index.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
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

  /** Starts a defined domain; flags: CreateFlag (libvirt: virDomainCreateWithFlags). OPERATION_INVALID if it runs. */
  async create(options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.inLane('domainCreateWithFlags', {}, options);
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

  /** Removes the definition; a running domain becomes transient; flags: UndefineFlag (libvirt: virDomainUndefineFlags). */
  async undefine(options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.ask('domainUndefineFlags', {}, options);
  }

  /** Pauses the vCPUs (libvirt: virDomainSuspend). */
  async suspend(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainSuspend', {}, options);
  }

  /** Lets paused vCPUs run (libvirt: virDomainResume). */
  async resume(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainResume', {}, options);
  }

  /** Has the guest go to sleep; target: SuspendTarget (libvirt: virDomainPMSuspendForDuration). */
  async sleep(target: number, options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainPmSuspendForDuration', { target, duration: 0n, flags: 0 }, options);
  }

  /** Wakes a guest that sleeps (libvirt: virDomainPMWakeup). */
  async wakeUp(options?: CallOptions): Promise<void> {
    await this.#calls.inLane('domainPmWakeup', { flags: 0 }, options);
  }

  /** Saves its memory to a file of the host and stops it, which takes long; `xml` replaces its description there; flags: SaveFlag (libvirt: virDomainSaveFlags). */
  async save(file: string, options: FlaggedOptions & { xml?: string | undefined } = {}): Promise<void> {
    await this.#calls.inLane('domainSaveFlags', { to: file, dxml: options.xml ?? null }, options);
  }

  /** What becomes of it at a LifecycleTrigger: a LifecycleAction; flags: Affect (libvirt: virDomainSetLifecycleAction). */
  async setLifecycleAction(trigger: number, action: number, options: FlaggedOptions = {}): Promise<void> {
    await this.#calls.inLane('domainSetLifecycleAction', { type: trigger, action }, options);
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
