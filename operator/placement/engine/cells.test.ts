import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gib, SmallWorld, vm } from '../testing/small-world.ts';

const cell = (cpu: number, memory: number) => ({ limits: { cpu, memory: memory * gib } });
const pinned = (name: string, cpu: number, memory: number) =>
  vm(name, { cpu, memory: memory * gib, oneCell: true });

describe('a VM that wants one NUMA cell', () => {
  it('fits only where a cell has the room, whatever the host has in all', () => {
    const world = new SmallWorld()
      .host('a', { cells: [cell(8, 32), cell(8, 32)] })
      .host('b', { limits: { memory: 40 * gib }, cells: [cell(8, 40)] });
    expect(world.hostFor(pinned('new', 4, 36))).toBe('b');
    expect(world.hostFor(pinned('new', 10, 1))).toBe(
      '0 of 2 hosts fit: 2 have the CPUs only across NUMA cells (nearest: a lacks 2).',
    );
    expect(world.decide(vm('new', { cpu: 10 })).kind).toBe('placed');
  });

  it('is told what no cell has enough of, and when each has something else of it', () => {
    const cells = [cell(8, 16), cell(4, 32)];
    const world = new SmallWorld().host('a', { cells }).host('b', { cells: [cell(8, 20), cell(8, 20)] });
    expect(world.hostFor(pinned('new', 6, 24))).toBe(
      '0 of 2 hosts fit: 1 has no NUMA cell with the room, 1 has the memory only across NUMA cells (nearest: b lacks 4Gi).',
    );
    const request = { vm: pinned('new', 6, 24), pool: 'default', strategy: 'Spread' as const };
    expect(world.engine.shortageOn(request, 'b')).toBe('lacks 4Gi of memory in one NUMA cell');
    expect(world.engine.shortageOn(request, 'a')).toBe('has no NUMA cell with the room');
  });

  it('gets the cell that is preferred, if that has the room', () => {
    const world = new SmallWorld().host('a', { cells: [cell(8, 40), cell(8, 24)] });
    const request = (memory: number) => ({
      ...{ vm: pinned('new', 2, memory), pool: 'default', strategy: 'Spread' as const },
    });
    expect(world.engine.cellOn(request(20), 'a')).toBe(1);
    expect(world.engine.cellOn(request(20), 'a', 0)).toBe(0);
    expect(world.engine.cellOn(request(30), 'a', 1)).toBe(0);
    expect(world.engine.cellOn(request(20), 'a', 7)).toBe(1);
  });

  it('gets the cell that it fits best, and occupies it', () => {
    const world = new SmallWorld().host('a', { cells: [cell(8, 40), cell(8, 24)] });
    expect(world.decide(pinned('x', 2, 20))).toMatchObject({ cell: 1 });
    world.put(pinned('x', 2, 20));
    expect(world.decide(pinned('y', 2, 20))).toMatchObject({ cell: 0 });
    world.put(pinned('y', 2, 20));
    expect(world.decide(pinned('z', 2, 21)).kind).toBe('unplaced');
    world.engine.removeVm('shop/y');
    expect(world.decide(pinned('z', 2, 21))).toMatchObject({ cell: 0 });
  });

  it('has no place on a host that does not tell its cells', () => {
    expect(new SmallWorld().host('a').hostFor(pinned('new', 1, 1))).toBe(
      '0 of 1 host fits: 1 tells no NUMA cells.',
    );
  });

  it('whose cell is not known is assumed in one that has room, in whatever order it was told', () => {
    for (const names of [
      ['x', 'y', 'z'],
      ['z', 'y', 'x'],
    ]) {
      const world = new SmallWorld().host('a', { cells: [cell(8, 32), cell(8, 32)] });
      for (const name of names) {
        const memory = (name === 'y' ? 20 : 16) * gib;
        world.placed(name, 'a', { memory, oneCell: true, ...(name === 'z' ? { cell: 0 } : {}) });
      }
      // z is in cell 0 and x beside it; y has cell 1.
      expect(world.decide(pinned('new', 1, 12))).toMatchObject({ cell: 1 });
      expect(world.decide(pinned('new', 1, 13)).kind).toBe('unplaced');
    }
  });

  it('finds its cell among what the host tells anew', () => {
    const world = new SmallWorld().host('a', { cells: [cell(8, 32)] });
    world.put(pinned('x', 2, 30));
    expect(world.decide(pinned('y', 2, 30)).kind).toBe('unplaced');
    world.host('a', { cells: [cell(8, 32), cell(8, 32)] });
    expect(world.decide(pinned('y', 2, 30))).toMatchObject({ cell: 1 });
    world.host('a');
    expect(world.decide(pinned('y', 2, 30)).kind).toBe('unplaced');
  });
});

describe('what is assumed of cells', () => {
  const someVm = fc.record({
    name: fc.integer({ min: 0, max: 9 }).map((number) => `vm-${number}`),
    host: fc.constantFrom('a', 'b'),
    cpu: fc.integer({ min: 1, max: 4 }),
    cell: fc.constantFrom(undefined, undefined, 0, 1, 2),
    isGone: fc.boolean(),
  });
  const asked = [1, 2, 3, 4, 5, 6].map((cpu) => pinned('new', cpu, 1));

  it('depends on which VMs there are alone, not on how they came, nor on trials', () => {
    fc.assert(
      fc.property(fc.array(someVm, { maxLength: 30, size: 'max' }), fc.constantFrom(1, 2), (list, count) => {
        const cells = Array.from({ length: count }, () => cell(8, 64));
        const world = () => new SmallWorld().host('a', { cells }).host('b', { cells });
        const decisions = (of: SmallWorld) => asked.map((one) => of.decide(one));
        const told = world();
        const last = new Map<string, (typeof list)[number]>();
        const tell = (one: (typeof list)[number], to: SmallWorld) =>
          to.placed(one.name, one.host, {
            ...{ cpu: one.cpu, oneCell: true },
            ...(one.cell === undefined ? {} : { cell: one.cell }),
          });
        for (const one of list) {
          tell(one, told);
          last.set(one.name, one);
          if (!one.isGone) continue;
          told.engine.removeVm(`shop/${one.name}`);
          last.delete(one.name);
        }
        const fresh = world();
        for (const one of [...last.values()].reverse()) tell(one, fresh);
        expect(decisions(told)).toEqual(decisions(fresh));
        told.engine.trial(() => {
          for (const one of list) told.engine.removeVm(`shop/${one.name}`);
          told.host('a').put(vm('other', { memory: gib }));
        });
        expect(decisions(told)).toEqual(decisions(fresh));
      }),
      { numRuns: 200 },
    );
  });
});
