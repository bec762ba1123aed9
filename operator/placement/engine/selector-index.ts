import { type Labels, matches, type Requirement, type Selector } from '../model/selector.ts';

/**
 * Finds which of many selectors select an object without trying them all: each is filed under a label that it cannot do
 * without, or with those that name none.
 */
export class SelectorIndex<T extends { readonly selector: Selector }> {
  readonly #byAnchor = new Map<string, Set<T>>();
  readonly #anywhere = new Set<T>();

  add(item: T): void {
    const anchors = this.#choose(item.selector);
    if (!anchors) this.#anywhere.add(item);
    for (const anchor of anchors ?? []) {
      const filed = this.#byAnchor.get(anchor);
      if (filed) filed.add(item);
      else this.#byAnchor.set(anchor, new Set([item]));
    }
  }

  remove(item: T): void {
    this.#anywhere.delete(item);
    for (const anchors of anchorsOf(item.selector)) {
      for (const anchor of anchors) {
        const filed = this.#byAnchor.get(anchor);
        if (filed?.delete(item) && filed.size === 0) this.#byAnchor.delete(anchor);
      }
    }
  }

  /** The items whose selectors select these labels, in no order. */
  select(labels: Labels): Set<T> {
    const selected = new Set<T>();
    const collect = (items: Iterable<T>) => {
      for (const item of items) if (matches(item.selector, labels)) selected.add(item);
    };
    collect(this.#anywhere);
    for (const key in labels) {
      collect(this.#byAnchor.get(pair(key, labels[key] as string)) ?? []);
      collect(this.#byAnchor.get(presence(key)) ?? []);
    }
    return selected;
  }

  /** Of the labels without which the selector selects nothing, those that fewest selectors are filed under so far. */
  #choose(selector: Selector): string[] | undefined {
    let best: string[] | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const anchors of anchorsOf(selector)) {
      let filed = 0;
      for (const anchor of anchors) filed += this.#byAnchor.get(anchor)?.size ?? 0;
      if (filed >= fewest) continue;
      best = anchors;
      fewest = filed;
    }
    return best;
  }
}

/** Finds the objects that a selector may select, by their labels, without trying them all. */
export class LabelIndex<T extends { readonly labels: Labels }> {
  readonly #all = new Set<T>();
  readonly #byAnchor = new Map<string, Set<T>>();

  add(item: T): void {
    this.#all.add(item);
    for (const key in item.labels) {
      for (const anchor of [pair(key, item.labels[key] as string), presence(key)]) {
        const filed = this.#byAnchor.get(anchor);
        if (filed) filed.add(item);
        else this.#byAnchor.set(anchor, new Set([item]));
      }
    }
  }

  remove(item: T): void {
    this.#all.delete(item);
    for (const key in item.labels) {
      for (const anchor of [pair(key, item.labels[key] as string), presence(key)]) {
        const filed = this.#byAnchor.get(anchor);
        if (filed?.delete(item) && filed.size === 0) this.#byAnchor.delete(anchor);
      }
    }
  }

  /** The items that the selector selects, in no order. */
  select(selector: Selector): T[] {
    const selected: T[] = [];
    for (const items of this.#narrowest(selector)) {
      for (const item of items) if (matches(selector, item.labels)) selected.push(item);
    }
    return selected;
  }

  #narrowest(selector: Selector): Iterable<T>[] {
    let best: Iterable<T>[] = [this.#all];
    let fewest = this.#all.size;
    for (const anchors of anchorsOf(selector)) {
      const filed = anchors.map((anchor) => this.#byAnchor.get(anchor) ?? new Set<T>());
      const size = filed.reduce((sum, items) => sum + items.size, 0);
      if (size >= fewest) continue;
      best = filed;
      fewest = size;
    }
    return best;
  }
}

/** The label keys that the selector names. */
export function keysOf({ matchLabels = {}, matchExpressions = [] }: Selector): string[] {
  return [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)];
}

/**
 * For each part of the selector that asks for a label: the anchors of which an object must have one. Anchors of one part
 * exclude each other, so that no object is found twice.
 */
function anchorsOf({ matchLabels, matchExpressions }: Selector): string[][] {
  const parts: string[][] = [];
  for (const key in matchLabels) parts.push([pair(key, matchLabels[key] as string)]);
  for (const requirement of matchExpressions ?? []) {
    const anchors = anchorsOfRequirement(requirement);
    if (anchors) parts.push(anchors);
  }
  return parts;
}

function anchorsOfRequirement({ key, operator, values = [] }: Requirement): string[] | undefined {
  if (operator === 'In') return [...new Set(values)].map((value) => pair(key, value));
  if (operator === 'NotIn' || operator === 'DoesNotExist') return undefined;
  return [presence(key)];
}

// With the key's length, or another pair of key and value could read the same.
const pair = (key: string, value: string) => `${key.length} ${key}=${value}`;
const presence = (key: string) => `? ${key}`;
