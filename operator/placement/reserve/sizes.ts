import { countedRequest } from '../model/resources.ts';

/** More than any host has, for a request that cannot be. */
const boundless = 2 ** 48;

/** As a plan counts what is asked for. */
export function sizeOf(request: number): number {
  const size = countedRequest(request);
  return Number.isNaN(size) ? boundless : size;
}
