import type { VirtualMachine } from '../../operator/api/virtualmachine.ts';
import { World } from '../../operator/testing/world.ts';
import { HostEffects } from './host-effects.ts';
import { type Blow, Journal } from './journal.ts';
import { Life } from './life.ts';

/** Longer than the period in which everything is looked at again, with its jitter. */
const quietMs = 90_000;
const patienceMs = 30 * 60_000;
/** As long as a container takes to start again. */
const restartMs = 2000;

/** A world whose operator can be killed, and in which every write is numbered. */
export class ChaosWorld extends World {
  readonly journal = new Journal(this);
  /** All VMs ever made by `addVm`, in their order, also those that are gone. */
  readonly made: VirtualMachine[] = [];
  /** Domains that ran on two hosts at once, at any moment, such as `shop_web-1 on h1 and h2`. */
  readonly doubles = new Set<string>();
  readonly #lives: Life[];
  readonly #effects: HostEffects[] = [];

  constructor() {
    const lives: Life[] = [];
    super({
      operator: (world) => {
        const life = new Life(world, (...call) => (world as ChaosWorld).journal.aroundHostCall(...call));
        lives.push(life);
        return { cluster: life.cluster, hypervisor: life.hypervisor, clock: life.clock };
      },
    });
    this.#lives = lives;
  }

  /** Ends the operator as SIGKILL does. */
  kill(): void {
    this.#lives.at(-1)?.end();
  }

  /** Ends the operator, which comes back a little later; one that is away already does so when it would have. */
  die(): void {
    if (this.#lives.at(-1)?.isOver) return;
    this.kill();
    this.clock.setTimeout(() => void this.startOperator(), restartMs);
  }

  /** What has happened to domains since `disturb`, in order for each host. */
  get hostEffects(): string[] {
    return this.#effects.flatMap(({ seen }) => seen);
  }

  /** From now on every write is numbered, and one is struck; an operator that is killed comes back a little later. */
  disturb(blow: Blow | undefined): void {
    for (const { seen } of this.#effects) seen.length = 0;
    this.journal.open(blow, () => this.die());
  }

  addVm(name: string, spec: object = {}, metadata: object = {}, status?: VirtualMachine['status']): void {
    this.made.push(this.putVm(name, spec, metadata, status));
  }

  /** A machine with a guest agent in every guest. */
  addMachine(name: string): void {
    const number = this.hypervisor.hosts.length + 1;
    const host = this.hypervisor.addHost(name, {
      hostUUID: `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`,
    });
    host.defaultGuest = {
      shutdown: { afterMs: 1000 },
      agent: { afterMs: 3000, addresses: [['10.77.0.10']] },
    };
    this.#effects.push(new HostEffects(host, () => this.#countCopies()));
  }

  #countCopies(): void {
    const running = this.hypervisor.hosts.flatMap(({ name: host, domains }) =>
      [...domains.values()]
        .filter(({ power }) => power !== 'Stopped')
        .map(({ uuid, name }) => ({ host, uuid, name })),
    );
    for (const copies of Map.groupBy(running, ({ uuid }) => uuid).values())
      if (copies.length > 1)
        this.doubles.add(`${copies[0]?.name} on ${copies.map(({ host }) => host).join(' and ')}`);
  }

  programGuests(how: 'obedient' | 'deaf'): void {
    for (const host of this.hypervisor.hosts)
      host.defaultGuest = {
        ...host.defaultGuest,
        shutdown: how === 'deaf' ? 'ignores' : { afterMs: 1000 },
      };
  }

  /** Lets time pass until nobody has written for longer than anything is left alone. @throws Error when that never comes */
  async settle(): Promise<void> {
    const end = this.clock.now() + patienceMs;
    for (let quietSince = this.clock.now(), seen = -1; this.clock.now() - quietSince < quietMs; ) {
      await this.run(10_000);
      if (this.#writes() !== seen) quietSince = this.clock.now();
      seen = this.#writes();
      if (this.clock.now() > end) throw new Error(`it never settles:\n${this.#lastWrites()}`);
    }
  }

  #writes(): number {
    return this.cluster.writes.length + this.hypervisor.changes.length;
  }

  #lastWrites(): string {
    const last = this.cluster.writes.slice(-5).map(({ verb, type, key }) => `${verb} ${type.kind} ${key}`);
    return [...last, ...this.hypervisor.changes.slice(-5).map(({ host, call }) => `${host} ${call}`)].join(
      '\n',
    );
  }
}
