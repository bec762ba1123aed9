export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: readonly string[] | undefined;
}

/** All of it must hold; an empty selector selects everything. Kubernetes' label selector. */
export interface Selector {
  matchLabels?: Labels | undefined;
  matchExpressions?: readonly Requirement[] | undefined;
}

/** The label's value; undefined when absent. Own properties only: "constructor" is a lawful label key. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Whether the selector selects an object with these labels, by the rules of Kubernetes' label selectors. */
export function matches({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean {
  // A loop over keys: this runs for many hosts and VMs, and Object.entries would allocate each time.
  for (const key in matchLabels) {
    if (labelOf(labels, key) !== matchLabels[key]) return false;
  }
  return matchExpressions?.every((requirement) => holds(requirement, labels)) ?? true;
}

/** The same text for selectors that say the same in the same order; for caches. */
export function selectorKey({ matchLabels, matchExpressions }: Selector): string {
  return JSON.stringify([matchLabels ?? {}, matchExpressions ?? []]);
}

/** NotIn and DoesNotExist hold for an object without the label, too. */
function holds({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
