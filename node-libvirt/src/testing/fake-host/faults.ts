import type { Clock } from '../../clock.ts';
import type { ProcedureName } from '../../protocol/procedures.ts';
import type { Fault } from '../fake-peer.ts';

/** Which calls a fault is for. */
export type Which = 'all' | ProcedureName | readonly ProcedureName[];
/** Takes a fault away. */
export type Undo = () => void;

interface Rule {
  matches(name: ProcedureName): boolean;
  /** Before the host does what was asked for; resolves to what is answered instead of doing it. */
  before(): Promise<Fault | undefined>;
}

/** What goes wrong on a host. Of several faults for one call, all come true, in the order that they were made. */
export class Faults {
  readonly #clock: Clock;
  readonly #rules = new Set<Rule>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls are neither carried out nor answered until this is undone, as with a guest that blocks its monitor. */
  hang(which: Which = 'all'): Undo {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const undo = this.#add(which, () => promise);
    return () => {
      undo();
      resolve(undefined);
    };
  }

  /** Calls are carried out so much later. */
  delay(delayMs: number, which: Which = 'all'): Undo {
    const wait = (done: (value: undefined) => void) =>
      void this.#clock.setTimeout(() => done(undefined), delayMs);
    return this.#add(which, () => new Promise(wait));
  }

  /** Calls are not carried out, and answered with this error; `times` of them, or all. */
  fail(which: Which, fault: Fault, times = Number.POSITIVE_INFINITY): Undo {
    let left = times;
    const undo = this.#add(which, async () => {
      if (--left <= 0) undo();
      return fault;
    });
    return undo;
  }

  /** Undefined when nothing is wrong with such calls, so that they need not wait for a turn of the loop. */
  before(name: ProcedureName): Promise<Fault | undefined> | undefined {
    const rules = [...this.#rules].filter((rule) => rule.matches(name));
    return rules.length === 0 ? undefined : inTurn(rules);
  }

  #add(which: Which, before: Rule['before']): Undo {
    const names = typeof which === 'string' ? [which] : which;
    const matches = (name: ProcedureName) => which === 'all' || names.includes(name);
    const rule = { matches, before };
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }
}

async function inTurn(rules: readonly Rule[]): Promise<Fault | undefined> {
  for (const rule of rules) {
    const fault = await rule.before();
    if (fault) return fault;
  }
  return undefined;
}
