import type { Labels } from '../../placement/model/selector.ts';

interface Labelled {
  namespace: string;
  labels: Labels;
}

/** The labels that VMs wait with, by namespace; each once, however many VMs have them. */
export class WaitingKinds {
  readonly #byNamespace = new Map<string, Map<string, { labels: Labels; count: number }>>();

  add({ namespace, labels }: Labelled): void {
    const kinds = this.#byNamespace.get(namespace) ?? new Map();
    this.#byNamespace.set(namespace, kinds);
    const key = JSON.stringify(labels);
    kinds.set(key, { labels, count: (kinds.get(key)?.count ?? 0) + 1 });
  }

  remove({ namespace, labels }: Labelled): void {
    const kinds = this.#byNamespace.get(namespace);
    const kind = kinds?.get(JSON.stringify(labels));
    if (!kinds || !kind) return;
    kind.count -= 1;
    if (kind.count === 0) kinds.delete(JSON.stringify(labels));
    if (kinds.size === 0) this.#byNamespace.delete(namespace);
  }

  in(namespace: string): Labels[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])].map(({ labels }) => labels);
  }
}
