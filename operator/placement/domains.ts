interface Domain {
  count: number;
  members: ReadonlySet<string>[];
}

/** How many VMs that a rule is about are in each domain of a topology key, and one of them to name. */
export class DomainCounts {
  readonly #byValue = new Map<string, Domain>();
  readonly #except: string;

  /** `except` is the VM that is asked about: never counted, never named. */
  constructor(except: string) {
    this.#except = except;
  }

  /** Adds the VMs of one host of the domain. */
  add(value: string, members: ReadonlySet<string>): void {
    const count = members.size - (members.has(this.#except) ? 1 : 0);
    if (count === 0) return;
    const found = this.#byValue.get(value);
    if (!found) this.#byValue.set(value, { count, members: [members] });
    else {
      found.count += count;
      found.members.push(members);
    }
  }

  count(value: string): number {
    return this.#byValue.get(value)?.count ?? 0;
  }

  /** The first by name, so that the message does not depend on the order. */
  example(value: string): string | undefined {
    let first: string | undefined;
    for (const members of this.#byValue.get(value)?.members ?? []) {
      for (const id of members) {
        if (id !== this.#except && (first === undefined || id < first)) first = id;
      }
    }
    return first;
  }

  get isEmpty(): boolean {
    return this.#byValue.size === 0;
  }
}
