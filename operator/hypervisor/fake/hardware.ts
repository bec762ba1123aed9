import { cellOf, parseDomain } from '../../domain/read.ts';
import { type HostFacts, HypervisorError, type NumaCell } from '../hypervisor.ts';

/**
 * Refuses to start a domain for which the host has not the hardware, as libvirt and QEMU do.
 * @throws HypervisorError `Failed`
 */
export function checkHardware(xml: string, facts: HostFacts, running: readonly string[]): void {
  const domain = parseDomain(xml);
  const { hugePageBytes } = domain;
  const cell = cellOf(domain);
  const cells = facts.numaCells.filter(({ id }) => cell === undefined || id === cell);
  if (cell !== undefined && cells.length === 0)
    throw new HypervisorError('Invalid', `unsupported configuration: NUMA node ${cell} is unavailable`);
  if (hugePageBytes === undefined) return;
  const free = pagesOf(cells, hugePageBytes) - sum(running.map((one) => takenBy(one, hugePageBytes)));
  if (takenBy(xml, hugePageBytes) > free)
    throw new HypervisorError('Failed', 'unable to map backing store for guest RAM: Cannot allocate memory');
}

/** In bytes, as all amounts here. */
function pagesOf(cells: readonly NumaCell[], hugePageBytes: number): number {
  const pages = cells.flatMap(({ hugePages }) => hugePages);
  return sum(
    pages.filter(({ pageBytes }) => pageBytes === hugePageBytes).map((one) => one.count * hugePageBytes),
  );
}

function takenBy(xml: string, pageBytes: number): number {
  const { hugePageBytes, memoryBytes } = parseDomain(xml);
  return hugePageBytes === pageBytes ? memoryBytes : 0;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, one) => total + one, 0);
}
