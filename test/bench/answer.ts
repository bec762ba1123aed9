import { createInterface } from 'node:readline';

/**
 * A contestant's answer: the numbers in one line of JSON.
 * @throws Error that shows the line when it has not all of `keys`
 */
export function parseAnswer<K extends string>(line: string, keys: readonly K[]): Record<K, number> {
  const value = jsonOf(line);
  const isComplete = keys.every((key) => Number.isFinite(value?.[key]));
  if (!isComplete) throw new Error(`expected numbers for ${keys.join(', ')}, got: ${line}`);
  return value as Record<K, number>;
}

function jsonOf(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The other end of it, in a contestant's process: answers each line until there are no more. */
export async function answerEachLine(work: (ms: number) => Promise<Record<string, number>>): Promise<void> {
  for await (const line of createInterface(process.stdin)) answer(await work(Number(line)));
}

/** Says one answer. */
export function answer(value: Record<string, number>): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
