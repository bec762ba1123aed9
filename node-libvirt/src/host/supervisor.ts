import type { Clock, Timer } from '../clock.ts';
import { ConnectionClosed } from '../errors.ts';
import type { HypervisorConnection } from '../facade/hypervisor.ts';
import { BackOff, type BackOffLimits } from './back-off.ts';
import type { HostState } from './state.ts';

export interface SupervisorOptions {
  /** One attempt, to where events are registered. */
  open: (signal: AbortSignal) => Promise<HypervisorConnection>;
  clock: Clock;
  random: () => number;
  backOff: BackOffLimits;
  onChange: (state: HostState, because: 'connected' | 'renewed' | undefined) => void;
}

/** Calls under way on a connection that was replaced may take as long. */
const retirementMs = 60_000;

/** Keeps one connection open: attempt, use until it is lost, wait, again; until stopped. */
export class Supervisor {
  state: HostState = { state: 'connecting' };
  readonly #options: SupervisorOptions;
  readonly #backOff: BackOff;
  readonly #stop = new AbortController();
  #cutShort = () => {};
  /** Connections count from their beginning: what they are made of, such as certificates, is as old as that. */
  #begun = 0;
  #present = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.backOff, options.random);
  }

  start(): void {
    void this.#run();
  }

  /**
   * Opens a connection beside the present one, which then takes its place; while there is none, begins an attempt at
   * once, also in place of one that is under way.
   */
  async renew(): Promise<void> {
    if (!this.#connected()) {
      this.#cutShort();
      return;
    }
    const number = ++this.#begun;
    const hypervisor = await this.#options.open(this.#stop.signal);
    const before = this.#connected();
    if (!before || number < this.#present) {
      void hypervisor.close(); // a later one is there, or is being made as the present one was lost
      return;
    }
    this.#present = number;
    this.#set({ state: 'connected', hypervisor }, 'renewed');
    void this.#retire(before);
  }

  async stop(): Promise<void> {
    const hypervisor = this.#connected();
    this.#stop.abort(new ConnectionClosed('the host was closed by this side'));
    this.#cutShort();
    this.#set({ state: 'closed' });
    await hypervisor?.close();
  }

  #connected(): HypervisorConnection | undefined {
    return this.state.state === 'connected' ? this.state.hypervisor : undefined;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const error = await this.#attempt();
      if (error && !this.#stop.signal.aborted) await this.#wait(error);
    }
  }

  /** One connection from its making to its end; undefined when the next attempt is to be made at once. */
  async #attempt(): Promise<Error | undefined> {
    const { clock, backOff } = this.#options;
    const attempt = new AbortController();
    this.#cutShort = () => attempt.abort(new ConnectionClosed('the attempt was given up'));
    const number = ++this.#begun;
    try {
      const opened = await this.#options.open(attempt.signal);
      this.#cutShort = () => {};
      if (attempt.signal.aborted) {
        void opened.close();
        return undefined;
      }
      this.#present = number;
      this.#set({ state: 'connected', hypervisor: opened }, 'connected');
    } catch (error) {
      return attempt.signal.aborted ? undefined : asError(error);
    }
    const beginMs = clock.now();
    const error = await this.#lost();
    // A daemon that dies of what we ask it first would otherwise be asked without a pause.
    if (clock.now() - beginMs >= backOff.longestMs) this.#backOff.reset();
    return error;
  }

  /** The end of the present connection, and of those that take its place. */
  async #lost(): Promise<Error> {
    for (let hypervisor = this.#connected(); hypervisor; ) {
      const reason = await hypervisor.closed;
      const present = this.#connected();
      if (present === hypervisor || !present)
        return reason ?? new ConnectionClosed('the connection was closed by this side');
      hypervisor = present;
    }
    return new ConnectionClosed('the host was closed by this side');
  }

  async #wait(error: Error): Promise<void> {
    const isHopeless = 'retryable' in error && error.retryable === false;
    const delayMs = isHopeless ? this.#backOff.longestMs() : this.#backOff.nextMs();
    const pause = this.#pause(delayMs);
    this.#set({ state: 'waiting', error, delayMs });
    await pause;
    if (!this.#stop.signal.aborted) this.#set({ state: 'connecting', error });
  }

  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer: Timer = this.#options.clock.setTimeout(resolve, delayMs);
    this.#cutShort = resolve;
    await promise;
    this.#options.clock.clearTimeout(timer);
    this.#cutShort = () => {};
  }

  /** Lets calls that are under way end first, unless all is to end. */
  async #retire(hypervisor: HypervisorConnection): Promise<void> {
    const { clock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => resolve();
    const timer = clock.setTimeout(end, retirementMs);
    this.#stop.signal.addEventListener('abort', end, { once: true });
    await Promise.race([promise, hypervisor.connection.idle()]);
    this.#stop.signal.removeEventListener('abort', end);
    clock.clearTimeout(timer);
    await hypervisor.close();
  }

  #set(state: HostState, because?: 'connected' | 'renewed'): void {
    if (this.state.state === 'closed') return;
    this.state = state;
    this.#options.onChange(state, because);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
