import {
  type PowerState,
  type VirtualMachine,
  type VirtualMachineStatus,
  virtualMachineConditions,
} from '../../api/virtualmachine.ts';
import { domainUuidOf, macAddressOf } from '../../domain/identity.ts';
import { cellOf, readDomain } from '../../domain/read.ts';
import { allocatedInStatus, sizeInStatus, sizeOf, sizeOfDomain } from '../../domain/size.ts';
import type { Placement } from '../../placement/model/decision.ts';
import { conditionList, findCondition, unknown } from '../conditions.ts';
import { classOf } from '../stores.ts';
import { contention } from './contention.ts';
import type { Scope, StepResult } from './scope.ts';
import { stepDone } from './scope.ts';
import { verdicts } from './verdicts.ts';

/** The status that binds the VM to a host; the placement generation counts up, so that older domains are stale. */
export function bindingStatus(scope: Scope, { host: hostName, cell }: Placement): VirtualMachineStatus {
  const { status } = scope.vm;
  const placementGeneration = (status?.placementGeneration ?? 0) + 1;
  const bound: VirtualMachine = { ...scope.vm, status: { ...status, hostName, placementGeneration } };
  return computeStatus({ ...scope, vm: bound, ...(cell === undefined ? {} : { numaCell: cell }) }, stepDone);
}

/** The whole status from what this reconcile saw. The same world makes the same status. */
export function computeStatus(scope: Scope, outcome: StepResult): VirtualMachineStatus {
  const { vm, env } = scope;
  if (outcome.kind === 'wait' && outcome.reason === 'ReconcilePaused')
    return pausedStatus(scope, outcome.message);
  const generation = vm.metadata.generation ?? 0;
  const hostName = vm.status?.hostName;
  const power = powerState(scope);
  return {
    observedGeneration: generation,
    ...(hostName === undefined ? pastBinding(vm) : binding(vm, hostName)),
    ...(hostName === undefined ? {} : numaCell(scope)),
    ...(hostName !== undefined && scope.makesWayFor ? { makesWayFor: scope.makesWayFor } : {}),
    ...(power === undefined ? {} : { powerState: power }),
    ...askedSize(scope),
    ...allocated(scope),
    ...toldContention(scope),
    ...(hostName === undefined ? {} : { interfaces: interfaces(scope) }),
    conditions: conditionList(
      verdicts(scope, outcome),
      vm.status?.conditions,
      generation,
      env.clock.wallTime(),
    ),
  };
}

/** What a bound VM's status may lack, as of an older operator, is known all the same. */
function binding(vm: VirtualMachine, hostName: string): Partial<VirtualMachineStatus> {
  const placementGeneration = vm.status?.placementGeneration ?? 1;
  return { hostName, placementGeneration, domainUUID: domainUuidOf(vm) };
}

/** While the host does not answer, that which it had. */
function numaCell({ vm, numaCell: found }: Scope): Pick<VirtualMachineStatus, 'numaCell'> {
  if (vm.spec.placement.numaPolicy !== 'SingleCell') return {};
  const cell = found ?? vm.status?.numaCell;
  return cell === undefined ? {} : { numaCell: cell };
}

/** The fencing token of a VM that has given its host back counts on from where it was. */
function pastBinding({ status }: VirtualMachine): Pick<VirtualMachineStatus, 'placementGeneration'> {
  const placementGeneration = status?.placementGeneration;
  return placementGeneration === undefined ? {} : { placementGeneration };
}

/** Nothing was looked at, so all stays as it was and was judged by, but for Ready, which says that nobody looks. */
function pausedStatus({ vm, env }: Scope, message: string): VirtualMachineStatus {
  const verdict = unknown('ReconcilePaused', message);
  const list = conditionList(
    Object.fromEntries(virtualMachineConditions.map((type) => [type, verdict])),
    vm.status?.conditions,
    vm.metadata.generation ?? 0,
    env.clock.wallTime(),
  );
  const conditions = list.map((condition) =>
    condition.type === 'Ready' ? condition : (findCondition(vm, condition.type) ?? condition),
  );
  return { ...vm.status, conditions };
}

/** Unknown while the host does not answer; absent before the VM ever had a domain. */
function powerState({ vm, observed, looked }: Scope): PowerState | undefined {
  if (observed) return observed.power;
  if (looked) return 'Stopped';
  return vm.status?.powerState === undefined ? undefined : 'Unknown';
}

/** While its class is gone, a VM that has a host goes on counting as what it asked for last. */
function askedSize({ vm, env }: Scope): Pick<VirtualMachineStatus, 'size'> {
  const asked = sizeOf(vm, classOf(env.stores, vm));
  const size = asked ? sizeInStatus(asked) : vm.status?.hostName && vm.status.size;
  return size ? { size } : {};
}

function toldContention(scope: Scope): Pick<VirtualMachineStatus, 'contention'> {
  const told = contention(scope);
  return told ? { contention: told } : {};
}

/** What runs now, or ran last. */
function allocated({ vm, observed }: Scope): Pick<VirtualMachineStatus, 'allocated'> {
  if (observed?.liveXml === undefined) return vm.status?.allocated ? { allocated: vm.status.allocated } : {};
  const domain = readDomain(observed.liveXml);
  const cell = cellOf(domain);
  return {
    allocated: {
      ...allocatedInStatus(sizeOfDomain(domain)),
      ...(cell === undefined ? {} : { numaCell: cell }),
    },
  };
}

/** A guest whose agent is silent for a moment keeps the addresses that it told before. */
function interfaces(scope: Scope): NonNullable<VirtualMachineStatus['interfaces']> {
  const { vm, guest } = scope;
  return vm.spec.interfaces.map((wanted) => {
    const macAddress = macAddressOf(vm, wanted);
    const told = guest.find((one) => one.macAddress.toLowerCase() === macAddress)?.addresses ?? [];
    const before = vm.status?.interfaces?.find((one) => one.macAddress === macAddress)?.addresses ?? [];
    const addresses = told.length === 0 && before.length > 0 && mayHave(scope, macAddress) ? before : told;
    return {
      name: wanted.name,
      macAddress,
      ...(addresses.length > 0 ? { addresses: addresses.slice(0, 32) } : {}),
    };
  });
}

/** A stopped guest has no interface, and one that was restarted may have others than before. */
function mayHave({ looked, observed }: Scope, macAddress: string): boolean {
  if (!looked) return true;
  if (observed?.liveXml === undefined) return false;
  return readDomain(observed.liveXml).interfaces.some((one) => one.macAddress === macAddress);
}
