import { explain, sentence, shortage } from '../explain/rejections.ts';
import type { Decision, PlacementRequest, Rejection } from '../model/decision.ts';
import type { HostState } from '../model/host.ts';
import type { Policy } from '../model/policy.ts';
import type { PlacedVm } from '../model/vm.ts';
import { cellRequests } from './cells.ts';
import { choose } from './choose.ts';
import { policyHostFilters, selectorFilters } from './filters/hosts.ts';
import { roomFilters } from './filters/room.ts';
import type { HostHints } from './hints.ts';
import { refusalOf, refusals } from './refuse.ts';
import { Scene } from './scene.ts';
import { type EngineOptions, World } from './world.ts';

function placedOn({ vm, hosts }: Scene, row: number): Decision {
  const host = hosts.name(row);
  const cell = vm.oneCell ? hosts.cells.fitting(row, cellRequests(vm.requests)) : undefined;
  return { kind: 'placed', host, ...(cell === undefined ? {} : { cell }) };
}

/** What placed VMs have of a host. */
export interface Usage {
  vms: number;
  /** By resource; without those of which there is nothing. */
  resources: Readonly<Record<string, number>>;
}

/**
 * Decides which host a VM goes to. Every host of the pool is considered: filters say which ones do, scores which one is
 * best. Pure: the same world and the same request give the same decision, in whatever order the world was told.
 */
export class PlacementEngine {
  readonly #world: World;

  constructor(options: EngineOptions = {}) {
    this.#world = new World(options);
  }

  upsertHost(host: HostState): void {
    this.#world.upsertHost(host);
  }

  /** VMs on it stay known: a Host object may come back, and what runs there goes on counting. */
  removeHost(name: string): void {
    this.#world.removeHost(name);
  }

  /** Replaces what else is known of the host; forgotten when it is removed, and not told of one that is not there. */
  hint(host: string, hints: HostHints): void {
    this.#world.hint(host, hints);
  }

  upsertVm(vm: PlacedVm): void {
    this.#world.upsertVm(vm);
  }

  removeVm(id: string): void {
    this.#world.removeVm(id);
  }

  /** From now on the policy's rules hold for the VMs that it selects. */
  upsertPolicy(policy: Policy): void {
    this.#world.upsertPolicy(policy);
  }

  removePolicy(namespace: string, name: string): void {
    this.#world.removePolicy(namespace, name);
  }

  /** Whether the host is there and takes VMs, whatever room it has. */
  takesVms(host: string): boolean {
    const row = this.#world.hosts.row(host);
    return row !== undefined && this.#world.hosts.available[row] === 1;
  }

  /** What placed VMs have of the host. */
  usage(host: string): Usage {
    const row = this.#world.hosts.row(host);
    if (row === undefined) return { vms: 0, resources: {} };
    return { vms: this.#world.vms.on(row).size, resources: this.#world.hosts.dimensions.used(row) };
  }

  /** The best host for the VM, or why there is none. A VM that has a host already is not counted against itself. */
  place(request: PlacementRequest): Decision {
    return this.#without(request, (scene) => {
      const row = choose(scene, this.#world.scratch);
      if (row !== undefined) return placedOn(scene, row);
      const rejections = explain(refusals(scene));
      const total = scene.hosts.rowsOf(request.pool).size;
      return { kind: 'unplaced', rejections, message: sentence(request.pool, total, rejections) };
    });
  }

  /** The required rule that the VM breaks by being on this host, whatever room there is; undefined when none. */
  check(request: PlacementRequest, host: string): Rejection | undefined {
    return this.#without(request, (scene) => {
      const row = this.#known(host);
      if (row === undefined) return undefined;
      const ofHosts = [...selectorFilters(request.vm), ...policyHostFilters(scene.rules.host)];
      const refusal = refusalOf(scene, row, [...ofHosts, ...scene.rules.required]);
      if (!refusal) return undefined;
      const text = refusal.subject ? `${refusal.singular} ${refusal.subject}` : refusal.singular;
      return { code: refusal.code, hosts: [host], text };
    });
  }

  /** What the host lacks for the VM, whatever rules there are: `lacks 1.5Gi of memory`; undefined when nothing. */
  shortageOn(request: PlacementRequest, host: string): string | undefined {
    return this.#without(request, (scene) => {
      const row = this.#known(host);
      const refusal = row === undefined ? undefined : refusalOf(scene, row, roomFilters(request.vm));
      return refusal && shortage(refusal);
    });
  }

  #known(host: string): number | undefined {
    const row = this.#world.hosts.row(host);
    return row !== undefined && this.#world.hosts.state(row) ? row : undefined;
  }

  /** Asks about the world as it is without the VM itself. */
  #without<T>(request: PlacementRequest, ask: (scene: Scene) => T): T {
    const own = this.#world.vms.get(request.vm.id)?.vm;
    if (own) this.#world.removeVm(own.id);
    try {
      return ask(new Scene(this.#world, request));
    } finally {
      if (own) this.#world.upsertVm(own);
      else this.#world.tidy(request.vm.namespace);
    }
  }
}
