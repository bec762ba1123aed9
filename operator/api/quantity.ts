const factors: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/**
 * Bytes of a Kubernetes quantity as the schemas here admit it: decimal number and unit, no exponents and no milli.
 * Exact up to 8 PiB. @throws RangeError for anything else.
 */
export function parseBytes(quantity: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)([A-Za-z]{0,2})$/.exec(quantity);
  const factor = factors[match?.[2] ?? '?'];
  if (!match || factor === undefined)
    throw new RangeError(`"${quantity}" is no quantity of bytes, such as 512Mi or 4Gi`);
  return Math.ceil(Number(match[1]) * factor);
}

const steps = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'] as const;

/** Bytes as an exact quantity in the largest binary unit that needs no fraction: 4294967296 is "4Gi". */
export function exactQuantity(bytes: number): string {
  let unit = '';
  let amount = bytes;
  for (const step of steps) {
    if (amount === 0 || amount % 1024 !== 0) break;
    amount /= 1024;
    unit = step;
  }
  return `${amount}${unit}`;
}

/** Bytes for a person, with at most one decimal, rounded down so that what is said to be free is free: "1.5Gi". */
export function readableQuantity(bytes: number): string {
  if (bytes < 0) return `-${readableQuantity(-bytes)}`;
  let unit = '';
  let amount = bytes;
  for (const step of steps) {
    if (amount < 1024) break;
    amount /= 1024;
    unit = step;
  }
  return `${Math.floor(amount * 10) / 10}${unit}`;
}
