import type { Labels, Requirement, Selector } from './model.ts';

/** The label's value; undefined when absent. Own properties only: "constructor" is a lawful label key. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** Whether the selector selects an object with these labels, by the rules of Kubernetes' label selectors. */
export function matches({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean {
  // A loop over keys: this runs for every host and VM of a decision, and Object.entries would allocate each time.
  for (const key in matchLabels) {
    if (labelOf(labels, key) !== matchLabels[key]) return false;
  }
  return matchExpressions?.every((requirement) => holds(requirement, labels)) ?? true;
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
