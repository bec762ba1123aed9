import type { Clock, Timer } from '../kube/clock.ts';
import { keyOf, type ObjectKey } from '../kube/object.ts';
import type { WaitingLine } from './pool/waiting-line.ts';
import type { Stores } from './stores.ts';

/** VMs that wait for a place look again this long after one may have become free, and the longer the more there are. */
const afterMs = 200;
const afterMsForEach = 0.2;

interface Options {
  stores: Pick<Stores, 'virtualMachines'>;
  line: Pick<WaitingLine, 'nextRound' | 'size'>;
  clock: Clock;
  wake: (key: ObjectKey) => void;
}

/**
 * Wakes the VMs without a host, all at once: changes that come together cost as much as one, and where thousands wait, who
 * take some 0.1 ms each, more than half of the time is left to all else.
 */
export class Unplaced {
  readonly #options: Options;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Room may have come: whoever waits is to look again, and until then more important ones go before those that come. */
  wake(): void {
    const { line, clock } = this.#options;
    line.nextRound();
    if (this.#timer !== undefined || this.#isStopped) return;
    this.#timer = clock.setTimeout(() => this.#wakeAll(), afterMs + Math.round(afterMsForEach * line.size));
  }

  /** Nobody is woken any more. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
  }

  #wakeAll(): void {
    this.#timer = undefined;
    const { stores, wake } = this.#options;
    for (const vm of stores.virtualMachines.byIndex('unplaced', 'yes')) wake(keyOf(vm));
  }
}
