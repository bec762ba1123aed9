import type { CallOptions } from '../../connection/pending-call.ts';
import { AddressSource, IpAddressType } from '../constants/index.ts';
import { numberOf } from '../flags.ts';
import type { DomainCalls } from './domain-calls.ts';

export interface GuestInterface {
  /** The host's device (lease, arp) or the guest's (agent). */
  name: string;
  mac: string | null;
  addresses: { family: IpAddressType | 'unknown'; address: string; prefixLength: number }[];
}

/** AGENT_UNRESPONSIVE when asked of an agent that is not there. */
export async function interfaceAddresses(
  calls: DomainCalls,
  source: AddressSource,
  options: CallOptions,
): Promise<GuestInterface[]> {
  const args = { source: numberOf(AddressSource, source), flags: 0 };
  const { interfaces } = await calls.inLane('domainInterfaceAddresses', args, options);
  return interfaces.map(({ name, hwaddr, addrs }) => ({
    name,
    mac: hwaddr,
    addresses: addrs.map(({ type, addr, prefix }) => ({
      family: IpAddressType[type] ?? 'unknown',
      address: addr,
      prefixLength: prefix,
    })),
  }));
}
