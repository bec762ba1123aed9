import { placementPolicies, virtualMachines } from '../../../../operator/api/kinds.ts';
import { policyState } from '../../../../operator/controllers/pool/policy-state.ts';
import { vmState } from '../../../../operator/controllers/pool/translate.ts';
import { keyOf, type ObjectKey } from '../../../../operator/kube/object.ts';
import type { Policy } from '../../../../operator/placement/model/policy.ts';
import type { VmState } from '../../../../operator/placement/model/vm.ts';
import type { ChaosWorld } from '../../chaos-world.ts';
import { forbiddenFor, priorityOf } from './rest.ts';

/** So long what an operator goes by may be of the past: a watch is made anew within a second, and an answer is under way. */
const latencyMs = 2000;

/** How important a VM is, and what policies say of it. */
interface Standing {
  priority: number;
  neverPreempts: boolean;
  neverVictim: boolean;
}

type Standings = ReadonlyMap<ObjectKey, Standing>;

/** Sees each VM that is stopped for another one, and who is worth more and protected. */
export class Witness {
  readonly faults: string[] = [];
  /** How many VMs were stopped for others. */
  stops = 0;
  readonly #world: ChaosWorld;
  readonly #past: { standings: Standings; untilMs: number }[] = [];
  readonly #marked = new Map<ObjectKey, string>();
  #now: Standings = new Map();

  constructor(world: ChaosWorld) {
    this.#world = world;
    world.cluster.intercept = ({ verb, type, key }, when) => {
      if (verb === 'patchStatus' && type.kind === 'VirtualMachine' && when === 'after') this.#see(key);
    };
  }

  /** To be called after each change that users make. */
  note(): void {
    this.#past.push({ standings: this.#now, untilMs: this.#world.clock.now() });
    const policies = this.#world.cluster.objects(placementPolicies).map(policyState);
    const counting = { pool: undefined, vmClass: undefined };
    this.#now = new Map(
      this.#world.cluster
        .objects(virtualMachines)
        .map((vm) => [keyOf(vm), standingOf(policies, vmState(vm, counting))]),
    );
  }

  #see(key: ObjectKey): void {
    const [namespace = '', name = ''] = key.split('/');
    const claim = this.#world.cluster.peek(virtualMachines, { namespace, name })?.status?.makesWayFor;
    if (!claim) this.#marked.delete(key);
    if (!claim || this.#marked.get(key) === claim.uid) return;
    this.#marked.set(key, claim.uid);
    this.stops += 1;
    const [mine, others] = [this.#standingsOf(key), this.#standingsOf(keyOf(claim))];
    const [least, most] = [Math.min(...mine.map(priority)), Math.max(...others.map(priority))];
    const what = `${key} (${least}) was stopped for ${keyOf(claim)} (${most})`;
    if (most <= least) this.faults.push(what);
    if (mine.every(({ neverVictim }) => neverVictim)) this.faults.push(`${what}, and is protected`);
    if (others.every(({ neverPreempts }) => neverPreempts))
      this.faults.push(`${what}, for which nobody may be stopped`);
  }

  /** How it stands, and how it did shortly before. */
  #standingsOf(key: ObjectKey): Standing[] {
    const since = this.#world.clock.now() - latencyMs;
    const recent = this.#past.filter(({ untilMs }) => untilMs >= since).map(({ standings }) => standings);
    return [...recent, this.#now].flatMap((standings) => standings.get(key) ?? []);
  }
}

const priority = (of: Standing) => of.priority;

function standingOf(policies: readonly Policy[], vm: VmState): Standing {
  return { priority: priorityOf(policies, vm), ...forbiddenFor(policies, vm) };
}
