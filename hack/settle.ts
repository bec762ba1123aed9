/**
 * The values of all, as Promise.all gives them; when some fail, the first error once every one has ended: what still
 * writes files would race whoever takes down after a failure.
 */
export async function settleAll<T extends readonly unknown[]>(
  work: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T>;
export async function settleAll<T>(work: readonly Promise<T>[]): Promise<T[]>;
export async function settleAll(work: readonly Promise<unknown>[]): Promise<unknown[]> {
  let first: { error: unknown } | undefined;
  const noting = work.map((one) =>
    one.catch((error: unknown) => {
      first ??= { error };
    }),
  );
  const values = await Promise.all(noting);
  if (first) throw first.error;
  return values;
}
