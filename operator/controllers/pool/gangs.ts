import type { HostPool } from '../../api/hostpool.ts';
import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { keyOf } from '../../kube/object.ts';
import { type Fit, fitGang } from '../../placement/gangs/fit-gang.ts';
import type { Placement, PlacementRequest } from '../../placement/model/decision.ts';
import type { Policy } from '../../placement/model/policy.ts';
import { matches } from '../../placement/model/selector.ts';
import { readOnce } from '../read-once.ts';
import type { Stores } from '../stores.ts';
import type { PoolModel } from './pool-model.ts';

export type Assembly =
  /** Enough of the gang have a host, or one is assumed for them: others are placed as any VM. */
  | { kind: 'stands' }
  /** Too few VMs are there that could be placed. */
  | { kind: 'incomplete'; message: string }
  | { kind: 'unplaced'; message: string }
  /** Several policies make a gang of it. */
  | { kind: 'conflict' };

/** A member of a gang, and what it asks the engine. */
interface Asking {
  member: VirtualMachine;
  request: PlacementRequest;
}

/** How many others of the gang are tried at once: the more it lacks, the longer each try takes. */
const substitutesFor = (missing: number) => Math.max(1, Math.min(16, Math.floor(1000 / missing)));

type Model = Pick<PoolModel, 'engine' | 'line' | 'request' | 'assume' | 'isSized' | 'gate'>;

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
    if (asked.length < missing) return incomplete(policy, policy.gang.minMembers - missing + asked.length);
    return this.#placeSome(policy, asked, missing);
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
    const gangs = gangsAmong(this.#model.engine.policiesFor({ namespace, labels }));
    return gangs.filter(({ vmSelector }) => matches(vmSelector, labels));
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

  /** The most important ones if they fit; for one that does not, and keeps the others from coming, the next one. */
  #placeSome(policy: Policy, asked: readonly Asking[], missing: number): Assembly {
    const { engine, gate } = this.#model;
    const substitutes = asked.slice(missing, missing + substitutesFor(missing));
    let team = asked.slice(0, missing);
    let why: string | undefined;
    for (;;) {
      const requests = team.map(({ request }) => request);
      const fit = fitGang(engine, gate, requests);
      if (fit.kind === 'placed') return this.#assumeAll(team, fit.placements);
      why ??= whyNot(fit);
      const substitute = fit.vm === undefined ? undefined : substitutes.shift();
      if (!substitute) return { kind: 'unplaced', message: `The gang of policy ${policy.name} ${why}` };
      team = [...team.filter(({ request }) => request.vm.id !== fit.vm), substitute];
    }
  }

  #assumeAll(team: readonly Asking[], placements: ReadonlyMap<string, Placement>): Assembly {
    for (const { member } of team) {
      const placement = placements.get(keyOf(member));
      if (placement) this.#model.assume(member, placement);
    }
    return { kind: 'stands' };
  }
}

const gangsAmong = readOnce((policies: readonly Policy[]) => policies.filter(({ gang }) => gang));

function incomplete({ name, gang }: Policy, there: number): Assembly {
  const message = `Policy ${name} places its VMs as a gang of at least ${gang?.minMembers}; ${there} of them can be placed now, so it waits for ${(gang?.minMembers ?? 0) - there} more.`;
  return { kind: 'incomplete', message };
}

/** What keeps the gang away, as a predicate. */
function whyNot({ message, vm, isRefused }: Fit & { kind: 'unplaced' }): string {
  return isRefused
    ? `may not come as a whole, so none of it is placed. ${message}`
    : `does not fit as a whole, so none of it is placed. Beside the others ${vm} finds no host: ${message}`;
}
