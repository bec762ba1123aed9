import type { Blow } from './journal.ts';
import type { Outcome } from './matrix.ts';

/**
 * How a disturbed run differs from the undisturbed one, in sentences; none when it does not: the same state in the end,
 * the same creates and deletes, quiet afterwards, and never two copies of a domain.
 * @throws Error when the two were not the same up to the blow: then the harness is at fault
 */
export function faults(
  reference: Outcome,
  disturbed: Outcome,
  blow: Blow,
  { mayDoLess = false }: { mayDoLess?: boolean } = {},
): string[] {
  checkPrelude(reference, disturbed, blow.at);
  const found = [
    ...stateFaults(reference, disturbed),
    ...effectFaults(reference, disturbed, mayDoLess),
    ...unrest(disturbed),
    ...disturbed.doubles.map((double) => `runs twice: ${double}`),
  ];
  return found.map((fault) => `${blow.how}, ${reference.requests[blow.at]?.what} (${blow.at}): ${fault}`);
}

function checkPrelude(reference: Outcome, disturbed: Outcome, at: number): void {
  const [before, same] = [reference, disturbed].map(({ requests }) =>
    requests
      .slice(0, at + 1)
      .map(({ what }) => what)
      .join('\n'),
  );
  if (before !== same) throw new Error(`the runs part before request ${at}:\n${before}\n---\n${same}`);
}

function stateFaults(reference: Outcome, disturbed: Outcome): string[] {
  const [expected, actual] = [
    reference.picture.join('\n').split('\n'),
    disturbed.picture.join('\n').split('\n'),
  ];
  const at = expected.findIndex((line, index) => line !== actual[index]);
  if (at < 0 && expected.length === actual.length) return [];
  const around = (lines: readonly string[]) => lines.slice(Math.max(0, at - 2), at + 3).join('\n');
  return [`ends otherwise:\n${around(actual)}\nand should be\n${around(expected)}`];
}

function effectFaults(reference: Outcome, disturbed: Outcome, mayDoLess: boolean): string[] {
  const surplus = minus(disturbed.effects, reference.effects).map((effect) => `also ${effect}`);
  const missing = minus(reference.effects, disturbed.effects).map((effect) => `never ${effect}`);
  const all = mayDoLess ? surplus : [...surplus, ...missing];
  return all.length > 0 ? [`does otherwise: ${all.join(', ')}`] : [];
}

function unrest({ afterwards }: Outcome): string[] {
  return afterwards.length > 0 ? [`is never quiet: ${[...new Set(afterwards)].join(', ')}`] : [];
}

/** What is left of a list when each of `others` takes one like it away. */
function minus(list: readonly string[], others: readonly string[]): string[] {
  const left = [...list];
  for (const other of others) {
    const at = left.indexOf(other);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}
