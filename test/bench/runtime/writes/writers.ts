/** A VM by name. */
export interface Target {
  namespace: string;
  name: string;
}

/**
 * `runtime` is our Transport; `stock` client-node's CustomObjectsApi; `memoised` the same with one dispatcher for all
 * calls, which client-node makes anew for each.
 */
export type WritingClient = 'runtime' | 'stock' | 'memoised';

/** Each call writes another number into the status of its VM, compare-and-swap. */
export type Write = () => Promise<void>;

/** One writer for each target, by one client. */
type OpenWriters = (kubeconfigPath: string, targets: readonly Target[]) => Promise<Write[]>;

/** Loads only what the client needs. */
export async function writerOf(client: WritingClient): Promise<OpenWriters> {
  if (client === 'runtime') return (await import('./runtime.ts')).openWriters;
  const { openWriters } = await import('./stock.ts');
  return (kubeconfigPath, targets) =>
    openWriters(kubeconfigPath, targets, { memoised: client === 'memoised' });
}
