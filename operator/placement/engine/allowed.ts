import type { PlacementRequest } from '../model/decision.ts';
import { exclusive } from './filters/exclusive.ts';
import type { Filter } from './filters/filter.ts';
import { admissionFilters, policyHostFilters, selectorFilters } from './filters/hosts.ts';
import { Scene } from './scene.ts';
import type { Stay, World } from './world.ts';

/** So many hosts are asked about one by one; for more, all are at once. */
const fewHosts = 4;

/**
 * Where the VM may be as far as rules go, whatever room there is and whether or not the host takes VMs now. Asked while the
 * world does not change.
 */
export class AllowedHosts {
  readonly #world: World;
  readonly #scene: Scene;
  readonly #ofHosts: readonly Filter[];
  readonly #itself: readonly Stay[];
  readonly #later: readonly Stay[];
  #asked = 0;
  #rows: Int32Array | undefined;
  #mask: Uint8Array | undefined;

  /**
   * `later`: it must be allowed as VMs are now, and also once others are there instead. `gone`: hosts that take no VMs any
   * more by then.
   */
  constructor(
    world: World,
    request: PlacementRequest,
    later: readonly Stay[] = [],
    gone: readonly string[] = [],
  ) {
    this.#world = world;
    this.#scene = new Scene(
      world,
      request,
      gone.flatMap((host) => world.hosts.row(host) ?? []),
    );
    const { vm, rules } = this.#scene;
    this.#ofHosts = [...selectorFilters(vm), ...policyHostFilters(rules.host), ...admissionFilters(vm)];
    // Only rules about other VMs see the VM itself where it is.
    const seesItself = rules.required.some((filter) => filter !== exclusive);
    this.#itself = seesItself ? [{ id: vm.id, hosts: [] }] : [];
    this.#later = later;
  }

  has(host: string): boolean {
    const row = this.#rowOf(host);
    if (row === undefined) return false;
    this.#asked += 1;
    if (!this.#mask && this.#asked <= fewHosts) return this.#keep(Int32Array.of(row)) === 1;
    this.#mask ??= this.#masked();
    return this.#mask[row] === 1;
  }

  /** Whether it is allowed on the host once VMs are there instead. */
  hasThen(host: string, stays: readonly Stay[]): boolean {
    const row = this.#rowOf(host);
    if (row === undefined) return false;
    return (
      this.#world.counting([...this.#itself, ...stays], () => this.#keepBeside(Int32Array.of(row), 1)) === 1
    );
  }

  /** Whether rules about other VMs let it be on the host where it is counted. */
  hasBeside(from: string): boolean {
    const row = this.#rowOf(from);
    if (row === undefined) return false;
    const itself = { id: this.#scene.vm.id, from, hosts: [] };
    return this.#world.counting([itself], () => this.#keepBeside(Int32Array.of(row), 1)) === 1;
  }

  /** All of the pool's that are allowed, if they are no more than `most`. */
  few(most: number): string[] | undefined {
    const rows = this.#allRows();
    return rows.length > most ? undefined : Array.from(rows, (row) => this.#scene.hosts.name(row));
  }

  /** Undefined of a host that is not there. */
  #rowOf(host: string): number | undefined {
    const { hosts } = this.#world;
    const row = hosts.row(host);
    return row === undefined || !hosts.state(row) ? undefined : row;
  }

  #allRows(): Int32Array {
    if (this.#rows) return this.#rows;
    const rows = this.#scene.hosts.rowsByName(this.#scene.pool).slice();
    this.#rows = rows.subarray(0, this.#keep(rows));
    return this.#rows;
  }

  #masked(): Uint8Array {
    const mask = new Uint8Array(this.#scene.hosts.capacity);
    for (const row of this.#allRows()) mask[row] = 1;
    return mask;
  }

  /** Moves the rows where it may be to the front; returns how many they are. */
  #keep(rows: Int32Array): number {
    let count = rows.length;
    for (const filter of this.#ofHosts) count = filter.keep(this.#scene, rows, count);
    if (count === 0) return 0;
    return this.#world.counting(this.#itself, () => {
      count = this.#keepBeside(rows, count);
      if (count === 0 || this.#later.length === 0) return count;
      return this.#world.counting(this.#later, () => this.#keepBeside(rows, count));
    });
  }

  /** The same as far as rules about other VMs go. */
  #keepBeside(rows: Int32Array, count: number): number {
    let kept = count;
    for (const filter of this.#scene.rules.required) kept = filter.keep(this.#scene, rows, kept);
    return kept;
  }
}

/**
 * Whether rules about other VMs let each of those of the requests be on the host where it stays, once all who stay somewhere
 * are there and the hosts are gone.
 */
export function allowedTogether(
  world: World,
  requests: readonly PlacementRequest[],
  stays: readonly Stay[],
  gone: readonly string[],
): boolean {
  const hostOf = new Map(stays.map(({ id, hosts }) => [id, hosts[0]]));
  return world.counting(stays, () =>
    requests.every((request) => {
      const from = hostOf.get(request.vm.id);
      return from !== undefined && new AllowedHosts(world, request, [], gone).hasBeside(from);
    }),
  );
}
