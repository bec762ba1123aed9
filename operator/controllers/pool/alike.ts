import type { PlacementEngine } from '../../placement/engine/engine.ts';
import type { Refusal } from '../../placement/gate/gate.ts';
import type { Decision, PlacementRequest } from '../../placement/model/decision.ts';

/**
 * For which VMs was looked in vain in the world as it is: those that ask the same and that no policy can tell apart fail for
 * the same reason, so one of them answers for all until something changes. So does a member for its gang.
 */
export class Alike {
  readonly #engine: Pick<PlacementEngine, 'vm' | 'kindOf'>;
  readonly #placesInVain = new Set<string>();
  readonly #clearingsInVain = new Set<string>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #gangsInVain = new Map<string, unknown>();

  constructor(engine: Pick<PlacementEngine, 'vm' | 'kindOf'>) {
    this.#engine = engine;
  }

  /** The place that `search` finds; it is not asked where it would find none. */
  place<T>(request: PlacementRequest, search: () => T | undefined): T | undefined {
    return this.#search(this.#placesInVain, request, search);
  }

  /** The same of a host that may be cleared for the VM. */
  clearing<T>(request: PlacementRequest, search: () => T | undefined): T | undefined {
    return this.#search(this.#clearingsInVain, request, search);
  }

  /** What `decide` says, which is not asked where one like the VM was refused. */
  decision(request: PlacementRequest, decide: () => Decision): Decision {
    const kind = this.#kindOf(request);
    const known = kind === undefined ? undefined : this.#refusals.get(kind);
    if (known) return known;
    const decision = decide();
    if (kind !== undefined && decision.kind === 'unplaced') this.#refusals.set(kind, decision);
    return decision;
  }

  /** What `search` says of all who ask these as a gang; it is not asked again where it found no place for them. */
  gang<T extends { kind: string }>(asked: readonly PlacementRequest[], search: () => T): T {
    const key = asked.map((request) => `${request.vm.id} ${this.#engine.kindOf(request)}`).join(' ');
    const known = this.#gangsInVain.get(key);
    if (known) return known as T;
    const found = search();
    if (found.kind === 'unplaced') this.#gangsInVain.set(key, found);
    return found;
  }

  /** Something has changed that may bear on what is found. */
  forget(): void {
    this.#placesInVain.clear();
    this.#clearingsInVain.clear();
    this.#refusals.clear();
    this.#gangsInVain.clear();
  }

  #search<T>(vain: Set<string>, request: PlacementRequest, search: () => T | undefined): T | undefined {
    const kind = this.#kindOf(request);
    if (kind === undefined) return search();
    if (vain.has(kind)) return undefined;
    const found = search();
    if (found === undefined) vain.add(kind);
    return found;
  }

  /** Undefined of one that counts on a host, which is not like others: it may be in its own way. */
  #kindOf(request: PlacementRequest): string | undefined {
    return this.#engine.vm(request.vm.id) ? undefined : this.#engine.kindOf(request);
  }
}
