import { ProtocolError } from '../src/errors.ts';
import { randomFrom } from '../src/testing/random.ts';
import { XdrReader } from '../src/xdr/reader.ts';
import { goodPayloads, pick, received } from './corpus.ts';
import { mutate } from './mutate.ts';

export interface FuzzResult {
  packets: number;
  /** Refused with ProtocolError; the others happened to be good. */
  refused: number;
}

/**
 * Decodes `packets` broken payloads, of every type that a server sends.
 * @throws what a decoder throws that is no ProtocolError, with the seed and the bytes in its message
 */
export function fuzzDecoders(packets: number, seed: number): FuzzResult {
  const good = received.flatMap((codec) => goodPayloads(codec, seed, 3).map((bytes) => ({ codec, bytes })));
  const random = randomFrom(seed);
  let refused = 0;
  for (let packet = 0; packet < packets; packet++) {
    const entry = pick(random, good);
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
