import { describe, expect, it } from 'vitest';
import { matches } from './selector.ts';

const labels = { app: 'db', tier: '1' };
const requirement = (
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
  key: string,
  values?: string[],
) => ({
  matchExpressions: [{ key, operator, ...(values ? { values } : {}) }],
});

describe('a label selector', () => {
  it('that is empty selects everything', () => {
    expect(matches({}, {})).toBe(true);
  });

  it.each([
    [{ matchLabels: { app: 'db' } }, true],
    [{ matchLabels: { app: 'db', tier: '2' } }, false],
    [{ matchLabels: { other: '' } }, false],
    [requirement('In', 'app', ['web', 'db']), true],
    [requirement('In', 'app', ['web']), false],
    [requirement('In', 'app'), false],
    [requirement('In', 'other', ['x']), false],
    [requirement('NotIn', 'app', ['db']), false],
    [requirement('NotIn', 'app', ['web']), true],
    [requirement('NotIn', 'other', ['x']), true],
    [requirement('Exists', 'app'), true],
    [requirement('Exists', 'other'), false],
    [requirement('DoesNotExist', 'app'), false],
    [requirement('DoesNotExist', 'other'), true],
    [{ matchLabels: { app: 'db' }, ...requirement('DoesNotExist', 'tier') }, false],
    [requirement('Exists', 'constructor'), false],
  ])('%j is %s', (selector, selects) => {
    expect(matches(selector, labels)).toBe(selects);
  });
});
