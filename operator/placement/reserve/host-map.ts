import type { Labels } from '../model/selector.ts';

/** Which hosts are near each other: in one failure domain, or with the same value of a label. Drawn when asked for. */
export class HostMap {
  readonly #hosts: ReadonlyMap<string, { labels: Labels }>;
  readonly #domainOf: (name: string) => string;
  #byDomain: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #byLabel = new Map<string, ReadonlyMap<string | undefined, readonly string[]>>();

  constructor(hosts: ReadonlyMap<string, { labels: Labels }>, domainOf: (name: string) => string) {
    this.#hosts = hosts;
    this.#domainOf = domainOf;
  }

  /** Hosts came, went or have other labels. */
  redraw(): void {
    this.#byDomain = undefined;
    this.#byLabel.clear();
  }

  /** The hosts of each failure domain. */
  domains(): ReadonlyMap<string, readonly string[]> {
    this.#byDomain ??= Map.groupBy(this.#hosts.keys(), this.#domainOf);
    return this.#byDomain;
  }

  /** The hosts of the failure domain. */
  failingWith(domain: string): readonly string[] {
    return this.domains().get(domain) ?? [];
  }

  /** The host, and those that share its value of one of these labels. */
  near(name: string, keys: readonly string[]): Set<string> {
    const near = new Set([name]);
    for (const key of keys) {
      const value = this.#hosts.get(name)?.labels[key];
      if (value !== undefined) for (const host of this.#valuesOf(key).get(value) ?? []) near.add(host);
    }
    return near;
  }

  #valuesOf(key: string): ReadonlyMap<string | undefined, readonly string[]> {
    const known = this.#byLabel.get(key);
    if (known) return known;
    const values = Map.groupBy(this.#hosts.keys(), (host) => this.#hosts.get(host)?.labels[key]);
    this.#byLabel.set(key, values);
    return values;
  }
}
