const comparable = /^(0|[1-9][0-9]*)$/;

/**
 * Orders two resourceVersions of one kind: negative when `a` is older, 0 when equal, positive when newer.
 * Legal since Kubernetes 1.35 (KEP-5504): decimal digits without leading zero, so the longer string is the greater
 * and equal lengths compare as text. They may have 128 bits: a Number would lose digits.
 * @throws Error when one is not of that form.
 */
export function compareResourceVersions(a: string, b: string): number {
  for (const version of [a, b]) {
    if (!comparable.test(version)) {
      throw new Error(`resourceVersion "${version}" cannot be compared: it must be a decimal number`);
    }
  }
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
