import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import { Gate } from '../gate/gate.ts';
import type { VmState } from '../model/vm.ts';
import type { Change, SingleChange } from '../model/would-fit.ts';
import { FailureReserve, type ReserveHost } from '../reserve/failure-reserve.ts';
import { reserveReviewer } from '../reserve/reviewer.ts';
import { hostnameKey } from '../reserve/rule-reach.ts';
import { policy, required, vm } from '../testing/small-world.ts';
import { applied, wouldFit } from './would-fit.ts';

const apps = fc.constantFrom('web', 'db', 'none');
const someHost = fc.record({
  zone: fc.constantFrom('z1', 'z2', 'z3'),
  cpu: fc.integer({ min: 4, max: 10 }),
  takesVms: fc.boolean(),
  isTainted: fc.boolean(),
});
const someVm = fc.record({ app: apps, cpu: fc.integer({ min: 1, max: 4 }), at: fc.nat(5) });
const someRule = fc.record({
  app: fc.constantFrom('web', 'db'),
  topologyKey: fc.constantFrom(hostnameKey, 'zone'),
  isSpread: fc.boolean(),
});
const someWorld = fc.record({
  ...{ failures: fc.constantFrom(1, 1, 2), key: fc.constantFrom(hostnameKey, 'zone') },
  hosts: fc.array(someHost, { minLength: 3, maxLength: 6 }),
  vms: fc.array(someVm, { minLength: 3, maxLength: 10 }),
  rules: fc.array(someRule, { maxLength: 2 }),
  asked: fc.record({
    app: apps,
    cpu: fc.integer({ min: 1, max: 6 }),
    zone: fc.constantFrom('z1', 'nowhere', undefined),
  }),
});
type SomeWorld = typeof someWorld extends fc.Arbitrary<infer T> ? T : never;

class World {
  readonly engine = new PlacementEngine();
  readonly reserve: FailureReserve;
  readonly gate: Gate;
  readonly asked: VmState;
  readonly #hosts = new Map<string, ReserveHost>();

  constructor({ failures, key, hosts, vms, rules, asked }: SomeWorld) {
    this.reserve = new FailureReserve(this.engine, { pool: 'default', failures, topologyKey: key });
    this.gate = new Gate(this.engine, [reserveReviewer(this.reserve)]);
    for (const [index, { zone, cpu, takesVms, isTainted }] of hosts.entries()) {
      const name = `h${index}`;
      const [labels, limits] = [
        { [hostnameKey]: name, zone },
        { cpu, memory: 2 ** 40 },
      ];
      const taints = isTainted ? [{ key: 'gpu', value: '', effect: 'NoSchedule' as const }] : [];
      const available = takesVms
        ? ({ yes: true } as const)
        : ({ yes: false, reason: 'is cordoned' } as const);
      this.engine.upsertHost({ name, pool: 'default', labels, limits, taints, available });
      this.#tell({ name, labels, limits, takesVms, traits: JSON.stringify([labels, taints]) });
    }
    for (const [index, { app, cpu, at }] of vms.entries()) {
      const placed = { ...vm(`old-${index}`, { cpu, labels: { app } }), host: `h${at % hosts.length}` };
      this.engine.upsertVm(placed);
      this.reserve.upsertVm(placed);
    }
    for (const { app, topologyKey, isSpread } of rules) {
      const term = { topologyKey, enforcement: required };
      const rule = isSpread ? { topologySpread: [{ ...term, maxSkew: 1 }] } : { vmAntiAffinity: [term] };
      this.engine.upsertPolicy(policy({ app }, { name: app, ...rule }));
      this.reserve.reviewRules('shop');
    }
    const { app, cpu, zone } = asked;
    const of = vm('asked', { cpu, labels: { app } });
    this.asked = zone === undefined ? of : { ...of, hostSelector: { matchLabels: { zone } } };
  }

  readonly request = (of: VmState) => ({ vm: of, pool: 'default', strategy: 'Spread' as const });

  ways() {
    const decision = this.engine.place(this.request(this.asked));
    if (decision.kind === 'placed') return { offers: [] };
    return wouldFit(this.engine, this.gate, this.request(this.asked), decision.rejections);
  }

  /** Makes the change for good. @returns the host that the VM gets then */
  hostWith(change: Change): string | undefined {
    const of = applied(this.engine, this.asked, change);
    for (const one of change.kind === 'both' ? change.changes : [change]) this.#learn(one);
    const best = this.engine.find(this.request(of));
    const decision = best && this.gate.choose(this.request(of), best);
    return decision?.kind === 'placed' ? decision.host : undefined;
  }

  #learn(change: SingleChange): void {
    const host = 'host' in change ? this.#hosts.get(change.host) : undefined;
    if (host && change.kind === 'available') this.#tell({ ...host, takesVms: true });
    if (host && change.kind === 'room')
      this.#tell({ ...host, limits: this.engine.host(host.name)?.limits ?? {} });
    if (change.kind === 'rule') this.reserve.reviewRules('shop');
  }

  hostWithoutReserve(change: Change): string | undefined {
    return this.engine.trial(
      () => this.engine.find(this.request(applied(this.engine, this.asked, change)))?.host,
    );
  }

  picture(): unknown {
    return [this.reserve.report(), this.reserve.room().hosts, this.engine.place(this.request(this.asked))];
  }

  #tell(host: ReserveHost): void {
    this.#hosts.set(host.name, host);
    this.reserve.upsertHost(host);
  }
}

it('what would make a VM fit does so beside what the pool keeps for failures, and nothing is left of the trial', () => {
  const seen = { offers: 0, pairs: 0, barred: 0 };
  fc.assert(
    fc.property(someWorld, (some) => {
      const world = new World(some);
      const before = world.picture();
      const { offers, barred } = world.ways();
      expect(world.picture()).toEqual(before);
      seen.offers += offers.length;
      seen.pairs += offers.filter(({ change }) => change.kind === 'both').length;
      if (barred) seen.barred += 1;
      for (const index of offers.keys()) {
        const again = new World(some);
        const offer = again.ways().offers[index];
        expect(offer).toEqual(offers[index]);
        if (offer) expect(again.hostWith(offer.change)).toBe(offer.host);
      }
      if (barred) expect(world.hostWithoutReserve(barred.change)).toBe(barred.host);
    }),
    { numRuns: 1000 },
  );
  expect(seen.offers).toBeGreaterThan(10);
  expect(seen.pairs).toBeGreaterThan(5);
  expect(seen.barred).toBeGreaterThan(100);
});
