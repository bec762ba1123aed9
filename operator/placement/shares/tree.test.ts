import { describe, expect, it } from 'vitest';
import { ShareTree, type TreeShare } from './tree.ts';

const endless = Number.POSITIVE_INFINITY;

/** A share of CPUs, with no word on memory. */
const share = (
  name: string,
  {
    reserved = 0,
    limit = endless,
    parentName,
  }: { reserved?: number; limit?: number; parentName?: string } = {},
): TreeShare => ({
  ...{ name, reservation: [reserved, 0], limit: [limit, endless] },
  ...(parentName === undefined ? {} : { parentName }),
});

function treeOf(cpus: number, shares: readonly TreeShare[]): ShareTree {
  const tree = new ShareTree(shares);
  tree.setCapacity([cpus, 100]);
  return tree;
}

describe('a share of the pool', () => {
  it('leaves to the search for a host what no share stands in the way of', () => {
    const tree = treeOf(10, [share('shop')]);
    expect(tree.refusal('shop', [11, 0])).toBeUndefined();
  });

  it('finds what is reserved for it, however much others want', () => {
    const tree = treeOf(10, [share('shop'), share('bank', { reserved: 4 })]);
    expect(tree.refusal('shop', [7, 0])).toEqual({
      ...{ share: undefined, resource: 'cpu', missing: 1, limit: 10, used: 0, kept: 4 },
    });
    expect(tree.refusal(undefined, [7, 0])).toMatchObject({ share: undefined, missing: 1 });
    tree.use('shop', [6, 0]);
    expect(tree.refusal('bank', [4, 0])).toBeUndefined();
    expect(tree.refusal('bank', [5, 0])).toMatchObject({ share: undefined, missing: 1 });
    tree.use('shop', [6, 0], -1);
    expect(tree.refusal('bank', [10, 0])).toBeUndefined();
  });

  it('never has more than its limit', () => {
    const tree = treeOf(10, [share('shop', { limit: 3 })]);
    tree.use('shop', [2, 0]);
    expect(tree.refusal('shop', [1, 0])).toBeUndefined();
    expect(tree.refusal('shop', [2, 0])).toEqual({
      ...{ share: 'shop', resource: 'cpu', missing: 1, limit: 3, used: 2, kept: 0 },
    });
  });

  it('that has more than its limit gets no more of it, but of what it is not short of', () => {
    const tree = treeOf(10, [share('shop', { limit: 3 })]);
    tree.use('shop', [5, 1]);
    expect(tree.refusal('shop', [0, 2])).toBeUndefined();
    expect(tree.refusal('shop', [1, 0])).toMatchObject({ share: 'shop', missing: 3 });
  });

  it('is told which resource is short', () => {
    const tree = treeOf(10, [{ name: 'shop', reservation: [0, 0], limit: [6, 6] }]);
    expect(tree.refusal('shop', [6, 7])).toMatchObject({ resource: 'memory', missing: 1 });
  });
});

describe('shares below a share', () => {
  const company = (limit = endless) => [
    share('company', { reserved: 8, limit }),
    share('web', { parentName: 'company', reserved: 2 }),
    share('data', { parentName: 'company', limit: 5 }),
  ];

  it('have what is left of it, beside what is reserved for the others', () => {
    const tree = treeOf(100, company(8));
    expect(tree.refusal('web', [8, 0])).toBeUndefined();
    expect(tree.refusal('web', [9, 0])).toMatchObject({ share: 'company', missing: 1 });
    tree.use('data', [5, 0]);
    expect(tree.refusal('web', [3, 0])).toBeUndefined();
    expect(tree.refusal('web', [4, 0])).toMatchObject({ share: 'company', missing: 1, used: 5, kept: 2 });
    expect(tree.refusal('data', [1, 0])).toMatchObject({ share: 'data', missing: 1 });
  });

  it('borrow of the pool through it, up to its limit', () => {
    const tree = treeOf(12, [...company(11), share('other', { reserved: 2 })]);
    expect(tree.refusal('web', [10, 0])).toBeUndefined();
    expect(tree.refusal('web', [11, 0])).toMatchObject({ share: undefined, missing: 1, kept: 10 });
    expect(tree.refusal('web', [12, 0])).toMatchObject({ share: 'company', missing: 1 });
  });

  it('a limit holds even where more is reserved below it', () => {
    const shares = [share('company', { limit: 6 }), share('web', { parentName: 'company', reserved: 10 })];
    const tree = treeOf(100, shares);
    expect(tree.refusal('web', [6, 0])).toBeUndefined();
    expect(tree.refusal('web', [7, 0])).toMatchObject({ share: 'company', missing: 1 });
    expect(tree.report('web').available[0]).toBe(6);
  });
});

it('tells what is used, kept and available', () => {
  const tree = treeOf(20, [
    share('company', { reserved: 8 }),
    share('web', { parentName: 'company', reserved: 3, limit: 9 }),
    share('other', { reserved: 4 }),
  ]);
  tree.use('web', [1, 0]);
  expect(tree.report('company')).toMatchObject({ used: [1, 0], kept: [7, 0], available: [13, 100] });
  expect(tree.report('web')).toMatchObject({ used: [1, 0], kept: [2, 0], available: [8, 100] });
  expect(tree.below(undefined, 'cpu')).toEqual([
    { name: 'company', used: 1, kept: 7 },
    { name: 'other', used: 0, kept: 4 },
  ]);
});

it('tells by how much more is reserved than there is', () => {
  const shares = [share('company', { reserved: 4 }), share('web', { parentName: 'company', reserved: 6 })];
  expect(treeOf(7, shares).overdrawn).toEqual([0, 0]);
  expect(treeOf(5, shares).overdrawn).toEqual([1, 0]);
});

it('a share that does not exist is asked for by its name', () => {
  expect(() => treeOf(1, []).use('a', [1, 0])).toThrow('there is no share a');
});
