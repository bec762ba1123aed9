import fc from 'fast-check';
import { PlacementEngine } from '../../engine/engine.ts';
import { Gate } from '../../gate/gate.ts';
import type { Labels } from '../../model/selector.ts';
import type { PlacedVm, VmState } from '../../model/vm.ts';
import { policy, required, vm } from '../../testing/small-world.ts';
import { FailureReserve } from '../failure-reserve.ts';
import { reserveReviewer } from '../reviewer.ts';
import { hostnameKey } from '../rule-reach.ts';

export const names = ['a', 'b', 'c', 'd', 'e'];
const ids = ['1', '2', '3', '4', '5', '6', '7', '8'];

const labels = fc.constantFrom({ app: 'web' }, { app: 'db' }, {});
const hostStep = fc.record({
  name: fc.constantFrom(...names),
  zone: fc.constantFrom('z1', 'z2', 'z3'),
  size: fc.integer({ min: 2, max: 10 }),
  takesVms: fc.boolean(),
});
/** VMs of which so many out of 4 want one NUMA cell. */
const vmStep = (inOneCell: number) =>
  fc
    .record({
      ...{ id: fc.constantFrom(...ids), cpu: fc.integer({ min: 1, max: 4 }), labels },
      number: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ number, ...rest }) => (number < inOneCell ? { ...rest, oneCell: true } : rest));
