/**
 * Those parts of a benchmark that were asked for, in the benchmark's order; none asked for: all.
 * @throws Error that names what there is
 */
export function chooseParts<T>(all: Readonly<Record<string, T>>, names: readonly string[]): T[] {
  const known = Object.keys(all);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`There is no part ${unknown}; there is: ${known.join(', ')}.`);
  return Object.entries(all).flatMap(([name, part]) =>
    names.length === 0 || names.includes(name) ? [part] : [],
  );
}
