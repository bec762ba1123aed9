import { placementPolicies, virtualMachines } from '../../../../operator/api/kinds.ts';
import { policyState } from '../../../../operator/controllers/pool/policy-state.ts';
import { vmState } from '../../../../operator/controllers/pool/translate.ts';
import { keyOf, type ObjectKey } from '../../../../operator/kube/object.ts';
import type { ChaosWorld } from '../../chaos-world.ts';
import { priorityOf } from './rest.ts';

/** So long what an operator goes by may be of the past: a watch is made anew within a second, and an answer is under way. */
const latencyMs = 2000;

/** What VMs were worth, until when. */
interface Worth {
  priorities: ReadonlyMap<ObjectKey, number>;
  untilMs: number;
}

/** Sees each VM that is stopped for another one, and who is worth more. */
export class Witness {
  readonly faults: string[] = [];
  /** How many VMs were stopped for others. */
  stops = 0;
  readonly #world: ChaosWorld;
  readonly #past: Worth[] = [];
  readonly #marked = new Map<ObjectKey, string>();
  #now: ReadonlyMap<ObjectKey, number> = new Map();

  constructor(world: ChaosWorld) {
    this.#world = world;
    world.cluster.intercept = ({ verb, type, key }, when) => {
      if (verb === 'patchStatus' && type.kind === 'VirtualMachine' && when === 'after') this.#see(key);
    };
  }

  /** To be called after each change that users make. */
  note(): void {
    this.#past.push({ priorities: this.#now, untilMs: this.#world.clock.now() });
    const policies = this.#world.cluster.objects(placementPolicies).map(policyState);
    const counting = { pool: undefined, vmClass: undefined };
    this.#now = new Map(
      this.#world.cluster
        .objects(virtualMachines)
        .map((vm) => [keyOf(vm), priorityOf(policies, vmState(vm, counting))]),
    );
  }

  #see(key: ObjectKey): void {
    const [namespace = '', name = ''] = key.split('/');
    const claim = this.#world.cluster.peek(virtualMachines, { namespace, name })?.status?.makesWayFor;
    if (!claim) this.#marked.delete(key);
    if (!claim || this.#marked.get(key) === claim.uid) return;
    this.#marked.set(key, claim.uid);
    this.stops += 1;
    const [mine, others] = [this.#worthOf(key), this.#worthOf(keyOf(claim))];
    if (Math.max(...others) <= Math.min(...mine))
      this.faults.push(`${key} (${mine}) was stopped for ${keyOf(claim)} (${others})`);
  }

  /** What it is worth, and what it was shortly before. */
  #worthOf(key: ObjectKey): number[] {
    const since = this.#world.clock.now() - latencyMs;
    const recent = this.#past.filter(({ untilMs }) => untilMs >= since).map(({ priorities }) => priorities);
    return [...recent, this.#now].flatMap((priorities) => priorities.get(key) ?? []);
  }
}
