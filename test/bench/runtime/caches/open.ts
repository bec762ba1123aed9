/**
 * Who fills its caches: `runtime` is one Reflector with its Store, `stock` client-node's informer of the same kind,
 * `operator` the whole operator, which stands by for another one that leads.
 */
export type CacheClient = 'runtime' | 'stock' | 'operator';

export interface CacheSource {
  kubeconfigPath: string;
  /** Only the VMs of this namespace are seen. */
  namespace: string;
}

/** Fills caches; gives what tells how many VMs are in them. */
type Open = (source: CacheSource) => Promise<() => number>;

/** Loads only what the client needs, so that nobody pays for another's code. */
export async function openerOf(client: CacheClient): Promise<Open> {
  switch (client) {
    case 'runtime':
      return (await import('./runtime.ts')).openRuntime;
    case 'stock':
      return (await import('./stock.ts')).openStock;
    case 'operator':
      return (await import('./operator.ts')).openOperator;
  }
}
