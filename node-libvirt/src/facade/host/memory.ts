import type { Connection } from '../../connection/connection.ts';
import type { CallOptions } from '../../connection/pending-call.ts';
import { type TypedValue, typedParameterMap } from '../../protocol/typed-parameter.ts';
import { AllocPagesFlag } from '../constants/index.ts';
import { nodeMemoryParameters } from '../parameter-types.ts';
import { type ParametersOf, stringOkay, typedParameters } from '../parameters.ts';

/** libvirt: VIR_NODE_MEMORY_STATS_ALL_CELLS; also the whole host where cells are counted. */
const allCells = -1;

/** Huge pages of NUMA cells. */
export interface PageAllocation {
  /** How many pages by their size in KiB. */
  counts: ReadonlyMap<number, bigint>;
  /** Default: spread over the whole host. */
  cells?: { first: number; count: number } | undefined;
  /** Add to those there are, in place of making them as many. */
  add?: boolean | undefined;
}

/** The memory of a host. */
export class HostMemory {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** By kind (total, free, buffers, cached), in bytes, of one NUMA cell or all (libvirt: virNodeGetMemoryStats). */
  async statsBytes(cell = allCells, options?: CallOptions): Promise<ReadonlyMap<string, bigint>> {
    const ask = (nparams: number) =>
      this.#connection.call('nodeGetMemoryStats', { nparams, cellNum: cell, flags: 0 }, options);
    const { nparams } = await ask(0);
    const { params } = await ask(nparams);
    return new Map(params.map(({ field, value }) => [field, value * 1024n]));
  }

  /** Of each cell, how many pages of these sizes are free, by size in KiB; of the whole host at once unless given (libvirt: virNodeGetFreePages). */
  async freePages(
    pageSizesKiB: readonly number[],
    cells: { first: number; count: number } = { first: allCells, count: 1 },
    options?: CallOptions,
  ): Promise<ReadonlyMap<number, bigint>[]> {
    const args = { pages: [...pageSizesKiB], startCell: cells.first, cellCount: cells.count, flags: 0 };
    const { counts } = await this.#connection.call('nodeGetFreePages', args, options);
    const each = Math.max(1, pageSizesKiB.length);
    return Array.from(
      { length: Math.floor(counts.length / each) },
      (_, cell) => new Map(pageSizesKiB.map((size, index) => [size, counts[cell * each + index] ?? 0n])),
    );
  }

  /** Makes huge pages, or gives them back; tells how many counts it has set, one for each cell and size (libvirt: virNodeAllocPages). */
  async allocatePages(allocation: PageAllocation, options?: CallOptions): Promise<number> {
    const { counts, cells = { first: allCells, count: 1 }, add = false } = allocation;
    const args = {
      pageSizes: [...counts.keys()],
      pageCounts: [...counts.values()],
      startCell: cells.first,
      cellCount: cells.count,
      flags: add ? AllocPagesFlag.Add : AllocPagesFlag.Set,
    };
    return (await this.#connection.call('nodeAllocPages', args, options)).ret;
  }

  /** How equal pages are merged, by libvirt's names (libvirt: virNodeGetMemoryParameters). */
  async parameters(options?: CallOptions): Promise<ReadonlyMap<string, TypedValue>> {
    const ask = (nparams: number) =>
      this.#connection.call('nodeGetMemoryParameters', { nparams, flags: stringOkay }, options);
    const { nparams } = await ask(0);
    return typedParameterMap(nparams === 0 ? [] : (await ask(nparams)).params);
  }

  /** libvirt: virNodeSetMemoryParameters. */
  async setParameters(
    values: ParametersOf<typeof nodeMemoryParameters>,
    options?: CallOptions,
  ): Promise<void> {
    const args = { params: typedParameters(nodeMemoryParameters, values), flags: 0 };
    await this.#connection.call('nodeSetMemoryParameters', args, options);
  }
}