const policyStep = fc.record({
  app: fc.constantFrom('web', 'db'),
  topologyKey: fc.constantFrom(hostnameKey, 'zone'),
  kind: fc.constantFrom('apart', 'apart', 'spread', 'spread', 'exclusive', 'beside'),
  maxSkew: fc.integer({ min: 1, max: 2 }),
});
/** One thing that happens in such a world, where so many VMs out of 4 want one NUMA cell. */
export const step = (inOneCell: number) =>
  fc.oneof(
    { weight: 3, arbitrary: hostStep.map((host) => ({ host })) },
    { weight: 6, arbitrary: vmStep(inOneCell).map((placed) => ({ placed })) },
    {
      weight: 2,
      arbitrary: fc.tuple(vmStep(inOneCell), fc.constantFrom(...names)).map((found) => ({ found })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(vmStep(inOneCell), fc.constantFrom(...ids)).map((instead) => ({ instead })),
    },
    policyStep.map((rule) => ({ rule })),
    fc.constantFrom('web', 'db').map((noRule) => ({ noRule })),
    fc.constantFrom(...ids).map((noVm) => ({ noVm })),
    fc.constantFrom(...names).map((noHost) => ({ noHost })),
  );
export type Step = ReturnType<typeof step> extends fc.Arbitrary<infer T> ? T : never;

const requestOf = (of: VmState) => ({ vm: of, pool: 'default', strategy: 'Spread' as const });
const vmOf = ({ id, ...parts }: { id: string; cpu: number; labels: Labels }) => vm(id, parts);

/** A few hosts and VMs with a reserve, each of which is told all that happens. */
export class World {
  readonly engine = new PlacementEngine();
  readonly reserve: FailureReserve;
  readonly gate: Gate;
  readonly key: string;

  constructor(failures: number, key: string) {
    this.key = key;
    this.reserve = new FailureReserve(this.engine, { pool: 'default', failures, topologyKey: key });
    this.gate = new Gate(this.engine, [reserveReviewer(this.reserve)]);
  }

  /** Says what is wrong after a placement; an empty list for every other step. */
  apply(step: Step): string[] {
    if ('host' in step) this.#host(step.host);
    else if ('noHost' in step) {
      this.engine.removeHost(step.noHost);
      this.reserve.removeHost(step.noHost);
    } else if ('rule' in step) {
      const term = { topologyKey: step.rule.topologyKey, enforcement: required };
      const others = { matchLabels: { app: step.rule.app === 'web' ? 'db' : 'web' } };
      const rules = {
        apart: { vmAntiAffinity: [term] },
        spread: { topologySpread: [{ ...term, maxSkew: step.rule.maxSkew }] },
        exclusive: { exclusive: true },
        beside: { vmAffinity: [{ ...term, vmSelector: others }] },
      }[step.rule.kind];
      this.engine.upsertPolicy(policy({ app: step.rule.app }, { name: step.rule.app, ...rules }));
      this.reserve.reviewRules('shop');
    } else if ('noRule' in step) {
      this.engine.removePolicy('shop', step.noRule);
      this.reserve.reviewRules('shop');
    } else if ('noVm' in step) {
      this.engine.removeVm(`shop/${step.noVm}`);
      this.reserve.removeVm(`shop/${step.noVm}`);
    } else if ('instead' in step) return this.#placeInstead(vmOf(step.instead[0]), `shop/${step.instead[1]}`);
    else if ('found' in step) this.#put({ ...vmOf(step.found[0]), host: step.found[1] });
    else return this.#place(vmOf(step.placed));
    return [];
  }

  #host({ name, zone, size, takesVms }: Extract<Step, { host: unknown }>['host']): void {
    const limits = { cpu: size, memory: 2 ** 40 };
    const cells = [Math.ceil(size / 2), Math.floor(size / 2)].map((cpu) => ({ limits: { ...limits, cpu } }));
    const labels = { [hostnameKey]: name, zone };
    const available = takesVms ? ({ yes: true } as const) : ({ yes: false, reason: 'is cordoned' } as const);
    this.engine.upsertHost({ name, pool: 'default', labels, limits, cells, available });
    this.reserve.upsertHost({ name, labels, limits, takesVms, traits: JSON.stringify([labels, cells]) });
  }

  #put(vm: PlacedVm): void {
    const placed = this.#inCell(vm);
    this.engine.upsertVm(placed);
    this.reserve.upsertVm(placed);
  }

  #place(of: PlacedVm | ReturnType<typeof vm>): string[] {
    if (this.engine.vm(of.id)) return [];
    const request = requestOf(of);
    const first = this.engine.find(request);
    if (!first) return [];
    const before = new Set(this.reserve.report().exposed);
    const found = this.gate.choose(request, first);
    if (found.kind === 'unplaced') return [];
    this.#put({ ...of, host: found.host });
    return this.reserve.report().exposed.filter((id) => !before.has(id));
  }

  /** On the host of a VM that is gone then. */
  #placeInstead(of: VmState, gone: string): string[] {
    const host = this.engine.vm(gone)?.host;
    if (host === undefined || this.engine.vm(of.id)) return [];
    const before = new Set(this.reserve.report().exposed);
    if (this.reserve.losses([{ ...of, host }], [gone]).length > 0) return [];
    // At once: others that wait for a place would take the room that is left behind.
    this.engine.removeVm(gone);
    this.reserve.removeVm(gone);
    this.#put({ ...of, host });
    return this.reserve.report().exposed.filter((id) => !before.has(id));
  }

  domainOf(host: string): string | undefined {
    return this.engine.host(host)?.labels[this.key];
  }

  /** All that may fail at once: so many of the domains that there are now. */
  failures(count: number): string[][] {
    const domains = [...new Set(names.flatMap((name) => this.domainOf(name) ?? []))];
    return domains.flatMap((first) => (count === 1 ? [first] : domains).map((second) => [first, second]));
  }

  /** Lets the domains fail, and starts all protected VMs of theirs where the plan says, in the engine; what is wrong then. */
  faultsAfter(failed: readonly string[]): string[] {
    const moving = this.#moving(failed);
    return this.#afterwards(failed, () => {
      for (const of of moving) this.engine.upsertVm(of);
      return moving.flatMap((of) => {
        const room = this.engine.room(of.host);
        const isFull = Object.values(room).some(({ free }) => free < 0);
        return [
          ...(isFull || Object.keys(room).length === 0 ? [`${of.host} has no room for ${of.id}`] : []),
          ...(this.engine.allowed(requestOf(of))(of.host) ? [] : [`${of.id} is not allowed on ${of.host}`]),
        ];
      });
    });
  }

  /**
   * Lets the domains fail, and asks the engine of each protected VM of theirs whether it may go where the plan says, one
   * after the other: those who are left in the order in which the most can go.
   */
  strandedAfter(failed: readonly string[]): string[] {
    const moving = this.#moving(failed);
    return this.#afterwards(failed, () => this.#leftOf(moving));
  }

  /**
   * Lets the domain fail, and asks the engine where the only VM of it may go if it has no place: hosts that take it and have
   * the room beside what is kept for others.
   */
  missedAfter(failed: readonly string[]): string[] {
    const lost = names.filter((name) => this.engine.host(name) && failed.includes(this.domainOf(name) ?? ''));
    const [vm, ...others] = lost.flatMap((name) => this.engine.vmsOn(name));
    if (!vm || others.length > 0 || !this.reserve.report().exposed.includes(vm.id)) return [];
    const spare = this.reserve
      .room()
      .hosts.filter(({ spare: of }) =>
        Object.entries(vm.requests).every(([name, asked]) => asked <= (of[name] ?? 0)),
      )
      .map(({ name }) => name);
    return this.#afterwards(failed, () =>
      spare.filter((host) => this.engine.refusalOn(requestOf(vm), host) === undefined),
    );
  }

  /** Tries all orders. */
  #leftOf(moving: readonly PlacedVm[]): string[] {
    let fewest = moving.map(({ id }) => id);
    for (const of of moving) {
      if (fewest.length === 0) break;
      if (this.engine.refusalOn(requestOf(of), of.host)) continue;
      const left = this.engine.trial(() => {
        this.engine.upsertVm(this.#inCell(of));
        return this.#leftOf(moving.filter((one) => one !== of));
      });
      if (left.length < fewest.length) fewest = left;
    }
    return fewest;
  }

  /** Those that have lost their hosts and have a place, on the first host of the plan that is left. */
  #moving(failed: readonly string[]): PlacedVm[] {
    const exposed = new Set(this.reserve.report().exposed);
    const isDown = (host: string) => failed.includes(this.domainOf(host) ?? '');
    return names
      .filter((name) => this.engine.host(name) && isDown(name))
      .flatMap((name) => this.engine.vmsOn(name))
      .filter(({ id }) => !exposed.has(id))
      .map(({ cell: _, ...of }) => {
        const host = this.reserve.targetsOf(of.id).find((target) => !isDown(target));
        return { ...of, host: host ?? 'nowhere' };
      });
  }

  #afterwards<T>(failed: readonly string[], action: () => T): T {
    return this.engine.trial(() => {
      for (const name of names) {
        const host = this.engine.host(name);
        if (host && failed.includes(this.domainOf(name) ?? ''))
          this.engine.upsertHost({ ...host, available: { yes: false, reason: 'is lost' } });
      }
      return action();
    });
  }

  /** In the cell that it gets. */
  #inCell(of: PlacedVm): PlacedVm {
    const cell = this.engine.cellOn(requestOf(of), of.host);
    return cell === undefined ? of : { ...of, cell };
  }
}
