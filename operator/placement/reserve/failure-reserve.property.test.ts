import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlacementEngine } from '../engine/engine.ts';
import { Gate } from '../gate/gate.ts';
import type { Labels } from '../model/selector.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import { policy, required, vm } from '../testing/small-world.ts';
import { FailureReserve } from './failure-reserve.ts';
import { hostnameKey } from './rule-reach.ts';
import { reviewerOf } from './testing/reviewer.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
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
  kind: fc.constantFrom('apart', 'apart', 'spread', 'exclusive', 'beside'),
});
const step = (inOneCell: number) =>
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
type Step = ReturnType<typeof step> extends fc.Arbitrary<infer T> ? T : never;

const vmOf = ({ id, ...parts }: { id: string; cpu: number; labels: Labels }) => vm(id, parts);

class World {
  readonly engine = new PlacementEngine();
  readonly reserve: FailureReserve;
  readonly gate: Gate;
  readonly key: string;

  constructor(failures: number, key: string) {
    this.key = key;
    this.reserve = new FailureReserve(this.engine, { pool: 'default', failures, topologyKey: key });
    this.gate = new Gate(this.engine, [reviewerOf(this.reserve)]);
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
        spread: { topologySpread: [{ ...term, maxSkew: 2 }] },
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

  /** In the cell that it gets. */
  #put(vm: PlacedVm): void {
    const cell = this.engine.cellOn({ vm, pool: 'default', strategy: 'Spread' }, vm.host);
    const placed = cell === undefined ? vm : { ...vm, cell };
    this.engine.upsertVm(placed);
    this.reserve.upsertVm(placed);
  }

  #place(of: PlacedVm | ReturnType<typeof vm>): string[] {
    if (this.engine.vm(of.id)) return [];
    const request = { vm: of, pool: 'default', strategy: 'Spread' as const };
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

  /** Lets the domains fail, and starts all protected VMs of theirs where the plan says, in the engine; what is wrong then. */
  faultsAfter(failed: readonly string[]): string[] {
    const exposed = new Set(this.reserve.report().exposed);
    const isDown = (host: string) => failed.includes(this.domainOf(host) ?? '');
    const moving = names
      .filter((name) => this.engine.host(name) && isDown(name))
      .flatMap((name) => this.engine.vmsOn(name))
      .filter(({ id }) => !exposed.has(id))
      .map(({ cell: _, ...of }) => ({
        ...of,
        host: this.reserve.targetsOf(of.id).find((host) => !isDown(host)) ?? 'nowhere',
      }));
    return this.engine.trial(() => {
      // One after the other, each in the cell that it gets then.
      const isDivided = moving.map((of) => {
        this.engine.upsertVm(of);
        const cell = this.engine.cellOn({ vm: of, pool: 'default', strategy: 'Spread' }, of.host);
        if (cell !== undefined) this.engine.upsertVm({ ...of, cell });
        return of.oneCell && cell === undefined;
      });
      return moving.flatMap((of, at) => {
        const room = this.engine.room(of.host);
        const isFull = Object.values(room).some(({ free }) => free < 0);
        const request = { vm: of, pool: 'default', strategy: 'Spread' as const };
        const allowed = this.engine.allowed(request)(of.host);
        return [
          ...(isFull || Object.keys(room).length === 0 ? [`${of.host} has no room for ${of.id}`] : []),
          ...(isDivided[at] ? [`${of.host} has no cell for ${of.id}`] : []),
          ...(allowed ? [] : [`${of.id} is not allowed on ${of.host}`]),
        ];
      });
    });
  }
}

it.each([
  { failures: 1, key: hostnameKey, inOneCell: 1 },
  { failures: 1, key: 'zone', inOneCell: 3 },
  { failures: 1, key: hostnameKey, inOneCell: 4 },
  { failures: 2, key: hostnameKey, inOneCell: 1 },
])(
  'in any order of events, no placement breaks the reserve for $failures of $key, and all go where they may, of 4 VMs $inOneCell in one cell',
  ({ failures, key, inOneCell }) => {
    fc.assert(
      fc.property(fc.array(step(inOneCell), { minLength: 5, maxLength: 40 }), (steps) => {
        const world = new World(failures, key);
        for (const one of steps) {
          expect(world.apply(one)).toEqual([]);
          const domains = [...new Set(names.flatMap((name) => world.domainOf(name) ?? []))];
          const failing = domains.flatMap((first) =>
            (failures === 1 ? [first] : domains).map((second) => [first, second]),
          );
          for (const failed of failing) expect(world.faultsAfter(failed)).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  },
);

it('who may be somewhere only as long as another VM is elsewhere has no place there once that one is gone', () => {
  const world = new World(1, hostnameKey);
  const labels = { app: 'web' as const };
  for (const [name, zone, size] of [
    ['a', 'z1', 1],
    ['b', 'z1', 1],
    ['c', 'z2', 3],
    ['d', 'z3', 1],
  ] as const)
    world.apply({ host: { name, zone, size, takesVms: true } });
  world.apply({ rule: { app: 'web', topologyKey: 'zone', kind: 'spread' } });
  for (const [id, host] of ['1 a', '2 b', '3 c', '4 c', '5 d'].map((text) => text.split(' ')))
    world.apply({ found: [{ id: id as '1', cpu: 1, labels }, host as 'a'] });
  expect(world.reserve.targetsOf('shop/1')).toEqual(['c']);
  // With nobody left in the first zone, a third VM in the second one is two too many.
  world.apply({ noVm: '2' });
  expect(world.reserve.targetsOf('shop/1')).toEqual(['b']);
});
