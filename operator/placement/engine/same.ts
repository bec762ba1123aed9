/** Whether two records have the same members; NaN is the same as NaN. */
export function sameRecords<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): boolean {
  if (a === b) return true;
  let members = 0;
  for (const key in a) {
    if (!Object.hasOwn(b, key) || !Object.is(a[key], b[key])) return false;
    members += 1;
  }
  for (const _ in b) members -= 1;
  return members === 0;
}

/** Whether two lists, or undefined, say the same in the same order; told by JSON, so plain data only. */
export function sameLists(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
