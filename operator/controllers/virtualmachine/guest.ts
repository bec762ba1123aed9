import { domainUUID } from './definition.ts';
import { type Scope, type StepResult, stepDone } from './scope.ts';

/** Asks a running guest for its addresses. A guest that does not tell (yet) is asked again, less and less often. */
export async function readGuest(scope: Scope): Promise<StepResult> {
  const { connection, observed, vm } = scope;
  if (!connection || observed?.power !== 'Running' || vm.spec.interfaces.length === 0) return stepDone;
  scope.guest = await connection.guestInterfaces(domainUUID(scope), { signal: scope.signal });
  const known = scope.guest.filter((guestInterface) => guestInterface.addresses.length > 0).length;
  if (known < vm.spec.interfaces.length) {
    const soon = scope.env.attempts.nextAddressCheckMs(vm.metadata.uid);
    scope.lookAgainMs = Math.min(scope.lookAgainMs, soon);
  }
  return stepDone;
}
