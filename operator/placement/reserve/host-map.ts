import type { Labels } from '../model/selector.ts';

/** Which hosts are near each other: in one failure domain, or with the same value of a label. Drawn when asked for. */
export class HostMap {
  readonly #hosts: ReadonlyMap<string, { labels: Labels }>;
  readonly #topologyKey: string;
  #byDomain: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #byLabel = new Map<string, ReadonlyMap<string | undefined, readonly string[]>>();

  /** `topologyKey`: the label that says what fails as one; a host without it fails alone. */
  constructor(hosts: ReadonlyMap<string, { labels: Labels }>, topologyKey: string) {
    this.#hosts = hosts;
    this.#topologyKey = topologyKey;
  }

  /** Hosts came, went or have other labels. */
  redraw(): void {
    this.#byDomain = undefined;
    this.#byLabel.clear();
  }

  domainOf(name: string): string {
    const value = this.#hosts.get(name)?.labels[this.#topologyKey];
    return value === undefined ? `host ${name}` : `value ${value}`;
  }

  /** The hosts that fail with this one, itself among them. */
  failingWith(name: string): readonly string[] {
    this.#byDomain ??= Map.groupBy(this.#hosts.keys(), (host) => this.domainOf(host));
    return this.#byDomain.get(this.domainOf(name)) ?? [];
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

  /** Hosts that share its values of all of these labels with the host, itself among them; none when it lacks one. */
  alike(name: string, keys: readonly string[]): readonly string[] {
    const values = keys.map((key) => [key, this.#hosts.get(name)?.labels[key]] as const);
    const [first, ...others] = values;
    if (!first || values.some(([, value]) => value === undefined)) return [];
    const hosts = this.#valuesOf(first[0]).get(first[1]) ?? [];
    if (others.length === 0) return hosts;
    return hosts.filter((host) =>
      others.every(([key, value]) => this.#hosts.get(host)?.labels[key] === value),
    );
  }

  #valuesOf(key: string): ReadonlyMap<string | undefined, readonly string[]> {
    const known = this.#byLabel.get(key);
    if (known) return known;
    const values = Map.groupBy(this.#hosts.keys(), (host) => this.#hosts.get(host)?.labels[key]);
    this.#byLabel.set(key, values);
    return values;
  }
}
