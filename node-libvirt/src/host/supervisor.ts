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
  /** Replaced, and not yet ended. */
  readonly #retiring = new Set<HypervisorConnection>();
  #cutShort = () => {};
  /** The target may be another one since the attempt that is under way began. */
  #outdated = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.backOff, options.random);
  }

  start(): void {
    void this.#run();
  }

  /** Opens a connection beside the present one, which then takes its place; while there is none, tries at once and anew. */
  async renew(): Promise<void> {
    const before = this.#connected();
    if (!before) {
      this.#outdated = true;
      this.#cutShort();
      return;
    }
    const hypervisor = await this.#options.open(this.#stop.signal);
    if (this.#connected() !== before) {
      void hypervisor.close(); // it was lost or replaced meanwhile, so that a new one is being made anyway
      return;
    }
    this.#set({ state: 'connected', hypervisor }, 'renewed');
    void this.#retire(before);
  }

  async stop(): Promise<void> {
    const hypervisor = this.#connected();
    this.#stop.abort(new ConnectionClosed('the host was closed by this side'));
    this.#cutShort();
    this.#set({ state: 'closed' });
    await Promise.all([hypervisor, ...this.#retiring].map((each) => each?.close()));
  }

  #connected(): HypervisorConnection | undefined {
    return this.state.state === 'connected' ? this.state.hypervisor : undefined;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#outdated = false;
      const error = await this.#attempt();
      if (!this.#stop.signal.aborted && !this.#outdated) await this.#wait(error);
    }
  }

  /** One connection from its making to its end. */
  async #attempt(): Promise<Error> {
    const { clock, backOff } = this.#options;
    try {
      const opened = await this.#options.open(this.#stop.signal);
      if (this.#stop.signal.aborted || this.#outdated) await opened.close();
      else this.#set({ state: 'connected', hypervisor: opened }, 'connected');
    } catch (error) {
      return asError(error);
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
    this.#set({ state: 'waiting', error, delayMs });
    await this.#pause(delayMs);
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

  /** Lets calls that are under way end first. */
  async #retire(hypervisor: HypervisorConnection): Promise<void> {
    const { clock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.setTimeout(resolve, retirementMs);
    this.#retiring.add(hypervisor);
    await Promise.race([promise, hypervisor.connection.idle()]);
    this.#retiring.delete(hypervisor);
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
