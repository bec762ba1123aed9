import type { VirtualMachine } from '../../api/virtualmachine.ts';
import { keyOf, type ObjectKey } from '../../kube/object.ts';
import type { PlacementEngine } from '../../placement/engine/engine.ts';
import type { Labels } from '../../placement/model/selector.ts';
import { bySize } from '../../placement/model/size.ts';
import type { VmState } from '../../placement/model/vm.ts';
import { isPaused } from '../virtualmachine/pause.ts';
import { WaitingKinds } from './waiting-kinds.ts';

interface Waiting {
  vm: VirtualMachine;
  state: VmState;
  priority: number;
  /** The round in which it was tried last; undefined when it never was. */
  triedIn: number | undefined;
  /** When its status last said something new of why it waits, in milliseconds; undefined when it never did. */
  toldAtMs: number | undefined;
}

/** Those who wait and are equally important. */
interface Level {
  all: Set<Waiting>;
  /** Those of them who have not been tried in the round, of which that was worked out. */
  untried: Set<Waiting>;
  round: number;
}

/**
 * All that wait say so much anew in a second: each VM that comes or goes changes what their hosts lack, and so what each of
 * them has to say.
 */
const tellingsPerSecond = 20;
const longestSilenceMs = 60_000;

/**
 * The VMs that wait for a host, and who of them is next: the most important first, and of those the largest. Each is tried
 * once in a round; a round begins when room may have come.
 */
export class WaitingLine {
  readonly #engine: Pick<PlacementEngine, 'priorityOf'>;
  readonly #stateOf: (vm: VirtualMachine) => VmState;
  readonly #byKey = new Map<ObjectKey, Waiting>();
  readonly #byPriority = new Map<number, Level>();
  readonly #kinds = new WaitingKinds();
  #round = 0;

  constructor(engine: Pick<PlacementEngine, 'priorityOf'>, stateOf: (vm: VirtualMachine) => VmState) {
    this.#engine = engine;
    this.#stateOf = stateOf;
  }

  /** The VM as it is now, which may wait no more. */
  see(vm: VirtualMachine): void {
    const { triedIn, toldAtMs } = this.#byKey.get(keyOf(vm)) ?? {};
    this.remove(keyOf(vm));
    if (!waits(vm)) return;
    const state = this.#stateOf(vm);
    this.#add({ vm, state, priority: this.#engine.priorityOf(state), triedIn, toldAtMs });
  }

  remove(key: ObjectKey): void {
    const entry = this.#byKey.get(key);
    if (!entry) return;
    this.#byKey.delete(key);
    this.#kinds.remove(entry.state);
    const level = this.#byPriority.get(entry.priority);
    level?.all.delete(entry);
    level?.untried.delete(entry);
    if (level?.all.size === 0) this.#byPriority.delete(entry.priority);
  }

  /** The labels that VMs of the namespace wait with, each once. */
  kindsIn(namespace: string): Labels[] {
    return this.#kinds.in(namespace);
  }

  /** How many VMs wait. */
  get size(): number {
    return this.#byKey.size;
  }

  has(key: ObjectKey): boolean {
    return this.#byKey.has(key);
  }

  /** How important the VM is, whether or not it waits. */
  priorityOf(vm: VirtualMachine): number {
    return this.#byKey.get(keyOf(vm))?.priority ?? this.#engine.priorityOf(this.#stateOf(vm));
  }

  /** Policies have changed what VMs are worth. */
  weighAnew(): void {
    for (const { vm } of [...this.#byKey.values()]) this.see(vm);
  }

  /** Room may have come: whoever waits may be tried again. */
  nextRound(): void {
    this.#round += 1;
  }

  tried(key: ObjectKey): void {
    const entry = this.#byKey.get(key);
    if (!entry) return;
    entry.triedIn = this.#round;
    this.#byPriority.get(entry.priority)?.untried.delete(entry);
  }

  told(key: ObjectKey, nowMs: number): void {
    const entry = this.#byKey.get(key);
    if (entry) entry.toldAtMs = nowMs;
  }

  /** Milliseconds until the VM may say something new of why it waits; the more there are that wait, the longer. */
  silenceMs(key: ObjectKey, nowMs: number): number {
    const toldAtMs = this.#byKey.get(key)?.toldAtMs;
    if (toldAtMs === undefined) return 0;
    const everyMs = Math.min(longestSilenceMs, (this.#byKey.size * 1000) / tellingsPerSecond);
    return Math.max(0, toldAtMs + everyMs - nowMs);
  }

  /**
   * Who is to be tried now that it is this VM's turn, in order, with what it asks. One that has been tried before is woken
   * along with all that wait, so that is all of them; one that has just come only lets more important ones go first.
   */
  due(vm: VirtualMachine): Pick<Waiting, 'vm' | 'state'>[] {
    const own = this.#byKey.get(keyOf(vm));
    const priority = this.priorityOf(vm);
    return [...this.#byPriority]
      .filter(([level]) => own?.triedIn !== undefined || level > priority)
      .sort(([a], [b]) => b - a)
      .flatMap(([, level]) => this.#dueOf(level));
  }

  /** Once a round is over, each further VM of it finds nobody left: all of them would be too many to be looked at by each. */
  #dueOf(level: Level): Waiting[] {
    if (level.round !== this.#round) {
      level.untried = new Set([...level.all].filter(({ triedIn }) => triedIn !== this.#round));
      level.round = this.#round;
    }
    const due = [...level.untried];
    const compare = bySize(due.map(({ state }) => state));
    return due.sort((a, b) => compare(a.state, b.state));
  }

  #add(entry: Waiting): void {
    this.#byKey.set(keyOf(entry.vm), entry);
    this.#kinds.add(entry.state);
    const level = this.#byPriority.get(entry.priority) ?? { all: new Set(), untried: new Set(), round: 0 };
    this.#byPriority.set(entry.priority, level);
    level.all.add(entry);
    if (entry.triedIn !== this.#round) level.untried.add(entry);
  }
}

/** Whether its next reconcile would give it a host if there were one. */
function waits(vm: VirtualMachine): boolean {
  const isAsked = !vm.metadata.deletionTimestamp && vm.spec.runStrategy !== 'Halted';
  return isAsked && !vm.status?.hostName && !isPaused(vm);
}
