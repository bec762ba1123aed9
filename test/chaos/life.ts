import type { HostConnection, Hypervisor } from '../../operator/hypervisor/hypervisor.ts';
import type { Clock, Timer } from '../../operator/kube/clock.ts';
import type { Cluster, WatchEvent } from '../../operator/kube/cluster.ts';
import { settle } from '../../operator/kube/testing/virtual-clock.ts';

/** What an operator has of the world. */
export interface Ports {
  cluster: Cluster;
  hypervisor: Hypervisor;
  clock: Clock;
}

/** Called around each call that an operator makes to a host, by the host's address. */
export type AroundHostCall = <T>(
  host: string,
  call: keyof HostConnection,
  argument: unknown,
  make: () => Promise<T>,
) => Promise<T>;

/**
 * The life of one operator process, which can end as by SIGKILL: from then on it sends nothing, no answer and no event
 * reaches it, and its timers never fire. What is under way to the API server or to a host arrives there, and its
 * connections are closed as the kernel closes those of a dead process.
 */
export class Life implements Ports {
  readonly cluster: Cluster;
  readonly hypervisor: Hypervisor;
  readonly clock: Clock;
  readonly #death = new AbortController();
  #suspension: PromiseWithResolvers<void> | undefined;
  readonly #dueTimers: (() => void)[] = [];

  constructor(world: Ports, around: AroundHostCall = (_host, _call, _argument, make) => make()) {
    this.cluster = this.#mortalCluster(world.cluster);
    this.hypervisor = this.#mortalHypervisor(world.hypervisor, around);
    this.clock = this.#mortalClock(world.clock);
  }

  get isOver(): boolean {
    return this.#death.signal.aborted;
  }

  end(): void {
    this.#death.abort(new Error('the process was killed'));
  }

  /** As by SIGSTOP: nothing runs; answers and timers that fall due wait. */
  suspend(): void {
    this.#suspension ??= Promise.withResolvers();
  }

  /** As by SIGCONT. What waits is served: timers first, or answers first, as a process may find itself in any phase. */
  async resume(first: 'timers' | 'answers'): Promise<void> {
    const suspension = this.#suspension;
    this.#suspension = undefined;
    if (first === 'answers') {
      suspension?.resolve();
      await settle();
    }
    for (const callback of this.#dueTimers.splice(0)) if (!this.isOver) callback();
    suspension?.resolve();
  }

  /** Never settles once life is over, neither before the call nor after it. */
  async #alive<T>(call: () => Promise<T>): Promise<T> {
    if (this.#suspension) await this.#suspension.promise;
    if (this.isOver) return never();
    try {
      return await call();
    } finally {
      if (this.#suspension) await this.#suspension.promise;
      if (this.isOver) await never();
    }
  }

  #mortalCluster(cluster: Cluster): Cluster {
    return {
      get: (...call) => this.#alive(() => cluster.get(...call)),
      list: (...call) => this.#alive(() => cluster.list(...call)),
      watch: (type, version, options) => {
        const signal = AbortSignal.any([this.#death.signal, ...(options.signal ? [options.signal] : [])]);
        return this.#mortalWatch(() => cluster.watch(type, version, { ...options, signal }));
      },
      create: (...call) => this.#alive(() => cluster.create(...call)),
      apply: (...call) => this.#alive(() => cluster.apply(...call)),
      patchStatus: (...call) => this.#alive(() => cluster.patchStatus(...call)),
      setFinalizers: (...call) => this.#alive(() => cluster.setFinalizers(...call)),
      delete: (...call) => this.#alive(() => cluster.delete(...call)),
    };
  }

  async *#mortalWatch<T>(open: () => AsyncIterable<WatchEvent<T>>): AsyncGenerator<WatchEvent<T>> {
    if (this.isOver) await never();
    const events = open()[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#alive(() => events.next());
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await events.return?.();
    }
  }

  #mortalHypervisor(hypervisor: Hypervisor, around: AroundHostCall): Hypervisor {
    return {
      connect: (target, options) =>
        this.#alive(async () => {
          const connection = await hypervisor.connect(target, options);
          const close = () => void connection.close();
          if (this.isOver) close();
          this.#death.signal.addEventListener('abort', close, { once: true });
          return this.#mortalConnection(connection, target.address, around);
        }),
    };
  }

  #mortalConnection(connection: HostConnection, host: string, around: AroundHostCall): HostConnection {
    const mortal =
      <Call extends keyof HostConnection, Arguments extends unknown[], T>(
        name: Call,
        make: (...call: Arguments) => Promise<T>,
      ) =>
      (...call: Arguments): Promise<T> =>
        this.#alive(() => around(host, name, call[0], () => make(...call)));
    return {
      closed: this.#alive(() => connection.closed),
      close: mortal('close', () => connection.close()),
      facts: mortal('facts', (options) => connection.facts(options)),
      domains: mortal('domains', (options) => connection.domains(options)),
      domain: mortal('domain', (...call) => connection.domain(...call)),
      guestInterfaces: mortal('guestInterfaces', (...call) => connection.guestInterfaces(...call)),
      statistics: mortal('statistics', (options) => connection.statistics(options)),
      define: mortal('define', (...call) => connection.define(...call)),
      start: mortal('start', (...call) => connection.start(...call)),
      resume: mortal('resume', (...call) => connection.resume(...call)),
      requestShutdown: mortal('requestShutdown', (...call) => connection.requestShutdown(...call)),
      powerOff: mortal('powerOff', (...call) => connection.powerOff(...call)),
      setCpuWeight: mortal('setCpuWeight', (...call) => connection.setCpuWeight(...call)),
      undefine: mortal('undefine', (...call) => connection.undefine(...call)),
      subscribe: mortal('subscribe', (listener, options) =>
        connection.subscribe((event) => {
          void this.#alive(async () => listener(event));
        }, options),
      ),
    };
  }

  #mortalClock(clock: Clock): Clock {
    const pending = new Set<Timer>();
    this.#death.signal.addEventListener('abort', () => {
      for (const timer of pending) clock.clearTimeout(timer);
    });
    return {
      now: () => clock.now(),
      wallTime: () => clock.wallTime(),
      setTimeout: (callback, delayMs) => {
        if (this.isOver) return 'a timer that never fires';
        const timer = clock.setTimeout(() => {
          pending.delete(timer);
          if (this.#suspension) this.#dueTimers.push(callback);
          else callback();
        }, delayMs);
        pending.add(timer);
        return timer;
      },
      clearTimeout: (timer) => {
        pending.delete(timer);
        clock.clearTimeout(timer);
      },
    };
  }
}

/** The answer that a dead process gets. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
