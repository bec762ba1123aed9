import { describe, expect, it } from 'vitest';
import { figure, median, reportTable, thisMachine } from './report.ts';

describe('a figure', () => {
  it.each([
    [3, { max: 3 }, true],
    [3.01, { max: 3 }, false],
    [0, { max: 0 }, true],
    [10, { min: 10 }, true],
    [9.9, { min: 10 }, false],
  ])('of %d with goal %j is met: %s', (value, goal, met) => {
    expect(figure('writes', value, '', { goal })).toEqual({
      name: 'writes',
      value,
      unit: '',
      peer: null,
      goal,
      met,
    });
  });

  it('without a goal misses none', () => {
    const peer = { name: 'virsh', value: 2 };
    expect(figure('time', 7, 's', { peer })).toEqual({
      name: 'time',
      value: 7,
      unit: 's',
      peer,
      goal: null,
      met: true,
    });
  });
});

describe('the table', () => {
  it('has a row for each figure with peer, goal and verdict', () => {
    const figures = [
      figure('time', 12.345, 's', { peer: { name: 'virsh', value: 11.04 } }),
      figure('ratio', 1.2, '', { goal: { max: 1.15 } }),
      figure('writes', 3, '', { goal: { max: 3 } }),
    ];
    const text = reportTable({ bench: 'lifecycle', machine: { cpus: 2 }, figures });
    const rows = text.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
    expect(rows).toContainEqual(['', 'time', '12.3 s', '11 s (virsh)', '', '', '']);
    expect(rows).toContainEqual(['', 'ratio', '1.2', '', 'at most 1.15', 'MISSED', '']);
    expect(rows).toContainEqual(['', 'writes', '3', '', 'at most 3', 'met', '']);
    expect(text).toContain('on: cpus 2');
  });
});

describe('median', () => {
  it.each([
    [[5], 5],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9], 9.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

it('the machine tells enough to judge a figure by', () => {
  expect(Object.keys(thisMachine())).toEqual(
    expect.arrayContaining(['cpus', 'cpu', 'memoryGiB', 'kernel', 'node']),
  );
});
