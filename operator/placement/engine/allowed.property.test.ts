import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacementRequest } from '../model/decision.ts';
import type { PlacedVm, VmState } from '../model/vm.ts';
import { emptyWorld, happen, someEvent, someVm } from '../testing/histories.ts';
import { PlacementEngine } from './engine.ts';
import type { Stay } from './world.ts';

const names = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'];
const histories = fc.array(someEvent, { minLength: 20, maxLength: 60, size: 'max' });
const someHosts = fc.array(fc.subarray(names, { maxLength: 2 }), { maxLength: 6 });
const request = (vm: VmState): PlacementRequest => ({ vm, pool: 'p', strategy: 'Spread' });

/** The placed VMs but the one asked about, each on hosts drawn for it; those for which none were drawn stay. */
function staysOf(placed: readonly PlacedVm[], asked: VmState, drawn: readonly string[][]): Stay[] {
  return placed
    .filter(({ id }) => id !== asked.id)
    .flatMap(({ id }, index) => {
      const hosts = drawn[index];
      return hosts ? [{ id, hosts }] : [];
    });
}

/** Moves the VMs for real, with as many more that are like them as they have hosts more than one. */
function move(engine: PlacementEngine, stays: readonly Stay[]): void {
  for (const { id, hosts } of stays) {
    const { cell: _, ...vm } = engine.vm(id) as PlacedVm;
    engine.removeVm(id);
    for (const [at, host] of hosts.entries()) engine.upsertVm({ ...vm, id: `${id} ${at}`, host });
  }
}

describe('where a VM is allowed once others are elsewhere', () => {
  it('is where it is allowed now, and is after they were moved', () => {
    const seen = { few: 0, barredThen: 0 };
    fc.assert(
      fc.property(histories, someVm, someHosts, (events, vm, drawn) => {
        const engine = new PlacementEngine();
        const world = emptyWorld();
        for (const event of events) happen(engine, world, event);
        const pool = engine.hostsOf('p');
        const placed = names.flatMap((name) => engine.vmsOn(name));
        const asked = engine.vm(vm.id) ?? vm;
        const stays = staysOf(placed, asked, drawn);
        const now = engine.allowed(request(asked));
        const allowedNow = pool.filter(now);
        const allowedThen = engine.trial(() => {
          move(engine, stays);
          const then = engine.allowed(request(asked));
          return pool.filter(then);
        });
        const both = allowedNow.filter((host) => allowedThen.includes(host));
        expect(pool.filter((host) => engine.allowedHosts(request(asked), stays).has(host))).toEqual(both);
        const all = engine.allowedHosts(request(asked), stays);
        expect(all.few(names.length)).toEqual(both);
        expect(pool.filter((host) => all.has(host))).toEqual(both);
        const after = engine.allowedHosts(request(asked), []);
        expect(allowedNow.filter((host) => after.hasThen(host, stays))).toEqual(both);
        expect(pool.filter(engine.allowed(request(asked)))).toEqual(allowedNow);
        if (both.length > 0 && both.length < pool.length) seen.few += 1;
        if (both.length < allowedNow.length) seen.barredThen += 1;
      }),
      { numRuns: 400 },
    );
    expect(seen.few).toBeGreaterThan(20);
    expect(seen.barredThen).toBeGreaterThan(5);
  });
});
