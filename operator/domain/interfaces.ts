import type { DomainDifference, DomainFacts, DomainInterface } from './domain.ts';

type ActualInterface = DomainFacts['interfaces'][number];

/** Interfaces are the same by name; one that has lost its name is known by its MAC address. */
export function compareInterfaces(
  desired: readonly DomainInterface[],
  actual: readonly ActualInterface[],
): DomainDifference[] {
  const pairs = desired.map((wanted) => ({ wanted, found: counterpart(wanted, desired, actual) }));
  const known = new Set(pairs.map(({ found }) => found));
  const differences = [
    ...pairs.flatMap(({ wanted, found }) => compareOne(wanted, found)),
    ...actual.filter((one) => !known.has(one)).map(surplus),
  ];
  return differences.length > 0 ? differences : compareOrder(desired, actual);
}

function counterpart(
  wanted: DomainInterface,
  desired: readonly DomainInterface[],
  actual: readonly ActualInterface[],
): ActualInterface | undefined {
  const named = actual.find(({ name }) => name === wanted.name);
  const isElses = (name: string | undefined) => desired.some((one) => one.name === name);
  return named ?? actual.find((one) => one.macAddress === wanted.macAddress && !isElses(one.name));
}

function compareOne(wanted: DomainInterface, found: ActualInterface | undefined): DomainDifference[] {
  const field = `spec.interfaces[${wanted.name}]`;
  if (!found) return [{ field, desired: describe(wanted), actual: 'none' }];
  const compared: [string, string, string | undefined][] = [
    ['name', wanted.name, found.name],
    ['macAddress', wanted.macAddress, found.macAddress],
    ['network', wanted.bridge, found.bridge],
  ];
  return compared
    .filter(([, desired, actual]) => desired !== actual)
    .map(([key, desired, actual]) => ({ field: `${field}.${key}`, desired, actual: actual || 'none' }));
}

function surplus(one: ActualInterface): DomainDifference {
  return { field: `spec.interfaces[${one.name ?? one.macAddress}]`, desired: 'none', actual: describe(one) };
}

function describe({ macAddress, bridge }: ActualInterface): string {
  return bridge === undefined ? macAddress : `${macAddress} on bridge ${bridge}`;
}

/** The guest numbers its interfaces by their order. */
function compareOrder(
  desired: readonly DomainInterface[],
  actual: readonly ActualInterface[],
): DomainDifference[] {
  const [wanted, found] = [desired, actual].map((list) => list.map(({ name }) => name).join(', '));
  if (wanted === found) return [];
  return [{ field: 'spec.interfaces', desired: wanted || 'none', actual: found || 'none' }];
}
