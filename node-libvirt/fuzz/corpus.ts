import fc from 'fast-check';
import type { Codec } from '../src/protocol/codec.ts';
import { connectionClosedMessage, eventMessages } from '../src/protocol/events.ts';
import { procedures } from '../src/protocol/procedures.ts';
import { errorReply } from '../src/protocol/structs.ts';
import { arbitraryOf } from '../src/testing/random-value.ts';
import { XdrWriter } from '../src/xdr/writer.ts';

/** Every type that a server sends: replies, events, errors. */
export const received: Codec<unknown>[] = [
  ...Object.values(procedures).map(({ ret }) => ret as Codec<unknown>),
  ...Object.values(eventMessages).map(({ payload }) => payload as Codec<unknown>),
  connectionClosedMessage.payload as Codec<unknown>,
  errorReply as Codec<unknown>,
].filter(({ layout }) => layout !== '{}');

/** Well-formed payloads of a type, the same for the same seed. */
export function goodPayloads(codec: Codec<unknown>, seed: number, count: number): Buffer[] {
  if (codec.layout === '{}') return [Buffer.alloc(0)];
  return fc.sample(arbitraryOf(codec), { seed, numRuns: count }).map((value) => {
    const writer = new XdrWriter();
    codec.encode(writer, value);
    return Buffer.from(writer.finish());
  });
}

/** One of a list that is not empty. */
export function pick<T>(random: () => number, list: readonly T[]): T {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('there is nothing to choose from');
  return one;
}
