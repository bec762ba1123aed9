import { expect, it } from 'vitest';
import { settle } from '../testing/virtual-clock.ts';
import { SharedProof } from './shared-proof.ts';

function setUp() {
  const begun: PromiseWithResolvers<void>[] = [];
  const proof = new SharedProof(() => {
    const one = Promise.withResolvers<void>();
    begun.push(one);
    return one.promise;
  });
  const outcomes: string[] = [];
  const ask = (name: string) =>
    void proof.ask().then(
      () => outcomes.push(name),
      (error: Error) => outcomes.push(`${name}: ${error.message}`),
    );
  return { ask, begun, outcomes };
}

it('those who ask at once share one', async () => {
  const { ask, begun, outcomes } = setUp();
  ask('a');
  ask('b');
  await settle();
  begun[0]?.resolve();
  await settle();
  expect([begun.length, outcomes]).toEqual([1, ['a', 'b']]);
});

it('who asks while one is under way gets the next, as that one began too early', async () => {
  const { ask, begun, outcomes } = setUp();
  ask('a');
  await settle();
  ask('b');
  ask('c');
  begun[0]?.resolve();
  await settle();
  expect([begun.length, outcomes]).toEqual([2, ['a']]);
  begun[1]?.resolve();
  await settle();
  expect(outcomes).toEqual(['a', 'b', 'c']);
});

it('one that fails is told to those who asked for it, and the next begins all the same', async () => {
  const { ask, begun, outcomes } = setUp();
  ask('a');
  await settle();
  ask('b');
  begun[0]?.reject(new Error('stale'));
  await settle();
  begun[1]?.resolve();
  await settle();
  expect(outcomes).toEqual(['a: stale', 'b']);
});
