import type { Call } from './call.ts';
import { type Fault, matches, type Rule } from './rule.ts';

/** A rule in force. */
export class ActiveRule {
  readonly rule: Rule;
  /** Resolves with the first call that is hit: for `lose-answer`, when the server has acted on it. */
  readonly fired: Promise<Call>;
  readonly #markFired: (call: Call) => void;
  readonly #onRemove: (rule: ActiveRule) => void;
  #seen = 0;
  #hits = 0;

  constructor(rule: Rule, onRemove: (rule: ActiveRule) => void) {
    this.rule = rule;
    this.#onRemove = onRemove;
    const { promise, resolve } = Promise.withResolvers<Call>();
    this.fired = promise;
    this.#markFired = resolve;
  }

  /** How many calls it has hit. */
  get hits(): number {
    return this.#hits;
  }

  /** Counts a call, and says whether it is to be hit. */
  claims(call: Call): boolean {
    const { match, skip = 0, times = Number.POSITIVE_INFINITY } = this.rule;
    if (!matches(match, call)) return false;
    this.#seen += 1;
    if (this.#seen <= skip || this.#hits >= times) return false;
    this.#hits += 1;
    return true;
  }

  /** Called once the fault has been done to the call. */
  fire(call: Call): void {
    this.#markFired(call);
  }

  /** From now on it hits nothing; what it froze thaws. */
  remove(): void {
    this.#onRemove(this);
  }
}

/** The rules in force, in the order in which they were added. */
export class RuleBook {
  readonly #rules = new Set<ActiveRule>();
  readonly #listener: { onAdd(rule: ActiveRule): void; onRemove(rule: ActiveRule): void };

  constructor(listener: { onAdd(rule: ActiveRule): void; onRemove(rule: ActiveRule): void }) {
    this.#listener = listener;
  }

  add(rule: Rule): ActiveRule {
    const active = new ActiveRule(rule, (removed) => {
      if (this.#rules.delete(removed)) this.#listener.onRemove(removed);
    });
    this.#rules.add(active);
    this.#listener.onAdd(active);
    return active;
  }

  /** Removes all. */
  clear(): void {
    for (const rule of [...this.#rules]) rule.remove();
  }

  /** The first rule that hits this call. The call counts for every rule up to that one. */
  claim(call: Call, kinds: (fault: Fault) => boolean): ActiveRule | undefined {
    for (const rule of this.#rules) if (kinds(rule.rule.fault) && rule.claims(call)) return rule;
    return undefined;
  }
}
