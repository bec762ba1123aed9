import { EncodeError } from '../errors.ts';

/**
 * How many bytes of a map to ask for: room for 8192 CPUs, the most that Linux can be built for. A server fills up with
 * zeros.
 */
export const cpuMapBytes = 1024;

/** Numbers of CPUs as libvirt's bits, the lowest first. @throws EncodeError for what is no number of a CPU */
export function encodeCpuMap(cpus: readonly number[]): Uint8Array {
  if (cpus.some((cpu) => !Number.isInteger(cpu) || cpu < 0 || cpu >= cpuMapBytes * 8))
    throw new EncodeError(`CPUs are numbered from 0 to ${cpuMapBytes * 8 - 1}: ${cpus.join(', ')}`);
  const map = new Uint8Array(Math.floor(Math.max(0, ...cpus) / 8) + 1);
  for (const cpu of cpus) map[cpu >> 3] = (map[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return map;
}

/** The numbers of the CPUs whose bits are set, in ascending order. */
export function decodeCpuMap(map: Uint8Array): number[] {
  const cpus: number[] = [];
  for (const [index, byte] of map.entries())
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) cpus.push(index * 8 + bit);
  return cpus;
}

/** Several maps of `bytesEach` behind one another. */
export function decodeCpuMaps(maps: Uint8Array, bytesEach: number, count: number): number[][] {
  return Array.from({ length: count }, (_, index) =>
    decodeCpuMap(maps.subarray(index * bytesEach, (index + 1) * bytesEach)),
  );
}

/**
 * Numbers of a list such as `0-3,8`, which is libvirt's text form. What is no number is left out, and what comes after as
 * many as there can be, so that a long list of long ranges costs neither memory nor time.
 */
export function parseCpuList(text: string): number[] {
  const cpus: number[] = [];
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? [];
    if (first === undefined) continue;
    for (let cpu = Number(first); cpu <= Number(last) && cpus.length < cpuMapBytes * 8; cpu++) cpus.push(cpu);
  }
  return cpus;
}
