import type { Reading } from './row.ts';

/** What virsh printed, as it is. */
export const text: Reading = (stdout) => stdout;

/** Lines without order, which the clients sort each in its own way. */
export const names: Reading = (stdout) =>
  linesOf(stdout)
    .map((line) => line.trim())
    .toSorted();

/** One word of each line, without order. */
export const column =
  (index: number): Reading =>
  (stdout) =>
    linesOf(stdout)
      .map((line) => line.trim().split(/\s+/)[index])
      .toSorted();

/** The words of each line. */
export const rowsOf: Reading = (stdout) => linesOf(stdout).map((line) => line.trim().split(/\s+/));

/** Lines of a name and a value, between which stand colons, equals signs or blanks. */
export function pairs(stdout: string): Record<string, string> {
  const entries = linesOf(stdout).flatMap((line) => {
    const [, name, value] =
      /^\s*(.*?)\s*[:=]\s*(.*?)\s*$/.exec(line) ?? /^\s*(\S+)\s+(.*?)\s*$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Names alone, of values that no two moments have in common. */
export const pairNames: Reading = (stdout) => Object.keys(pairs(stdout)).toSorted();

export const linesOf = (stdout: string) => stdout.split('\n').filter((line) => line.trim() !== '');

/** CPUs of a bit map as virsh prints them: `0-2,5`. */
export function cpuRanges(map: Uint8Array): string {
  const set = [...map].flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => index * 8 + bit),
  );
  const firsts = set.filter((cpu) => !set.includes(cpu - 1));
  const lasts = set.filter((cpu) => !set.includes(cpu + 1));
  return firsts
    .map((first, index) => (first === lasts[index] ? `${first}` : `${first}-${lasts[index]}`))
    .join();
}
