import { readableQuantity } from '../../api/quantity.ts';
import type { HostFacts } from '../../hypervisor/hypervisor.ts';
import type { HostLink } from './connections.ts';

/**
 * More than any machine has: Linux is built for so many CPUs at most; and of so much memory (512 TiB) the largest
 * over-commit is still counted exactly.
 */
const most = { cpus: 8192, memoryBytes: 2 ** 49, cells: 256 };

/**
 * By so much of the whole the sum of NUMA cells may be above it: both numbers are asked one after the other. That it is far
 * below is no wonder, and no harm: cells tell late of memory that is plugged in, and nothing of CPUs that are off.
 */
const tolerance = 0.25;

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a host says of itself that cannot be, as a clause: `it has -1 CPUs`; undefined when it may well be. */
export function implausible(facts: HostFacts): string | undefined {
  const { cpu, memoryBytes, numaCells, hostUUID } = facts;
  const clauses = [
    uuidPattern.test(hostUUID) ? undefined : `its uuid is "${hostUUID.slice(0, 40)}"`,
    isCount(cpu.count, 1, most.cpus) ? undefined : `it has ${cpu.count} CPUs`,
    isCount(memoryBytes, 1, most.memoryBytes) ? undefined : `it has ${bytes(memoryBytes)} of memory`,
    ...(['sockets', 'cores', 'threads'] as const).map((part) =>
      isCount(cpu[part], 0, most.cpus) ? undefined : `its CPUs have ${cpu[part]} ${part}`,
    ),
    cellFault(numaCells),
    exceeds(sum(numaCells.map(({ cpus }) => cpus)), cpu.count)
      ? `its NUMA cells have ${sum(numaCells.map(({ cpus }) => cpus))} CPUs, and it has ${cpu.count}`
      : undefined,
    exceeds(sum(numaCells.map((cell) => cell.memoryBytes)), memoryBytes)
      ? `its NUMA cells have ${bytes(sum(numaCells.map((cell) => cell.memoryBytes)))} of memory, and it has ${bytes(memoryBytes)}`
      : undefined,
    exceeds(inHugePages(numaCells), memoryBytes)
      ? `it has ${bytes(inHugePages(numaCells))} of memory in huge pages, and ${bytes(memoryBytes)} in all`
      : undefined,
  ];
  return clauses.find((clause) => clause !== undefined);
}

/** The facts as a part of a link. */
export function judged(facts: HostFacts): Pick<HostLink, 'facts' | 'nonsense'> {
  const nonsense = implausible(facts);
  return nonsense === undefined ? { facts } : { facts, nonsense };
}

/** What the host said of itself when it was last connected, if that can be. */
export function soundFacts(link: HostLink | undefined): HostFacts | undefined {
  return link?.nonsense === undefined ? link?.facts : undefined;
}

function cellFault(cells: HostFacts['numaCells']): string | undefined {
  const ids = new Set<number>();
  if (cells.length > most.cells) return `it has ${cells.length} NUMA cells`;
  for (const { id, cpus, memoryBytes, hugePages } of cells) {
    if (!isCount(id, 0, 2 ** 31 - 1)) return `one of its NUMA cells has the number ${id}`;
    if (ids.has(id)) return `two of its NUMA cells have the number ${id}`;
    ids.add(id);
    // Cells of CPUs alone, and of memory alone, are real.
    if (!isCount(cpus, 0, most.cpus)) return `its NUMA cell ${id} has ${cpus} CPUs`;
    if (!isCount(memoryBytes, 0, most.memoryBytes))
      return `its NUMA cell ${id} has ${bytes(memoryBytes)} of memory`;
    for (const { pageBytes, count } of hugePages)
      if (!isCount(pageBytes, 1, most.memoryBytes) || !isCount(count, 0, most.memoryBytes))
        return `its NUMA cell ${id} has ${count} huge pages of ${bytes(pageBytes)}`;
  }
  return undefined;
}

function inHugePages(cells: HostFacts['numaCells']): number {
  return sum(cells.flatMap(({ hugePages }) => hugePages.map(({ pageBytes, count }) => pageBytes * count)));
}

function exceeds(ofCells: number, whole: number): boolean {
  return ofCells > (1 + tolerance) * whole;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

function isCount(amount: number, least: number, largest: number): boolean {
  return Number.isInteger(amount) && amount >= least && amount <= largest;
}

function bytes(amount: number): string {
  return Number.isFinite(amount) ? readableQuantity(amount) : `${amount}`;
}
