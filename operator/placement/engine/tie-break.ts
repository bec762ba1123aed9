/**
 * A whole number for a name, by FNV-1a over its UTF-16 units. Made once for each host, so that a decision only mixes
 * numbers.
 */
export function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash;
}

/**
 * Orders equal hosts differently for each VM, so that they share what comes (rendezvous hashing). The same names always
 * give the same order. The mixing is the finalizer of MurmurHash3.
 */
export function mixed(vmHash: number, hostHash: number): number {
  let hash = vmHash ^ Math.imul(hostHash, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
