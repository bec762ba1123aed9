import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PlacedVm } from '../model/vm.ts';
import { problemOf } from '../moves/engine-problem.ts';
import { Layout } from '../moves/layout.ts';
import { everyRule } from '../moves/rules.ts';
import { defaultRebalanceOptions } from '../rebalance/options.ts';
import { planRebalance } from '../rebalance/plan.ts';
import { SmallWorld } from '../testing/small-world.ts';
import { FailureReserve } from './failure-reserve.ts';
import { ReserveRules } from './reserve-rules.ts';

interface HostOf {
  rack: string;
  cpu: number;
}

function worldOf(hosts: readonly HostOf[], vms: readonly { cpu: number; host: number }[]) {
  const world = new SmallWorld();
  for (const [index, { rack, cpu }] of hosts.entries())
    world.host(`h${index}`, { limits: { cpu }, labels: { rack } });
  for (const [index, { cpu, host }] of vms.entries())
    world.placed(`vm-${index}`, `h${host % hosts.length}`, { cpu });
  return world.engine;
}

type Engine = ReturnType<typeof worldOf>;

function reserveOf(engine: Engine): FailureReserve {
  const reserve = new FailureReserve(engine, { pool: 'default', failures: 1, topologyKey: 'rack' });
  for (const name of engine.hostsOf('default')) {
    const { labels = {}, limits = {} } = engine.host(name) ?? {};
    reserve.upsertHost({ name, labels, limits, takesVms: true, traits: '' });
    for (const vm of engine.vmsOn(name)) reserve.upsertVm(vm);
  }
  return reserve;
}

const problem = (engine: Engine) =>
  problemOf(engine, 'default', { ask: (vm) => ({ vm, pool: 'default', strategy: 'Spread' }) });
const options = { ...defaultRebalanceOptions, minImprovement: 0 };

function rebalance(engine: Engine, keeps: boolean) {
  const of = problem(engine);
  const beside = keeps ? new ReserveRules(reserveOf(engine), of.hosts, of.vms) : undefined;
  const { waves } = engine.trial(() => planRebalance(of.problem, of.rules, options, beside));
  return waves.map((wave) =>
    wave.map(({ vm, to }) => ({ vm: of.vms[vm] as PlacedVm, to: of.hosts[to] as string })),
  );
}

const copyOf = (id: string) => `${id} there`;

/** Whether all VMs that are on hosts of the rack alone find room on hosts of others, tried in all ways. */
function survives(engine: Engine, failed: string): boolean {
  const names = engine.hostsOf('default');
  const isDown = (name: string) => engine.host(name)?.labels['rack'] === failed;
  const free = new Map(
    names.filter((name) => !isDown(name)).map((name) => [name, engine.room(name)['cpu']?.free ?? 0]),
  );
  const isElsewhere = ({ id }: PlacedVm) => {
    const copy = engine.vm(copyOf(id));
    return id.endsWith(' there') || (copy !== undefined && !isDown(copy.host));
  };
  const moving = names
    .filter(isDown)
    .flatMap((name) => engine.vmsOn(name))
    .filter((vm) => !isElsewhere(vm));
  const house = (left: readonly PlacedVm[]): boolean => {
    const [first, ...rest] = left;
    if (!first) return true;
    const cpu = first.requests['cpu'] ?? 0;
    return [...free].some(([name, room]) => {
      if (room < cpu) return false;
      free.set(name, room - cpu);
      const does = house(rest);
      free.set(name, room);
      return does;
    });
  };
  return house(moving);
}

it('a move is left out of a plan if others would have no place while the VM counts on both hosts', () => {
  const hosts = [
    { rack: 'r2', cpu: 4 },
    { rack: 'r3', cpu: 6 },
    { rack: 'r2', cpu: 5 },
  ];
  // The second VM goes to the second rack if its own fails: to either host, but not while the first is on both.
  const vms = [
    { cpu: 3, host: 0 },
    { cpu: 3, host: 1 },
  ];
  const moves = (keeps: boolean) => rebalance(worldOf(hosts, vms), keeps).flat();
  expect(moves(false).map(({ vm, to }) => [vm.id, to])).toEqual([['shop/vm-0', 'h2']]);
  expect(moves(true)).toEqual([]);
});

it('moves that take nobody the place are made all the same', () => {
  const hosts = [
    { rack: 'r3', cpu: 6 },
    { rack: 'r3', cpu: 10 },
    { rack: 'r2', cpu: 10 },
  ];
  const vms = [
    { cpu: 3, host: 1 },
    { cpu: 3, host: 0 },
    { cpu: 1, host: 0 },
    { cpu: 2, host: 0 },
  ];
  const moved = (keeps: boolean) =>
    rebalance(worldOf(hosts, vms), keeps)
      .flat()
      .map(({ vm }) => vm.id);
  expect([moved(false), moved(true)]).toEqual([['shop/vm-2', 'shop/vm-1'], ['shop/vm-2']]);
});

it('while moves are made, in any order, all VMs find room after any failure, if they did before', () => {
  const host = fc.record({ rack: fc.constantFrom('r1', 'r2', 'r3'), cpu: fc.integer({ min: 4, max: 10 }) });
  const vm = fc.record({ cpu: fc.integer({ min: 1, max: 3 }), host: fc.constantFrom(0, 0, 0, 1, 2) });
  let [moved, refused] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(host, { minLength: 3, maxLength: 5 }),
      fc.array(vm, { minLength: 2, maxLength: 6 }),
      fc.boolean(),
      (hosts, vms, backwards) => {
        const engine = worldOf(hosts, vms);
        if (reserveOf(engine).report().exposed.length > 0) return;
        const waves = rebalance(engine, true);
        moved += waves.flat().length;
        refused += rebalance(engine, false).flat().length - waves.flat().length;
        const expectSafe = () => {
          for (const rack of ['r1', 'r2', 'r3']) expect(survives(engine, rack)).toBe(true);
        };
        for (const wave of waves) {
          for (const { vm: of, to } of wave) engine.upsertVm({ ...of, id: copyOf(of.id), host: to });
          expectSafe();
          for (const { vm: of, to } of backwards ? wave.toReversed() : wave) {
            engine.removeVm(copyOf(of.id));
            engine.upsertVm({ ...of, host: to });
            expectSafe();
          }
        }
      },
    ),
    { numRuns: 1000, seed: 3 },
  );
  expect(moved).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(10);
});

it('moves that are taken back leave all as it was', () => {
  const hosts = ['r1', 'r2', 'r3'].map((rack) => ({ rack, cpu: 8 }));
  const engine = worldOf(hosts, [
    { cpu: 3, host: 0 },
    { cpu: 2, host: 1 },
  ]);
  const reserve = reserveOf(engine);
  const before = JSON.stringify(reserve.report());
  engine.trial(() => {
    const of = problem(engine);
    const rules = everyRule([of.rules, new ReserveRules(reserve, of.hosts, of.vms)]);
    const layout = new Layout(of.problem, rules);
    const mark = layout.mark();
    layout.move(0, 2);
    layout.arrive(1, 0);
    expect(reserve.hostOf('shop/vm-0')).toBe('h2');
    layout.undo(mark);
  });
  expect([reserve.hostOf('shop/vm-0'), reserve.hostOf('shop/vm-1')]).toEqual(['h0', 'h1']);
  expect(JSON.stringify(reserve.report())).toBe(before);
});
