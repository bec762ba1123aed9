import type { EnumMember } from './c-enum.ts';
import type { Libvirt } from './libvirt.ts';
import type { NamedConstant } from './named-constants.ts';

/** The release of libvirt up to which what claims to have every member has it; flags are those that somebody needs. */
export const completeTo = '11.3.0';

/** Members whose name here is not that of C in camel case. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  virDrvFeature: {
    Keepalive: 'VIR_DRV_FEATURE_PROGRAM_KEEPALIVE',
    MigrationParameters: 'VIR_DRV_FEATURE_MIGRATION_PARAMS',
    EventCallbacks: 'VIR_DRV_FEATURE_REMOTE_EVENT_CALLBACK',
    CloseCallback: 'VIR_DRV_FEATURE_REMOTE_CLOSE_CALLBACK',
  },
  virDomainMigrateFlags: {
    PeerToPeer: 'VIR_MIGRATE_PEER2PEER',
    PersistDestination: 'VIR_MIGRATE_PERSIST_DEST',
    NonSharedIncremental: 'VIR_MIGRATE_NON_SHARED_INC',
  },
  virDomainShutdownFlagValues: {
    Acpi: 'VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN',
    Agent: 'VIR_DOMAIN_SHUTDOWN_GUEST_AGENT',
  },
  virDomainBlockCopyFlags: { ReuseExternal: 'VIR_DOMAIN_BLOCK_COPY_REUSE_EXT' },
};

/** Enums that are here in full, as lists of names are anyway. */
const complete: ReadonlySet<string> = new Set(['virErrorNumber', 'virErrorDomain']);

/** The enum of the details that belong to one member of another enum, such as the reasons of one state. */
const detailEnums: Readonly<Record<string, (member: string) => string>> = {
  virDomainState: (state) => `virDomain${state}Reason`,
  virDomainEventType: (event) => `virDomainEvent${event}DetailType`,
};

/**
 * How constants differ from the enums that they name; empty when they agree. A member that only some of the releases
 * have is compared with those.
 */
export function constantDifferences(
  constants: readonly NamedConstant[],
  releases: readonly Libvirt[],
): string[] {
  return constants.flatMap(({ name, enumName, value }) => {
    if (enumName === undefined) return [`${name}: its docstring names no enum of libvirt`];
    return [...valueDifferences({ name, enumName }, value, releases)];
  });
}

interface Place {
  name: string;
  enumName: string;
}

function* valueDifferences(place: Place, value: unknown, releases: readonly Libvirt[]): Generator<string> {
  const { name, enumName } = place;
  if (isListOfNames(value)) {
    yield* listDifferences(place, value, releases);
  } else if (isObjectOf(isNumber, value)) {
    for (const [member, number] of Object.entries(value))
      yield* memberDifferences(place, member, number, releases);
    if (complete.has(enumName)) yield* missing(place, Object.values(value), releases);
  } else if (isObjectOf(isListOfNames, value)) {
    const detailEnum = detailEnums[enumName];
    if (!detailEnum) return yield `${name}: nobody has said which enums its lists are of`;
    yield* listDifferences(place, Object.keys(value), releases);
    for (const [member, details] of Object.entries(value))
      yield* listDifferences({ name: `${name}.${member}`, enumName: detailEnum(member) }, details, releases);
  } else {
    yield `${name}: is neither numbers nor lists of names`;
  }
}

function* listDifferences(
  place: Place,
  list: readonly string[],
  releases: readonly Libvirt[],
): Generator<string> {
  for (const [number, name] of list.entries()) yield* memberDifferences(place, name, number, releases);
  yield* missing(place, [...list.keys()], releases);
}

function* missing(place: Place, numbers: readonly number[], releases: readonly Libvirt[]): Generator<string> {
  for (const release of releases) {
    // A negative one says in C that a call failed, which here is an error.
    const absent = (membersOf(release, place.enumName) ?? []).filter(
      ({ value, since }) =>
        value >= 0 && !numbers.includes(value) && (since === undefined || isUpTo(completeTo, since)),
    );
    for (const { name } of absent) yield `${place.name}: has no name for ${name} of ${release.name}`;
  }
}

function* memberDifferences(
  { name, enumName }: Place,
  member: string,
  number: number,
  releases: readonly Libvirt[],
): Generator<string> {
  const found = releases.flatMap((release) => {
    const theirs = counterpart(member, membersOf(release, enumName) ?? [], renamed[enumName]?.[member]);
    return theirs ? [{ release, theirs }] : [];
  });
  if (found.length === 0) yield `${name}.${member}: ${enumName} has no such member`;
  for (const { release, theirs } of found) {
    // As the 32 bits that are sent: C has a negative number for a flag in the highest of them.
    if ((theirs.value | 0) !== (number | 0))
      yield `${name}.${member}: ${number} here, ${theirs.value} in ${release.name}`;
  }
}

/** C's own names mix cases: `virDomainPMSuspendedReason`. */
function membersOf({ enums }: Libvirt, enumName: string): readonly EnumMember[] | undefined {
  const wanted = enumName.toLowerCase();
  return enums.get(enumName) ?? [...enums].find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** `FromSnapshot` is `VIR_DOMAIN_RUNNING_FROM_SNAPSHOT`: what most members have in front, and the same letters. */
function counterpart(
  member: string,
  members: readonly EnumMember[],
  exactly?: string,
): EnumMember | undefined {
  if (exactly !== undefined) return members.find(({ name }) => name === exactly);
  const wanted = lettersOf(member);
  const isPrefix = (prefix: string) =>
    members.filter(({ name }) => name.startsWith(prefix)).length > members.length / 2;
  return members.find(({ name }) =>
    [...name.matchAll(/_/g)].some(
      ({ index }) => lettersOf(name.slice(index)) === wanted && isPrefix(name.slice(0, index + 1)),
    ),
  );
}

const lettersOf = (name: string) => name.replaceAll('_', '').toLowerCase();

function isUpTo(limit: string, version: string): boolean {
  return version.localeCompare(limit, 'en', { numeric: true }) <= 0;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObjectOf<T>(is: (value: unknown) => value is T, value: unknown): value is Record<string, T> {
  return typeof value === 'object' && value !== null && Object.values(value).every(is);
}
