import fc from 'fast-check';
import type { WireType } from '../../node-libvirt/drift/wire-types.ts';
import { mutate } from '../../node-libvirt/fuzz/mutate.ts';
import { randomFrom } from '../../node-libvirt/src/testing/random.ts';
import { arbitraryOf, narrowInts } from '../../node-libvirt/src/testing/random-value.ts';
import { encode } from './verdict.ts';

/** A type that is compared. */
export interface ComparedType extends WireType {
  /** C has fewer than 32 bits for one of its members. */
  isNarrow: boolean;
}

/** What both sides are given of one type. */
export interface Samples {
  good: readonly { value: unknown; bytes: Buffer }[];
  broken: readonly Buffer[];
}

const goodEach = 100;
const brokenEach = 300;

/** Random values as they are sent, and bytes that were made of them by breaking; the same for the same seed. */
export function samplesOf({ name, codec, isNarrow }: ComparedType, seed: number): Samples {
  const values = fc.sample(arbitraryOf(codec, isNarrow ? narrowInts : undefined), {
    seed,
    numRuns: goodEach,
  });
  const good = values.map((value) => {
    const bytes = encode(codec, value);
    if (!bytes) throw new Error(`a random value of ${name} cannot be sent`);
    return { value, bytes };
  });
  const random = randomFrom(seed);
  const broken = Array.from({ length: brokenEach }, (_, at) =>
    mutate(good[at % goodEach]?.bytes ?? Buffer.alloc(0), random),
  );
  return { good, broken };
}
