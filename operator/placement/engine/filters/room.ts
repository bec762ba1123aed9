import { wordOf } from '../../explain/amounts.ts';
import { type Refusal, refusal } from '../../explain/refusal.ts';
import {
  countedRequest,
  cpu,
  hugePageSizeOf,
  isNamed,
  memory,
  type Resources,
} from '../../model/resources.ts';
import type { VmState } from '../../model/vm.ts';
import { cellRequests } from '../cells.ts';
import { keepRoom } from '../kernels.ts';
import type { Scene } from '../scene.ts';
import type { Filter } from './filter.ts';

/** The host has so much of the resource left. */
class Room implements Filter {
  readonly #resource: string;
  readonly #amount: number;

  constructor(resource: string, amount: number) {
    this.#resource = resource;
    this.#amount = amount;
  }

  keep(scene: Scene, rows: Int32Array, count: number): number {
    const dimension = scene.hosts.dimensions.get(this.#resource);
    // NaN, which an absurd request is counted as, is not below anything.
    return dimension ? keepRoom(rows, count, dimension.free, this.#amount) : 0;
  }

  refusals(scene: Scene): (row: number) => Refusal {
    const word = wordOf(this.#resource);
    const lacking = { ...refusal('Resource', 'lacks', 'lack', word), resource: this.#resource };
    const mayBeAbsent = isNamed(this.#resource) || hugePageSizeOf(this.#resource) !== undefined;
    if (!mayBeAbsent) return () => lacking;
    const without = refusal('Resource', 'has', 'have', `no ${word}`);
    const limits = (row: number) => scene.hosts.state(row)?.limits[this.#resource] ?? 0;
    return (row) => (limits(row) === 0 ? without : lacking);
  }

  missing(scene: Scene): (row: number) => number {
    const free = scene.hosts.dimensions.get(this.#resource)?.free;
    return (row) => this.#amount - (free?.[row] ?? 0);
  }
}

/** Some NUMA cell of the host has what the VM wants from one. */
class CellRoom implements Filter {
  readonly #requests: Resources;

  constructor(requests: Resources) {
    this.#requests = requests;
  }

  keep({ hosts: { cells } }: Scene, rows: Int32Array, count: number): number {
    const fits = cells.fits(this.#requests);
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at] as number;
      rows[kept] = row;
      let number = cells.count(row) - 1;
      while (number >= 0 && !fits(row, number)) number -= 1;
      if (number >= 0) kept += 1;
    }
    return kept;
  }

  refusals({ hosts: { cells } }: Scene): (row: number) => Refusal {
    const divided = refusal('Cell', 'has', 'have', 'no NUMA cell with the room');
    const none = refusal('Cell', 'tells', 'tell', 'no NUMA cells');
    return (row) => {
      if (cells.count(row) === 0) return none;
      const resource = cells.shortage(row, this.#requests)?.resource;
      return resource === undefined ? divided : across(resource);
    };
  }

  missing({ hosts: { cells } }: Scene): (row: number) => number {
    return (row) => (cells.count(row) > 0 && cells.shortage(row, this.#requests)?.missing) || Number.NaN;
  }
}

/** The host has enough, as was asked before, but not in one of its cells. */
function across(resource: string): Refusal {
  return { ...refusal('Cell', 'has', 'have', `the ${wordOf(resource)} only across NUMA cells`), resource };
}

/** One filter for each resource that is asked for, the usual ones first, and one for the NUMA cell. */
export function roomFilters(vm: VmState): Filter[] {
  return [...resourceFilters(vm.requests), ...cellFilters(vm)];
}

/** For a VM that wants one cell. */
export function cellFilters({ requests, oneCell }: VmState): Filter[] {
  return oneCell ? [new CellRoom(cellRequests(requests))] : [];
}

function resourceFilters(requests: Resources): Filter[] {
  const rest = Object.keys(requests).filter((name) => name !== cpu && name !== memory);
  const names = [cpu, memory, ...(rest.length > 1 ? rest.sort() : rest)];
  return names.flatMap((name) => {
    const amount = countedRequest(requests[name] ?? 0);
    return amount === 0 ? [] : [new Room(name, amount)];
  });
}
