/**
 * Amounts by resource. Any name is a dimension of its own, used for the first time without ceremony: `cpu` (whole virtual
 * CPUs), `memory` (bytes), `hugepages-2Mi` (bytes), `named/licence` (pieces).
 */
export type Resources = Readonly<Record<string, number>>;

export const cpu = 'cpu';
export const memory = 'memory';

/** 256 TiB: more than a VM asks of anything; so sums of what the VMs of one host ask stay below 2^53, and exact. */
const largestRequest = 2 ** 48;

/** 8 PiB: more than a host has of anything. */
const largestLimit = 2 ** 53;

/**
 * The amount as it is counted: parts are rounded up to 1/1024, so that sums are exact and do not depend on the order in
 * which VMs come and go. NaN for what cannot be true of a VM: NaN, negative, astronomic.
 */
export function countedRequest(amount: number): number {
  if (!(amount >= 0 && amount <= largestRequest)) return Number.NaN;
  return Number.isInteger(amount) ? amount : Math.ceil(amount * 1024) / 1024;
}

/** NaN for what cannot be true of a host. */
export function countedLimit(amount: number): number {
  return amount >= 0 && amount <= largestLimit ? amount : Number.NaN;
}

/** Memory in huge pages, by the size of a page such as `2Mi`. */
export const hugePages = (pageSize: string) => `hugepages-${pageSize}`;

/** The size of the pages, where the resource is memory in huge ones. */
export function hugePageSizeOf(resource: string): string | undefined {
  return resource.startsWith('hugepages-') ? resource.slice('hugepages-'.length) : undefined;
}

/** Whether it is memory of guests, in huge pages or not: all that is counted in bytes; everything else is in pieces. */
export function isMemory(resource: string): boolean {
  return resource === memory || resource.startsWith('hugepages-');
}

/** Bytes of memory of both kinds. */
export function memoryOf(requests: Resources): number {
  let bytes = 0;
  for (const name in requests) if (isMemory(name)) bytes += requests[name] ?? 0;
  return bytes;
}

/** Whether a NUMA cell has its own share of the resource; of all others there is the host's alone. */
export function isOfCells(resource: string): boolean {
  return resource === cpu || isMemory(resource);
}

const named = 'named/';

/** What an admin has given a name: pieces that few hosts have, which are counted and not given to guests. */
export const namedResource = (name: string) => `${named}${name}`;

/** Whether an admin has named it. */
export function isNamed(resource: string): boolean {
  return resource.startsWith(named);
}

/** As the admin named it, and others as they are. */
export function nameOf(resource: string): string {
  return isNamed(resource) ? resource.slice(named.length) : resource;
}
