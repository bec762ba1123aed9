import type { CallOptions } from '../../connection/pending-call.ts';
import type { TypedValue } from '../../protocol/typed-parameter.ts';
import { Affect } from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import { interfaceParameters } from '../parameter-types.ts';
import { type ParametersOf, typedParameters } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

/** Since the domain started, as the guest sees it; -1 is what the hypervisor does not count. */
export interface InterfaceStats {
  rxBytes: bigint;
  rxPackets: bigint;
  rxErrors: bigint;
  rxDropped: bigint;
  txBytes: bigint;
  txPackets: bigint;
  txErrors: bigint;
  txDropped: bigint;
}

/** Bandwidths by libvirt's names (VIR_DOMAIN_BANDWIDTH_* of libvirt). */
export type InterfaceBandwidth = ParametersOf<typeof interfaceParameters>;

/** One network interface of a domain, by the host's device, such as vnet0, or by its MAC address. */
export class DomainInterface {
  readonly device: string;
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls, device: string) {
    this.#calls = calls;
    this.device = device;
  }

  /** libvirt: virDomainInterfaceStats. */
  async stats(options?: CallOptions): Promise<InterfaceStats> {
    const { rxErrs, rxDrop, txErrs, txDrop, ...rest } = await this.#calls.ask(
      'domainInterfaceStats',
      { device: this.device },
      options,
    );
    return { ...rest, rxErrors: rxErrs, rxDropped: rxDrop, txErrors: txErrs, txDropped: txDrop };
  }

  /** libvirt: virDomainGetInterfaceParameters. */
  async bandwidth(options: FlaggedOptions<typeof Affect> = {}): Promise<ReadonlyMap<string, TypedValue>> {
    const args = { device: this.device, flags: flagBits(Affect, options.flags) };
    return this.#calls.parameters('domainGetInterfaceParameters', args, options);
  }

  /** Sets limits; an average of 0 takes the limit away (libvirt: virDomainSetInterfaceParameters). */
  async setBandwidth(
    bandwidth: InterfaceBandwidth,
    options: FlaggedOptions<typeof Affect> = {},
  ): Promise<void> {
    const args = {
      device: this.device,
      params: typedParameters(interfaceParameters, bandwidth),
      flags: flagBits(Affect, options.flags),
    };
    await this.#calls.inLane('domainSetInterfaceParameters', args, options);
  }
}
