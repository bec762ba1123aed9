import { describe, expect, it } from 'vitest';
import { callOf } from './call.ts';
import { type Match, matches, type Rule } from './rule.ts';
import { RuleBook } from './rule-book.ts';

const patch = callOf('PATCH', '/apis/g/v1/namespaces/ns/widgets/a/status');
const list = callOf('GET', '/apis/g/v1/widgets');
const any = () => true;

function bookOf(...rules: Rule[]) {
  const book = new RuleBook({ onAdd: () => {}, onRemove: () => {} });
  return { book, active: rules.map((rule) => book.add(rule)) };
}

describe('a match', () => {
  it.each<Match>([
    {},
    { verb: 'patch' },
    { verb: ['patch', 'update'] },
    { resource: 'widgets', namespace: 'ns', name: 'a' },
    { resource: ['hosts', 'widgets'] },
    { subresource: 'status' },
    { isWrite: true },
    { isInitial: false },
  ])('%j is of it', (match) => {
    expect(matches(match, patch)).toBe(true);
  });

  it.each<Match>([
    { verb: 'get' },
    { verb: ['get', 'list'] },
    { resource: 'widget' },
    { namespace: 'other' },
    { name: 'b' },
    { subresource: '' },
    { isWrite: false },
    { isInitial: true },
  ])('%j is not of it', (match) => {
    expect(matches(match, patch)).toBe(false);
  });
});

it('a match of what there is takes in lists, and watches that begin with one', () => {
  const streaming = callOf('GET', '/apis/g/v1/widgets?watch=true&sendInitialEvents=true');
  const watch = callOf('GET', '/apis/g/v1/widgets?watch=true&resourceVersion=1');
  const isOf = [list, streaming, watch].map((call) => matches({ isInitial: true }, call));
  expect(isOf).toEqual([true, true, false]);
});

describe('a rule', () => {
  const fault = { kind: 'reset' } as const;
  const claims = (book: RuleBook, call = patch) => book.claim(call, any) !== undefined;

  it('hits every call that matches until it is removed', () => {
    const { book, active } = bookOf({ match: { verb: 'patch' }, fault });
    expect([claims(book), claims(book, list), claims(book)]).toEqual([true, false, true]);
    expect(active[0]?.hits).toBe(2);
    active[0]?.remove();
    expect(claims(book)).toBe(false);
  });

  it('hits the nth call alone', () => {
    const { book } = bookOf({ match: { verb: 'patch' }, fault, skip: 1, times: 1 });
    expect([claims(book), claims(book, list), claims(book), claims(book)]).toEqual([
      ...[false, false, true, false],
    ]);
  });

  it('leaves to the next what it does not hit', () => {
    const { book, active } = bookOf({ match: {}, fault, times: 1 }, { match: { verb: 'patch' }, fault });
    expect([claims(book), claims(book), claims(book, list)]).toEqual([true, true, false]);
    expect(active.map(({ hits }) => hits)).toEqual([1, 1]);
  });

  it('is passed by for faults that are not asked for', () => {
    const { book, active } = bookOf({ match: {}, fault });
    expect(book.claim(patch, ({ kind }) => kind === 'freeze')).toBeUndefined();
    expect(active[0]?.hits).toBe(0);
  });

  it('tells of its first hit', async () => {
    const { active } = bookOf({ match: {}, fault });
    active[0]?.fire(patch);
    active[0]?.fire(list);
    expect(await active[0]?.fired).toBe(patch);
  });

  it('is told to the listener with its end, once', () => {
    const told: string[] = [];
    const book = new RuleBook({ onAdd: () => told.push('add'), onRemove: () => told.push('remove') });
    const rule = book.add({ match: {}, fault });
    rule.remove();
    rule.remove();
    book.add({ match: {}, fault });
    book.clear();
    expect(told).toEqual(['add', 'remove', 'add', 'remove']);
  });
});
