import type { Clock } from '../../kube/clock.ts';
import type { DomainStatistics, HostStatistics } from '../hypervisor.ts';

const nsPerMs = 1e6;

/** Grows as time passes, by `rate` for each millisecond. */
class Counter {
  rate = 0;
  #value = 0;
  #atMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.now();
  }

  get value(): number {
    const now = this.#clock.now();
    this.#value += this.rate * (now - this.#atMs);
    this.#atMs = now;
    return this.#value;
  }

  setRate(rate: number): void {
    this.value; // what has passed, passed at the old rate
    this.rate = rate;
  }

  reset(): void {
    this.#value = 0;
    this.#atMs = this.#clock.now();
  }
}

/** How busy a fake host is. */
export class FakeUse {
  memoryBytes = 2 ** 30;
  readonly #busy: Counter;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#busy = new Counter(clock);
    this.cpus = 0.1;
  }

  /** How many CPUs are at work from now on. */
  set cpus(count: number) {
    this.#busy.setRate(count * nsPerMs);
  }

  cpuTime(cpus: number): NonNullable<HostStatistics['cpu']> {
    return { busyNs: this.#busy.value, totalNs: this.#clock.now() * cpus * nsPerMs };
  }
}

/** What a guest does with its CPUs and memory. */
export class FakeGuestUse {
  /** The part of its memory that somebody has taken by its balloon. */
  ballooned = 0;
  readonly #ran: Counter;
  readonly #waited: Counter;
  readonly #swappedIn: Counter;

  constructor(clock: Clock) {
    this.#ran = new Counter(clock);
    this.#waited = new Counter(clock);
    this.#swappedIn = new Counter(clock);
    this.does({ runs: 0.01, waits: 0 });
  }

  /** From now on: CPUs that it runs on and waits for, and bytes that it reads back from swap in each second. */
  does({ runs, waits, swapsIn = 0 }: { runs: number; waits: number; swapsIn?: number }): void {
    this.#ran.setRate(runs * nsPerMs);
    this.#waited.setRate(waits * nsPerMs);
    this.#swappedIn.setRate(swapsIn / 1000);
  }

  /** The guest starts. */
  begin(): void {
    for (const counter of [this.#ran, this.#waited, this.#swappedIn]) counter.reset();
    this.ballooned = 0;
  }

  counters(memoryBytes: number): Omit<DomainStatistics, 'uuid'> {
    return {
      ...{ ranNs: this.#ran.value, waitedNs: this.#waited.value, swappedInBytes: this.#swappedIn.value },
      balloonBytes: memoryBytes * (1 - this.ballooned),
    };
  }
}
