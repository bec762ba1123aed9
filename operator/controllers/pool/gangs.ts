import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { keyOf } from '../../kube/object.ts';
import { assemble } from '../../placement/gangs/assemble.ts';
import type { Lacking } from '../../placement/gangs/fit-gang.ts';
import { gangsOf } from '../../placement/gangs/gangs-of.ts';
import type { PlacementRequest } from '../../placement/model/decision.ts';
import type { Policy } from '../../placement/model/policy.ts';
import { matches } from '../../placement/model/selector.ts';
import type { Stores } from '../stores.ts';
import type { PoolModel } from './pool-model.ts';

export type Assembly =
  /** Enough of the gang have a host, or one is assumed for them: others are placed as any VM. */
  | { kind: 'stands' }
  /** Too few VMs are there that could be placed. */
  | { kind: 'incomplete'; message: string }
  | { kind: 'unplaced'; message: string; lacking?: Lacking }
  /** Several policies make a gang of it. */
  | { kind: 'conflict' };

/** A member of a gang, and what it asks the engine. */
interface Asking {
  member: VirtualMachine;
  request: PlacementRequest;
}

type Model = Pick<PoolModel, 'engine' | 'line' | 'request' | 'assume' | 'isSized' | 'gate' | 'alike'>;

/**
 * VMs that are of use only together. Until a gang stands, its members are placed all at once or not at all; what of it is
 * bound by then, as when an operator died in the middle, is where it is, and the rest must fit beside it.
 */
export class Gangs {
  readonly #stores: Stores;
  readonly #model: Model;

  constructor(stores: Stores, model: Model) {
    this.#stores = stores;
    this.#model = model;
  }

  /** Assumes hosts for as many of the VM's gang as it lacks, if all of these fit. Undefined for a VM without a gang. */
  assemble(vm: VirtualMachine): Assembly | undefined {
    const [policy, another] = this.#policiesOf(vm);
    if (another) return { kind: 'conflict' };
    if (!policy?.gang) return undefined;
    const { engine, line } = this.#model;
    const members = this.#members(policy).map((member) => (keyOf(member) === keyOf(vm) ? vm : member));
    // One that is of another gang as well goes nowhere.
    const absent = members.filter((one) => !engine.vm(keyOf(one)) && this.#policiesOf(one).length === 1);
    const missing = policy.gang.minMembers - members.filter((one) => engine.vm(keyOf(one))).length;
    if (missing <= 0) return { kind: 'stands' };
    const waiting = absent.filter((member) => member === vm || line.has(keyOf(member)));
    const asked = this.#mostImportant(waiting).flatMap((member) => this.#asking(member));
    for (const member of waiting) line.tried(keyOf(member));
    return this.#place(policy, asked, missing);
  }

  isMember(vm: VirtualMachine): boolean {
    return this.#policiesOf(vm).length > 0;
  }

  /** Whether the bindings of the VM's gang are all written, so that its members may start. True without a gang. */
  isBound(vm: VirtualMachine): boolean {
    const [policy, another] = this.#policiesOf(vm);
    if (!policy?.gang || another) return true;
    return this.#members(policy).filter(({ status }) => status?.hostName).length >= policy.gang.minMembers;
  }

  /** The HostPools of the VM and of those of its gang that wait. */
  poolsOf(vm: VirtualMachine): HostPool[] {
    const [policy] = this.#policiesOf(vm);
    const members = policy ? this.#members(policy).filter(({ status }) => !status?.hostName) : [];
    return [...new Set([vm, ...members].flatMap((member) => this.#poolOf(member) ?? []))];
  }

  #policiesOf(vm: VirtualMachine): Policy[] {
    const { namespace = '', labels = {} } = vm.metadata;
    return gangsOf(this.#model.engine, { namespace, labels });
  }

  /** A VM that is being deleted is no member any more. */
  #members({ namespace, vmSelector }: Policy): VirtualMachine[] {
    return this.#stores.virtualMachines
      .byIndex('namespace', namespace)
      .filter(({ metadata }) => !metadata.deletionTimestamp && matches(vmSelector, metadata.labels ?? {}));
  }

  #mostImportant(members: readonly VirtualMachine[]): VirtualMachine[] {
    const { line } = this.#model;
    const age = ({ metadata }: VirtualMachine) => `${metadata.creationTimestamp} ${keyOf(metadata)}`;
    return [...members].sort((a, b) => line.priorityOf(b) - line.priorityOf(a) || (age(a) < age(b) ? -1 : 1));
  }

  #asking(member: VirtualMachine): { member: VirtualMachine; request: PlacementRequest }[] {
    const pool = this.#poolOf(member);
    return pool && this.#model.isSized(member)
      ? [{ member, request: this.#model.request(member, pool) }]
      : [];
  }

  #poolOf(vm: VirtualMachine): HostPool | undefined {
    return this.#stores.hostPools.get(vm.spec.placement.hostPoolRef.name);
  }

  #place(policy: Policy, asked: readonly Asking[], missing: number): Assembly {
    const { engine, gate, alike } = this.#model;
    const requests = asked.map(({ request }) => request);
    const assembled = alike.gang(requests, () =>
      assemble(engine, gate, { policy, missing, asked: requests }),
    );
    if (assembled.kind !== 'placed') return assembled;
    for (const { member } of asked) {
      const placement = assembled.placements.get(keyOf(member));
      if (placement) this.#model.assume(member, placement);
    }
    return { kind: 'stands' };
  }
}
