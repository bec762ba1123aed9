import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Share, ShareTree } from './share-tree.ts';

const share = (name: string, more: Partial<Share> = {}): Share => ({
  ...{ name, reservation: [0], limit: [Number.POSITIVE_INFINITY], isExpandable: true, shares: 100 },
  ...more,
});

describe('a share of the pool', () => {
  it('has what it asks for while the pool has it', () => {
    const tree = new ShareTree([10], [share('shop')]);
    expect(tree.refusal('shop', [10])).toBeUndefined();
    expect(tree.refusal('shop', [11])).toEqual({
      ...{ share: undefined, because: 'pool', dimension: 0, missing: 1 },
    });
  });

  it('finds what is reserved for it, however much others want', () => {
    const tree = new ShareTree([10], [share('shop'), share('bank', { reservation: [4] })]);
    expect(tree.refusal('shop', [7])).toMatchObject({ because: 'pool', missing: 1 });
    tree.use('shop', [6]);
    expect(tree.refusal('bank', [4])).toBeUndefined();
    expect(tree.refusal('bank', [5])).toMatchObject({ because: 'pool', missing: 1 });
    tree.use('bank', [4]);
    expect(tree.refusal('shop', [1])).toMatchObject({ because: 'pool', missing: 1 });
    tree.use('shop', [-6]);
    expect(tree.refusal('bank', [6])).toBeUndefined();
  });

  it('never has more than its limit', () => {
    const tree = new ShareTree([10], [share('shop', { limit: [3] })]);
    tree.use('shop', [2]);
    expect(tree.refusal('shop', [1])).toBeUndefined();
    expect(tree.refusal('shop', [2])).toEqual({
      ...{ share: 'shop', because: 'limit', dimension: 0, missing: 1 },
    });
  });

  it('has its reservation alone if it is not expandable', () => {
    const tree = new ShareTree([10], [share('shop', { reservation: [3], isExpandable: false })]);
    expect(tree.refusal('shop', [3])).toBeUndefined();
    expect(tree.refusal('shop', [5])).toMatchObject({ share: 'shop', because: 'reservation', missing: 2 });
  });

  it('is told which dimension is short', () => {
    const endless = Number.POSITIVE_INFINITY;
    const both = { reservation: [0, 0], limit: [endless, endless] };
    const tree = new ShareTree([10, 5], [share('shop', both)]);
    expect(tree.refusal('shop', [6, 6])).toMatchObject({ dimension: 1, missing: 1 });
  });
});

describe('shares below a share', () => {
  const company = (more: Partial<Share> = {}) => [
    share('company', { reservation: [8], isExpandable: false, ...more }),
    share('web', { parent: 'company', reservation: [2] }),
    share('data', { parent: 'company', limit: [5] }),
  ];

  it('have what is left of it, beside what is reserved for the others', () => {
    const tree = new ShareTree([100], company());
    expect(tree.refusal('web', [8])).toBeUndefined();
    expect(tree.refusal('web', [9])).toMatchObject({ share: 'company', because: 'reservation', missing: 1 });
    tree.use('data', [5]);
    expect(tree.refusal('web', [3])).toBeUndefined();
    expect(tree.refusal('web', [4])).toMatchObject({ share: 'company', missing: 1 });
    expect(tree.refusal('data', [1])).toMatchObject({ share: 'data', because: 'limit' });
  });

  it('borrow through it where it is expandable, up to its limit', () => {
    const tree = new ShareTree([12], company({ isExpandable: true, limit: [11] }));
    expect(tree.refusal('web', [11])).toBeUndefined();
    expect(tree.refusal('web', [12])).toMatchObject({ share: 'company', because: 'limit', missing: 1 });
    tree.setCapacity([10]);
    expect(tree.refusal('web', [11])).toMatchObject({ share: undefined, because: 'pool', missing: 1 });
  });

  it('weigh as their shares do, and those above them', () => {
    const tree = new ShareTree(
      [1],
      [
        share('company', { shares: 300 }),
        share('guests'),
        share('web', { parent: 'company', shares: 10 }),
        share('data', { parent: 'company', shares: 30 }),
      ],
    );
    expect(['guests', 'company', 'web', 'data'].map((name) => tree.weight(name))).toEqual([
      ...[0.25, 0.75, 0.1875, 0.5625],
    ]);
  });
});

describe('shares that cannot be', () => {
  it('are named: of the pool, and below another', () => {
    const shares = [
      share('company', { reservation: [4], limit: [6] }),
      share('web', { parent: 'company', reservation: [5] }),
      share('data', { parent: 'company', reservation: [3] }),
    ];
    expect(new ShareTree([20], shares).overdrawn()).toEqual([
      { share: 'company', because: 'limit', dimension: 0, missing: 2 },
    ]);
    expect(new ShareTree([7], shares.slice(0, 2)).overdrawn()).toEqual([]);
    expect(new ShareTree([3], shares.slice(0, 1)).overdrawn()).toEqual([
      { share: undefined, because: 'pool', dimension: 0, missing: 1 },
    ]);
  });

  it.each([
    ['has two of one name', [share('a'), share('a')], 'there are two shares a'],
    ['is part of nothing', [share('a', { parent: 'b' })], 'share a is part of b, which does not exist'],
    ['is a circle', [share('a', { parent: 'b' }), share('b', { parent: 'a' })], 'is part of itself'],
  ])('a tree that %s is refused', (_, shares, message) => {
    expect(() => new ShareTree([1], shares)).toThrow(message);
  });

  it('a share that does not exist is asked for by its name', () => {
    expect(() => new ShareTree([1], []).use('a', [1])).toThrow('there is no share a');
  });
});

const names = ['a', 'b', 'c', 'd'];
const trees = fc.tuple(
  ...names.map((name, index) =>
    fc
      .record({ reserved: fc.nat(6), room: fc.nat(8), isExpandable: fc.boolean(), parent: fc.nat(index) })
      .map(({ reserved, room, isExpandable, parent }) =>
        share(name, {
          ...{ reservation: [reserved], limit: [reserved + room], isExpandable },
          ...(parent < index ? { parent: names[parent] ?? '' } : {}),
        }),
      ),
  ),
);
const asks = fc.array(
  fc.record({ name: fc.constantFrom(...names), amount: fc.integer({ min: 1, max: 5 }) }),
  {
    maxLength: 25,
  },
);

it('whoever asks in whatever order, what is reserved stays there for those it was reserved for', () => {
  fc.assert(
    fc.property(trees, asks, (shares, all) => {
      const tree = new ShareTree([24], shares);
      fc.pre(tree.overdrawn().length === 0);
      const used = new Map(names.map((name) => [name, 0]));
      for (const { name, amount } of all) {
        if (tree.refusal(name, [amount])) continue;
        tree.use(name, [amount]);
        used.set(name, (used.get(name) ?? 0) + amount);
      }
      expect([...used.values()].reduce((sum, amount) => sum + amount, 0)).toBeLessThanOrEqual(24);
      for (const { name, reservation, limit } of shares) {
        const isLeaf = shares.every(({ parent }) => parent !== name);
        expect(used.get(name)).toBeLessThanOrEqual(limit[0] ?? 0);
        const rest = (reservation[0] ?? 0) - (used.get(name) ?? 0);
        if (isLeaf && rest > 0) expect(tree.refusal(name, [rest])).toBeUndefined();
      }
    }),
    { numRuns: 500 },
  );
});
