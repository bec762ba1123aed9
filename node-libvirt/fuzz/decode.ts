import fc from 'fast-check';
import { ProtocolError } from '../src/errors.ts';
import type { Codec } from '../src/protocol/codec.ts';
import { connectionClosedMessage, eventMessages } from '../src/protocol/events.ts';
import { procedures } from '../src/protocol/procedures.ts';
import { errorReply } from '../src/protocol/structs.ts';
import { randomFrom } from '../src/testing/random.ts';
import { arbitraryOf } from '../src/testing/random-value.ts';
import { XdrReader } from '../src/xdr/reader.ts';
import { XdrWriter } from '../src/xdr/writer.ts';
import { mutate } from './mutate.ts';

export interface FuzzResult {
  packets: number;
  /** Refused with ProtocolError; the others happened to be good. */
  refused: number;
}

/** Everything that a server sends: replies, events, errors. */
const received: Codec<unknown>[] = [
  ...Object.values(procedures).map(({ ret }) => ret as Codec<unknown>),
  ...Object.values(eventMessages).map(({ payload }) => payload as Codec<unknown>),
  connectionClosedMessage.payload as Codec<unknown>,
  errorReply as Codec<unknown>,
].filter(({ layout }) => layout !== '{}' && !layout.includes('char['));

/** Well-formed packets' payloads, a few for each type. */
function corpus(seed: number): { codec: Codec<unknown>; bytes: Buffer }[] {
  return received.flatMap((codec) =>
    fc.sample(arbitraryOf(codec), { seed, numRuns: 3 }).map((value) => {
      const writer = new XdrWriter();
      codec.encode(writer, value);
      return { codec, bytes: Buffer.from(writer.finish()) };
    }),
  );
}

/**
 * Decodes `packets` broken payloads, of every type that a server sends.
 * @throws what a decoder throws that is no ProtocolError, with the seed and the bytes in its message
 */
export function fuzzDecoders(packets: number, seed: number): FuzzResult {
  const good = corpus(seed);
  const random = randomFrom(seed);
  let refused = 0;
  for (let packet = 0; packet < packets; packet++) {
    const entry = good[Math.floor(random() * good.length)];
    if (!entry) throw new Error('the corpus is empty');
    const bytes = mutate(entry.bytes, random);
    try {
      entry.codec.decode(new XdrReader(bytes));
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        const what = `seed ${seed}, packet ${packet}, ${entry.codec.layout}: ${bytes.toString('hex')}`;
        throw new Error(`a decoder failed in a way that nobody declares: ${what}`, { cause: error });
      }
      refused++;
    }
  }
  return { packets, refused };
}
