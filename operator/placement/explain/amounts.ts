import { cpu, hugePageSizeOf, isMemory, nameOf } from '../model/resources.ts';

/** `1.5Gi`, `2`: an amount of a resource for a person, rounded up, so that what is said to be missing is enough. */
export function amountOf(resource: string, amount: number): string {
  return isMemory(resource) ? bytes(amount) : `${Math.ceil(amount * 1000) / 1000}`;
}

/** `1.5Gi of memory`, `512Mi in huge pages of 2Mi`, `1 CPU`, `2 CPUs`, `1 gpu-a100`. */
export function phraseOf(resource: string, amount: number): string {
  if (resource === cpu && amountOf(cpu, amount) === '1') return '1 CPU';
  const link = hugePageSizeOf(resource) ? ' in' : ' of';
  return `${amountOf(resource, amount)}${isMemory(resource) ? link : ''} ${wordOf(resource)}`;
}

/** An amount that a person would ask for: whole ones, memory in Mi, or in Gi where it is that much. */
export function roundedDown(resource: string, amount: number): number {
  const units = isMemory(resource) ? [2 ** 30, 2 ** 20] : [1];
  const unit = units.find((size) => amount >= size);
  return unit === undefined ? 0 : Math.floor(amount / unit) * unit;
}

/** The resource for a person: `memory`, `huge pages of 2Mi`, `CPUs`, `gpu-a100` of `named/gpu-a100`. */
export function wordOf(resource: string): string {
  if (resource === cpu) return 'CPUs';
  const pageSize = hugePageSizeOf(resource);
  if (pageSize !== undefined) return `huge pages of ${pageSize}`;
  return nameOf(resource);
}

function bytes(amount: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];
  let scaled = amount;
  let unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  return `${Math.ceil(scaled * 10) / 10}${units[unit]}`;
}
