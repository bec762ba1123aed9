import type { ChaosWorld } from '../chaos-world.ts';
import { pictureOf } from '../picture.ts';

/**
 * The picture of the world as lines, without what tells of the way to it:
 * - generation counts the user's changes; what is compared is whether each condition was judged by the latest one.
 */
export function endState(world: ChaosWorld): string[] {
  return pictureOf(world).flatMap((piece) => {
    const object = JSON.parse(piece) as { metadata?: { generation?: number } };
    return JSON.stringify(object, latest(object.metadata?.generation), 1).split('\n');
  });
}

function latest(generation: number | undefined) {
  return (key: string, value: unknown): unknown => {
    if (key === 'generation') return undefined;
    if (key !== 'observedGeneration') return value;
    return value === generation ? 'the latest' : `${value} of ${generation}`;
  };
}

/** Where the second of two end states is not the first, with some lines around the first difference; empty when equal. */
export function differences(expected: readonly string[], actual: readonly string[]): string[] {
  const at = expected.findIndex((line, index) => line !== actual[index]);
  if (at < 0 && expected.length === actual.length) return [];
  const from = at < 0 ? expected.length : at;
  const around = (lines: readonly string[]) => lines.slice(Math.max(0, from - 6), from + 8).join('\n');
  return [`ends as\n${around(actual)}\nand, made afresh, would as\n${around(expected)}`];
}
