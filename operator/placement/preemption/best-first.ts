/** A choice with its cost, or a cost above which there are choices: all of these come to light when it is opened. */
export type Node<C, T extends C> = { choice: T } | { bound: C; open: () => Iterable<Node<C, T>> };

/** The choices in order, the best first; nodes are opened when there is nothing better any more. */
export function* bestFirst<C, T extends C>(
  nodes: readonly Node<C, T>[],
  compare: (a: C, b: C) => number,
): Generator<T> {
  const cost = (node: Node<C, T>) => ('choice' in node ? node.choice : node.bound);
  const heap = new Heap<Node<C, T>>((a, b) => compare(cost(a), cost(b)));
  for (const node of nodes) heap.push(node);
  for (let node = heap.pop(); node; node = heap.pop()) {
    if ('choice' in node) yield node.choice;
    else for (const one of node.open()) heap.push(one);
  }
}

class Heap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#compare(items[above] as T, item) <= 0) break;
      items[at] = items[above] as T;
      at = above;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (items.length > 0) this.#sink(last as T);
    return first;
  }

  /** Puts the item in at the top. */
  #sink(item: T): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      const next = below + 1;
      if (next < items.length && this.#compare(items[next] as T, items[below] as T) < 0) below = next;
      if (this.#compare(items[below] as T, item) >= 0) break;
      items[at] = items[below] as T;
      at = below;
    }
    items[at] = item;
  }
}
