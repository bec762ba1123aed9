import { maxStreamBytes } from '../src/connection/byte-stream.ts';
import { headerBytes, maxPacketBytes } from '../src/connection/packet.ts';
import { procedures } from '../src/protocol/procedures.ts';
import { Program, programVersion } from '../src/protocol/programs.ts';
import { type TypedParameter, typedParameter } from '../src/protocol/typed-parameter.ts';
import { uuid } from '../src/protocol/uuid.ts';
import { XdrWriter } from '../src/xdr/writer.ts';
import { constantDifferences } from './constant-differences.ts';
import type { Libvirt } from './libvirt.ts';
import type { NamedConstant } from './named-constants.ts';
import { definitionOf, type Message, messageKey, messages, procedureKey, wireTypes } from './wire-types.ts';

/**
 * How this package's tables differ from releases of libvirt; empty when they agree. What only some of the releases have
 * is compared with those; what a release has besides is no difference.
 */
export function differences(releases: readonly Libvirt[], constants: readonly NamedConstant[]): string[] {
  return [
    ...unknownProcedures(releases),
    ...unknownMessages(releases),
    ...releases.flatMap((release) => [...releaseDifferences(release)]),
    ...constantDifferences(constants, releases),
  ];
}

function* unknownProcedures(releases: readonly Libvirt[]): Generator<string> {
  for (const [name, { program }] of Object.entries(procedures)) {
    const key = procedureKey(name, program);
    if (!releases.some((release) => definitionOf(release, program).definition.procedures.has(key)))
      yield `${name}: unknown there`;
  }
}

function* unknownMessages(releases: readonly Libvirt[]): Generator<string> {
  for (const [name, message] of messages)
    if (!releases.some((release) => messageKey(release, message))) yield `${name}: unknown there`;
}

function* releaseDifferences(release: Libvirt): Generator<string> {
  yield* procedureDifferences(release);
  yield* layoutDifferences(release);
  for (const [name, message] of messages) yield* eventIdDifferences(release, name, message);
  yield* numberDifferences(release);
  yield* typedParameterDifferences(release);
}

function* procedureDifferences(release: Libvirt): Generator<string> {
  for (const [name, { program, number, priority }] of Object.entries(procedures)) {
    const theirs = definitionOf(release, program).definition.procedures.get(procedureKey(name, program));
    if (!theirs) continue;
    yield* differs(release, `${name}: number`, number, theirs.number);
    yield* differs(release, `${name}: priority`, priority, theirs.priority);
  }
}

/** Layouts hold the limits of strings and lists as well. */
function* layoutDifferences(release: Libvirt): Generator<string> {
  for (const { name, codec, struct } of wireTypes(release)) {
    // A union cannot be told by its members; its cases are compared below.
    if (codec.layout === 'typed') continue;
    yield* differs(release, `${name}: layout`, codec.layout, release.qemu.layoutOf(struct));
  }
}

const eventIds: Readonly<Record<string, string>> = {
  domain: 'virDomainEventID',
  network: 'virNetworkEventID',
  storagePool: 'virStoragePoolEventID',
  nodeDevice: 'virNodeDeviceEventID',
  secret: 'virSecretEventID',
};

/** The id to register for an event and the message that then comes go by one name: `…_LIFECYCLE`. */
function* eventIdDifferences(release: Libvirt, name: string, message: Message): Generator<string> {
  const { eventId, source = 'domain' } = message as Message & { eventId?: number; source?: string };
  const ids = release.enums.get(eventIds[source] ?? '');
  const key = messageKey(release, message);
  if (eventId === undefined || !ids || !key) return;
  const id = ids.find(({ value }) => value === eventId)?.name.replace(/^.*_EVENT_ID_/, '');
  if (id === undefined || !key.endsWith(`_${id}`))
    yield `${name}: event id is ${eventId} here, which is ${id ?? 'none'} and not ${key} in ${release.name}`;
}

function* numberDifferences(release: Libvirt): Generator<string> {
  const { constants } = release.qemu;
  const sum = (...names: string[]) =>
    names.reduce((total, name) => total + (constants.get(name) ?? Number.NaN), 0);
  const numbers: [string, number, number][] = [
    ['Program.Remote', Program.Remote, sum('REMOTE_PROGRAM')],
    ['Program.Qemu', Program.Qemu, sum('QEMU_PROGRAM')],
    ['Program.Keepalive', Program.Keepalive, sum('KEEPALIVE_PROGRAM')],
    ['version of the main program', programVersion, sum('REMOTE_PROTOCOL_VERSION')],
    ["version of QEMU's program", programVersion, sum('QEMU_PROTOCOL_VERSION')],
    ['version of keepalive', programVersion, sum('KEEPALIVE_PROTOCOL_VERSION')],
    ['headerBytes', headerBytes, sum('VIR_NET_MESSAGE_LEN_MAX', 'VIR_NET_MESSAGE_HEADER_MAX')],
    ['maxPacketBytes', maxPacketBytes, sum('VIR_NET_MESSAGE_LEN_MAX', 'VIR_NET_MESSAGE_MAX')],
    ['maxStreamBytes', maxStreamBytes, sum('VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX')],
    ['bytes of a uuid', uuid.minBytes, sum('VIR_UUID_BUFLEN')],
  ];
  for (const [name, ours, theirs] of numbers) yield* differs(release, name, ours, theirs);
}

/** Of whole numbers those that the other sign does not have. */
const typedSamples: readonly TypedParameter[] = [
  { field: '', type: 'int', value: -1 },
  { field: '', type: 'uint', value: 2 ** 32 - 1 },
  { field: '', type: 'llong', value: -1n },
  { field: '', type: 'ullong', value: 2n ** 64n - 1n },
  { field: '', type: 'double', value: 0 },
  { field: '', type: 'boolean', value: false },
  { field: '', type: 'string', value: '' },
];

/** The number of a type is on the wire alone, behind the parameter's name. */
function* typedParameterDifferences(release: Libvirt): Generator<string> {
  const members = release.enums.get('virTypedParameterType') ?? [];
  for (const sample of typedSamples) {
    const writer = new XdrWriter();
    typedParameter.encode(writer, sample);
    const theirs = members.find(({ name }) => name === `VIR_TYPED_PARAM_${sample.type.toUpperCase()}`);
    const number = writer.finish().readInt32BE(4);
    yield* differs(release, `typed parameter of type ${sample.type}`, number, theirs?.value);
  }
  yield* differs(release, 'number of types of typed parameters', typedSamples.length, members.length);
}

function* differs<T>(release: Libvirt, what: string, ours: T, theirs: T): Generator<string> {
  if (ours !== theirs) yield `${what} is ${ours} here, ${theirs} in ${release.name}`;
}
