import fc from 'fast-check';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { FakeCluster } from './fake-cluster.ts';
import { LeaderElector } from './lease.ts';
import { remoteCluster } from './testing/remote-cluster.ts';
import { ReplicaClock } from './testing/replica-clock.ts';
import { seeded } from './testing/seeded.ts';
import { type Storm, storms } from './testing/storm.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const lease = { namespace: 'system', name: 'operator' };

/** Replicas that fight for one Lease. One that loses it ends, as main would, and another one takes its place. */
class Election {
  readonly world = new VirtualClock();
  readonly cluster = new FakeCluster({ clock: this.world });
  readonly replicas: { clock: ReplicaClock; elector: LeaderElector; isOver: boolean }[] = [];
  readonly #storm: Storm;
  readonly #random: () => number;
  isDown = false;
  isCalm = false;
  terms = 0;

  constructor(storm: Storm) {
    this.#storm = storm;
    this.#random = seeded(storm.seed);
    for (const rate of storm.rates) this.#start(rate);
    // At every moment at which the API server sees or has done something.
    this.cluster.intercept = () => this.check();
  }

  #start(rate: number): void {
    const clock = new ReplicaClock(this.world, rate);
    const network = {
      clock: this.world,
      latencyMs: () => this.#random() * (this.isCalm ? 20 : this.#storm.latencyMs),
      loses: () => !this.isCalm && (this.isDown || this.#random() < this.#storm.lossRate),
    };
    const elector = new LeaderElector({
      ...{ cluster: remoteCluster(this.cluster, clock, network), clock, random: this.#random, lease },
      ...{ log: pino({ level: 'silent' }), identity: `replica-${this.replicas.length}` },
      onStartedLeading: () => {
        this.terms += 1;
      },
      onStoppedLeading: () => {
        replica.isOver = true;
        this.#start(rate);
      },
    });
    const replica = { clock, elector, isOver: false };
    this.replicas.push(replica);
    elector.start();
  }

  get alive() {
    return this.replicas.filter(({ isOver }) => !isOver);
  }

  /** Those that would act if they came to it now, suspended ones and crashed ones included. */
  check(): void {
    const leaders = this.replicas.filter(({ elector }) => elector.mayAct);
    if (leaders.length > 1) throw new Error(`${leaders.length} replicas may act at ${this.world.now()} ms`);
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      await this.world.advance(Math.min(250, ms - passed));
      this.check();
    }
  }

  async step({ what, who, afterMs }: Storm['steps'][number]): Promise<void> {
    const replica = this.alive[who % this.alive.length];
    if (!replica) throw new Error('none is left');
    const { clock, elector } = replica;
    if (what === 'suspend') clock.suspend();
    if (what === 'resume') clock.resume();
    if (what === 'resumeReversed') clock.resume('reversed');
    if (what === 'down') this.isDown = !this.isDown;
    if (what === 'leave' && !clock.isSuspended) {
      replica.isOver = true;
      void elector.stop();
      this.#start(1);
    }
    if (what === 'crash') {
      replica.isOver = true;
      clock.suspend();
      this.#start(1);
    }
    await this.run(afterMs);
  }

  async calm(): Promise<void> {
    this.isCalm = true;
    for (const { clock, isOver } of this.replicas) if (!isOver) clock.resume();
  }

  async stop(): Promise<void> {
    this.cluster.intercept = () => {};
    const stopped = Promise.all(this.alive.map(({ elector }) => elector.stop()));
    await this.world.advance(10_000);
    await stopped;
  }
}

it('never two that may act, through pauses, crashes, losses and clocks at other rates; and one again when all is calm', async () => {
  let terms = 0;
  await fc.assert(
    fc.asyncProperty(storms, async (storm) => {
      const election = new Election(storm);
      for (const step of storm.steps) await election.step(step);
      await election.calm();
      await election.run(60_000);
      expect(election.alive.filter(({ elector }) => elector.mayAct)).toHaveLength(1);
      terms += election.terms;
      await election.stop();
    }),
    { numRuns: 150 },
  );
  expect(terms).toBeGreaterThan(200); // the storms do move the Lease about
}, 120_000);
