import { expect, it, vi } from 'vitest';
import { TextMemo } from './text-memo.ts';

function setUp(limit = 2) {
  const read = vi.fn((text: string) => {
    if (text === '') throw new RangeError('nothing there');
    return { words: text.split(' ').map((word) => ({ word })) };
  });
  return { read, memo: new TextMemo(read, limit) };
}

it('a text that was read is not read again, and any other is', () => {
  const { read, memo } = setUp();
  const first = memo.of('a b');
  expect(first).toEqual({ words: [{ word: 'a' }, { word: 'b' }] });
  expect(memo.of(['a', 'b'].join(' '))).toBe(first);
  expect(memo.of('a c')).toEqual({ words: [{ word: 'a' }, { word: 'c' }] });
  expect(read).toHaveBeenCalledTimes(2);
});

it('what it gives to one reader no other one can change', () => {
  const { words } = setUp().memo.of('a b');
  expect(() => words.pop()).toThrow(TypeError);
  expect(() => Object.assign(words[0] ?? {}, { word: 'c' })).toThrow(TypeError);
});

it('the text that was asked for longest ago makes room', () => {
  const { read, memo } = setUp(2);
  for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) memo.of(text);
  expect(read.mock.calls).toEqual([['a'], ['b'], ['c'], ['b']]);
});

it('a text that cannot be read is an error each time', () => {
  const { read, memo } = setUp();
  for (let i = 0; i < 2; i++) expect(() => memo.of('')).toThrow(RangeError);
  expect(read).toHaveBeenCalledTimes(2);
});
