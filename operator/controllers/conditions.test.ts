import { describe, expect, it } from 'vitest';
import { conditionList, fails, holds, timestamp } from './conditions.ts';

const early = new Date('2026-01-01T00:00:00.500Z');
const late = new Date('2026-01-01T00:01:00.000Z');

describe('a list of conditions', () => {
  it('has every type, in the order given, with the generation it was judged by', () => {
    const list = conditionList(
      { Ready: holds('Running', 'Runs.'), Stalled: fails('AsExpected', 'No.') },
      undefined,
      7,
      early,
    );
    expect(list.map(({ type, status, observedGeneration }) => [type, status, observedGeneration])).toEqual([
      ['Ready', 'True', 7],
      ['Stalled', 'False', 7],
    ]);
  });

  it('is the same again for the same verdicts, whatever the time', () => {
    const verdicts = { Ready: holds('Running', 'Runs.') };
    const first = conditionList(verdicts, undefined, 1, early);
    expect(conditionList(verdicts, first, 1, late)).toEqual(first);
  });

  it('keeps the time of the last transition when only reason and message change', () => {
    const first = conditionList({ Ready: fails('Starting', 'a') }, undefined, 1, early);
    const [ready] = conditionList({ Ready: fails('StartFailed', 'b') }, first, 2, late);
    expect(ready).toMatchObject({
      reason: 'StartFailed',
      message: 'b',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
  });

  it('sets the time when the status changes', () => {
    const first = conditionList({ Ready: fails('Starting', 'a') }, undefined, 1, early);
    const [ready] = conditionList({ Ready: holds('Running', 'b') }, first, 1, late);
    expect(ready?.lastTransitionTime).toBe('2026-01-01T00:01:00Z');
  });

  it('cuts a message that the schema would refuse', () => {
    const [ready] = conditionList({ Ready: fails('DefineFailed', 'x'.repeat(5000)) }, undefined, 1, early);
    expect(ready?.message).toHaveLength(4096);
    expect(ready?.message).toMatch(/x…$/);
  });
});

it('writes times in whole seconds', () => {
  expect(timestamp(early)).toBe('2026-01-01T00:00:00Z');
});
