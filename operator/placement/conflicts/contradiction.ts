import { labelOf, type Requirement, type Selector } from '../model/selector.ts';

/** The label by which the selectors contradict each other, so that no object can match all of them; undefined when none does. */
export function contradiction(selectors: readonly Selector[]): string | undefined {
  const requirements = selectors.flatMap(requirementsOf);
  const keys = [...new Set(requirements.map(({ key }) => key))].sort();
  return keys.find((key) => !canHold(requirements.filter((one) => one.key === key)));
}

/** Whether all that the first selector selects is selected by the second, as far as that shows from their words. */
export function implies(first: Selector, second: Selector): boolean {
  return textsOf(second).isSubsetOf(textsOf(first));
}

/** Selectors never change; those of a thousand policies are compared with each other. */
const texts = new WeakMap<Selector, Set<string>>();

function textsOf(selector: Selector): Set<string> {
  const known = texts.get(selector);
  if (known) return known;
  const made = new Set(requirementsOf(selector).map((one) => JSON.stringify(one)));
  texts.set(selector, made);
  return made;
}

function requirementsOf({ matchLabels = {}, matchExpressions = [] }: Selector): Requirement[] {
  const equal = Object.keys(matchLabels).map(
    (key): Requirement => ({ key, operator: 'In', values: [labelOf(matchLabels, key) ?? ''] }),
  );
  return [...equal, ...matchExpressions];
}

/** Whether a label of one object could meet all of them: with one of the values that are named, with another, or absent. */
function canHold(requirements: readonly Requirement[]): boolean {
  const needsIt = requirements.some(({ operator }) => operator !== 'NotIn' && operator !== 'DoesNotExist');
  if (requirements.some(({ operator }) => operator === 'DoesNotExist')) return !needsIt;
  const lists = requirements.filter(({ operator }) => operator === 'In');
  // There is always one more value that no list takes out.
  if (lists.length === 0) return true;
  return (lists[0]?.values ?? []).some((value) => requirements.every((one) => admits(one, value)));
}

function admits({ operator, values = [] }: Requirement, value: string): boolean {
  switch (operator) {
    case 'In':
      return values.includes(value);
    case 'NotIn':
      return !values.includes(value);
    case 'Exists':
      return true;
    case 'DoesNotExist':
      return false;
  }
}
