import type { Step } from '../scenario.ts';

export const hostNames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `h${index + 1}`);

export const staticHosts = (...names: string[]) => names.map((name) => ({ name, address: name }));

/** Machines h1, h2, … and the Secret by which they are reached. */
export function machines(count: number): Step[] {
  return [...hostNames(count).map((name) => ({ addMachine: name })), { putSecret: 'good' }];
}

/** The same in a pool `default`. */
export function poolOf(count: number): Step[] {
  return [...machines(count), { putPool: { staticHosts: staticHosts(...hostNames(count)) } }];
}
