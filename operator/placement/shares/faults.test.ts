import { describe, expect, it } from 'vitest';
import { soundShares } from './faults.ts';
import type { Share } from './share.ts';

const share = (name: string, more: Partial<Share> = {}): Share => ({
  ...{ name, namespaces: [], reservation: {}, limit: {} },
  ...more,
});
const parents = (shares: readonly Share[]) =>
  Object.fromEntries(soundShares(shares).shares.map(({ name, parentName }) => [name, parentName]));

describe('what contradicts itself in shares is named, and the rest holds', () => {
  it('nothing in shares that go together', () => {
    const shares = [
      share('company', { reservation: { cpu: 4 }, limit: { cpu: 9 } }),
      share('web', { parentName: 'company', namespaces: ['web', 'web-test'], reservation: { cpu: 9 } }),
    ];
    const { faults, shareOf, shares: sound } = soundShares(shares);
    expect(faults).toEqual([]);
    expect([...shareOf]).toEqual([
      ['web', 'web'],
      ['web-test', 'web'],
    ]);
    expect(sound[0]).toEqual({
      ...{ name: 'company', reservation: [4, 0], limit: [9, Number.POSITIVE_INFINITY] },
    });
  });

  it('two of one name: the first counts', () => {
    const { faults, shares } = soundShares([share('a', { limit: { cpu: 1 } }), share('a')]);
    expect(faults).toEqual([{ kind: 'SameName', share: 'a' }]);
    expect(shares.map(({ limit }) => limit[0])).toEqual([1]);
  });

  it('a parent that is not there: the share is one of the pool', () => {
    const shares = [share('a', { parentName: 'b' }), share('c', { parentName: 'a' })];
    expect(soundShares(shares).faults).toEqual([{ kind: 'UnknownParent', share: 'a', parent: 'b' }]);
    expect(parents(shares)).toEqual({ a: undefined, c: 'a' });
  });

  it('a circle, once, whoever hangs on it: its shares are those of the pool', () => {
    const shares = [
      share('outside', { parentName: 'a' }),
      share('a', { parentName: 'b' }),
      share('b', { parentName: 'a' }),
      share('self', { parentName: 'self' }),
    ];
    expect(soundShares(shares).faults).toEqual([
      { kind: 'Circle', shares: ['a', 'b'] },
      { kind: 'Circle', shares: ['self'] },
    ]);
    expect(parents(shares)).toEqual({ outside: 'a', a: undefined, b: undefined, self: undefined });
  });

  it('a namespace in two shares: it is in the first', () => {
    const shares = [share('a', { namespaces: ['x', 'x'] }), share('b', { namespaces: ['y', 'x'] })];
    const { faults, shareOf } = soundShares(shares);
    expect(faults).toEqual([{ kind: 'NamespaceTwice', namespace: 'x', shares: ['a', 'b'] }]);
    expect(Object.fromEntries(shareOf)).toEqual({ x: 'a', y: 'b' });
  });

  it('more reserved than the limit: the limit is reserved', () => {
    const { faults, shares } = soundShares([
      share('a', { reservation: { memory: 5 }, limit: { memory: 3 } }),
    ]);
    expect(faults).toEqual([{ kind: 'ReservationAboveLimit', share: 'a', resource: 'memory', missing: 2 }]);
    expect(shares[0]?.reservation).toEqual([0, 3]);
  });

  it('more reserved below a share than its limit, however deep', () => {
    const shares = [
      share('top', { limit: { cpu: 6 } }),
      share('middle', { parentName: 'top', reservation: { cpu: 2 } }),
      share('a', { parentName: 'middle', reservation: { cpu: 3 } }),
      share('b', { parentName: 'middle', reservation: { cpu: 4 } }),
    ];
    expect(soundShares(shares).faults).toEqual([
      { kind: 'ReservedAboveLimit', share: 'top', resource: 'cpu', missing: 1 },
    ]);
  });

  it('amounts beyond all measure do no harm', () => {
    const { shares } = soundShares([share('a', { reservation: { cpu: 1e25 }, limit: { cpu: Number.NaN } })]);
    expect(shares[0]).toMatchObject({ reservation: [0, 0], limit: [0, Number.POSITIVE_INFINITY] });
  });
});
