import { run } from '../command.ts';

/** Third octets of 192.168.X.0/24 that a lab may take: off the ranges that home routers and libvirt like. */
const candidates = Array.from({ length: 100 }, (_, index) => 150 + index);

/**
 * Management networks (first three octets) to try, in order: those that no address or route of the machine touches,
 * from a place that depends on the lab's name, so that labs that start at once seldom want the same.
 */
export function freeSubnets(labName: string, usedPrefixes: readonly string[]): string[] {
  const used = usedPrefixes.filter((prefix) => !prefix.startsWith('default')).map(parsePrefix);
  const start = [...labName].reduce(
    (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % candidates.length,
    0,
  );
  return [...candidates.slice(start), ...candidates.slice(0, start)]
    .map((octet) => `192.168.${octet}`)
    .filter((subnet) => !used.some((prefix) => overlap(prefix, parsePrefix(`${subnet}.0/24`))));
}

/** What the machine's routing knows: local addresses and every route, as `A.B.C.D` or `A.B.C.D/N`. */
export async function usedPrefixes(): Promise<string[]> {
  const routes = JSON.parse(await run('ip', ['-j', '-4', 'route', 'show', 'table', 'all'])) as {
    dst: string;
  }[];
  return routes.map((route) => route.dst);
}

interface Prefix {
  address: number;
  bits: number;
}

function parsePrefix(text: string): Prefix {
  const [address = '', bits = '32'] = text.split('/');
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { address: number, bits: Number(bits) };
}

function overlap(a: Prefix, b: Prefix): boolean {
  const size = 2 ** (32 - Math.min(a.bits, b.bits));
  return Math.floor(a.address / size) === Math.floor(b.address / size);
}
