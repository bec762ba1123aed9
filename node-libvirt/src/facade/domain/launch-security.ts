import type { CallOptions } from '../../connection/pending-call.ts';
import { type TypedValue, typedParameterMap } from '../../protocol/typed-parameter.ts';
import { launchSecurityParameters } from '../parameter-types.ts';
import { type ParametersOf, stringOkay, typedParameters } from '../parameters.ts';
import type { DomainCalls } from './domain-calls.ts';

/** The start of a guest whose memory is kept from its host (AMD SEV). */
export class LaunchSecurity {
  readonly #calls: DomainCalls;

  constructor(calls: DomainCalls) {
    this.#calls = calls;
  }

  /** The measurement and what it is of, by libvirt's names (libvirt: virDomainGetLaunchSecurityInfo). */
  async info(options?: CallOptions): Promise<ReadonlyMap<string, TypedValue>> {
    const { params } = await this.#calls.inLane(
      'domainGetLaunchSecurityInfo',
      { flags: stringOkay },
      options,
    );
    return typedParameterMap(params);
  }

  /** Gives the guest its secret before it is resumed (libvirt: virDomainSetLaunchSecurityState, since 8.0). */
  async setState(
    values: ParametersOf<typeof launchSecurityParameters>,
    options?: CallOptions,
  ): Promise<void> {
    const args = { params: typedParameters(launchSecurityParameters, values), flags: 0 };
    await this.#calls.inLane('domainSetLaunchSecurityState', args, options);
  }
}
