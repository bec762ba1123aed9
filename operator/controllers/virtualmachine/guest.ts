import { isIP, isIPv6 } from 'node:net';
import { domainUUID } from './definition.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/** Asks a running guest for its addresses. A guest that does not tell (yet) is asked again, less and less often. */
export async function readGuest(scope: Scope): Promise<StepResult> {
  const { connection, observed, vm } = scope;
  if (!connection || observed?.power !== 'Running' || vm.spec.interfaces.length === 0) return stepDone;
  const told = await connection.guestInterfaces(domainUUID(scope), { signal: scope.signal });
  scope.guest = told.map((one) => ({ ...one, addresses: usefulAddresses(one.addresses) }));
  const known = scope.guest.filter((guestInterface) => guestInterface.addresses.length > 0).length;
  if (known < vm.spec.interfaces.length) {
    const soon = scope.env.attempts.nextAddressCheckMs(vm.metadata.uid);
    scope.lookAgainMs = Math.min(scope.lookAgainMs, soon);
    scope.restMs = Math.min(scope.restMs, soon);
  }
  return stepDone;
}

/**
 * Without link-local addresses, which nobody can use from elsewhere and which come and go before and after the real ones;
 * IPv4 first, and always in the same order, whatever order the guest tells them in.
 */
export function usefulAddresses(addresses: readonly string[]): string[] {
  // A guest may tell anything; what is no address would have the API server refuse the whole status.
  const useful = addresses.filter(
    (address) => isIP(address) && !/^(fe[89ab][0-9a-f]:|169\.254\.)/i.test(address) && !address.includes('%'),
  );
  return useful.sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)) || (a < b ? -1 : 1));
}
