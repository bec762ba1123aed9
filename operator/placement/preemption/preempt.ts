import type { Beneath, Lower } from '../engine/beneath.ts';
import type { PlacementEngine } from '../engine/engine.ts';
import type { Placement, PlacementRequest } from '../model/decision.ts';
import type { PlacedVm } from '../model/vm.ts';
import { bestFirst } from './best-first.ts';
import { bound } from './bounds.ts';
import { pair, several, single, type Ways } from './choices.ts';
import { leaveOut } from './leave-out.ts';
import { type Choice, cheapestFirst, choiceOf, leastImportantFirst } from './victims.ts';

export interface Preemption extends Placement {
  /** Ids of the VMs that make way, the least important first; none when the VM fits as things are. */
  victims: readonly string[];
}

export interface PreemptionOptions {
  /** Ids of VMs that leave their hosts anyway. */
  leaving?: readonly string[];
  /** Spares VMs. */
  mayMakeWay?: (vm: PlacedVm) => boolean;
  /** Whether somebody refuses the VM on a host that rules and room would let it on, once those of these ids are gone. */
  isRefused?: (host: string, leaving: readonly string[]) => boolean;
}

/** Choices of each number of victims that rules are asked about, each a look at one host: some 10 ms in all. */
const looks = 500;

/** Hosts on which the VM fits, and choices of each number of victims, of which is asked whether somebody refuses them. */
const asked = 8;

/** Hosts that are tried at last, one VM after the other, where it is not rules and room that keep the VM out. */
const triedAtLast = 3;

/**
 * Where the VM would go if VMs of lower priority on one host made way: fewest victims, then those of lowest priority, then
 * the least memory lost, then by name. It breaks no rule, stops nobody whom policies protect, and nobody refuses it. Undefined when no host could be cleared for
 * it: VMs elsewhere, as those that are in its way by a rule over a larger domain, are not moved. Nor when it is not among
 * the first choices that are looked at, so that a search takes its milliseconds whatever there is. The engine is left as it
 * was.
 */
export function preempt(
  engine: PlacementEngine,
  request: PlacementRequest,
  options: PreemptionOptions = {},
): Preemption | undefined {
  return new Search(engine, request, options).find();
}

class Search {
  readonly #engine: PlacementEngine;
  readonly #request: PlacementRequest;
  readonly #leaving: readonly string[];
  readonly #isWilling: (one: Lower) => boolean;
  readonly #isRefused: PreemptionOptions['isRefused'];

  constructor(
    engine: PlacementEngine,
    request: PlacementRequest,
    { leaving = [], mayMakeWay = () => true, isRefused }: PreemptionOptions,
  ) {
    this.#engine = engine;
    this.#request = request;
    this.#leaving = leaving;
    this.#isWilling = ({ vm }) => mayMakeWay(vm);
    this.#isRefused = isRefused;
  }

  find(): Preemption | undefined {
    const { fitting, stages } = this.#without([], () => ({
      fitting: this.#engine.ranked(this.#request, this.#isRefused ? asked : 1),
      stages: this.#engine.beneath(this.#request),
    }));
    const free = fitting.find((host) => !this.#refuses(choiceOf(host, [])));
    if (free !== undefined) return this.#settled(choiceOf(free, []));
    const choice =
      this.#among(stages, () => single) ??
      this.#among(stages, () => pair) ??
      this.#among(stages, several) ??
      this.#atLast(stages);
    return choice && this.#settled(choice);
  }

  /** The cheapest of these ways that fits, and that nobody refuses. */
  #among(
    stages: readonly Beneath[],
    waysWith: (fits: (choice: Choice) => boolean) => Ways,
  ): Choice | undefined {
    let left = looks;
    const fits = (choice: Choice) => left-- > 0 && this.#fits(choice);
    const ways = waysWith(fits);
    const nodes = stages.flatMap((stage) => ways(stage, this.#isWilling) ?? []);
    const choices = bestFirst(nodes, cheapestFirst);
    const next = () => {
      for (let { value, done } = choices.next(); !done && left > 0; { value, done } = choices.next())
        if (value && fits(value)) return value;
      return undefined;
    };
    for (let count = 0; count < asked; count++) {
      const choice = this.#without([], next);
      if (!choice || !this.#refuses(choice)) return choice;
    }
    return undefined;
  }

  /** Where somebody refuses it, room is not all: on the hosts where the least important are, who has to go is asked of all. */
  #atLast(stages: readonly Beneath[]): Choice | undefined {
    if (!this.#isRefused) return undefined;
    const bounds = stages.flatMap((stage) => {
      const least = stage.count > 2 && bound(stage, 3);
      return least ? [{ choice: { ...least, stage } }] : [];
    });
    const found = bestFirst(bounds, cheapestFirst)
      .take(triedAtLast)
      .toArray()
      .flatMap(({ stage: { host, lower } }) => {
        const willing = lower.filter(this.#isWilling).sort(leastImportantFirst);
        return leaveOut(host, willing, (choice) => this.#accepts(choice)) ?? [];
      });
    return found.sort(cheapestFirst)[0];
  }

  #accepts(choice: Choice): boolean {
    return this.#without([], () => this.#fits(choice)) && !this.#refuses(choice);
  }

  /** Whether the host takes the VM once the victims are gone; asked where those are gone who leave anyway. */
  #fits({ host, victims }: Choice): boolean {
    return this.#engine.trial(() => {
      for (const { vm } of victims) this.#engine.removeVm(vm.id);
      return this.#engine.refusalOn(this.#request, host) === undefined;
    });
  }

  #refuses({ host, victims }: Choice): boolean {
    return this.#isRefused?.(host, [...this.#leaving, ...victims.map(({ vm }) => vm.id)]) ?? false;
  }

  /** With the NUMA cell that it gets once the victims are gone. */
  #settled({ host, victims }: Choice): Preemption {
    const ids = victims.map(({ vm }) => vm.id);
    const cell = this.#without(ids, () => this.#engine.cellOn(this.#request, host));
    return { host, ...(cell === undefined ? {} : { cell }), victims: ids };
  }

  /** Where it is already, if anywhere, the VM is not in its own way. */
  #without<T>(victims: readonly string[], action: () => T): T {
    return this.#engine.trial(() => {
      for (const id of [this.#request.vm.id, ...this.#leaving, ...victims]) this.#engine.removeVm(id);
      return action();
    });
  }
}
