/**
 * A number that orders equal hosts differently for each VM, so that they share what comes (rendezvous hashing, by
 * FNV-1a). The same names always give the same order.
 */
export function tieBreak(vmId: string, hostName: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${vmId}\u0000${hostName}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  // FNV's low bits follow the last characters too closely where names differ only there.
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}
