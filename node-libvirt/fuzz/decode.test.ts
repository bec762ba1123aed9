import { describe, expect, it } from 'vitest';
import { randomFrom } from '../src/testing/random.ts';
import { fuzzDecoders } from './decode.ts';
import { mutate } from './mutate.ts';

describe('broken packets of every type', () => {
  it('are refused by the one error that is declared for them, or happen to be good', () => {
    const before = process.memoryUsage().rss;
    const { packets, refused } = fuzzDecoders(100_000, 20_261_125);
    expect(packets).toBe(100_000);
    // Both must happen, or it is no test.
    expect(refused).toBeGreaterThan(10_000);
    expect(refused).toBeLessThan(90_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
  });

  it('are the same for the same seed', () => {
    const bytes = Buffer.from('0123456789abcdef');
    const some = (seed: number) => {
      const random = randomFrom(seed);
      return Array.from({ length: 20 }, () => mutate(bytes, random).toString('hex'));
    };
    expect(some(1)).toEqual(some(1));
    expect(some(1)).not.toEqual(some(2));
    expect(new Set(some(1)).size).toBeGreaterThan(15);
  });
});
