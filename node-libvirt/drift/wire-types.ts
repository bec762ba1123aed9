import type { Codec } from '../src/protocol/codec.ts';
import { connectionClosedMessage, eventMessages } from '../src/protocol/events.ts';
import { procedures } from '../src/protocol/procedures.ts';
import { Program } from '../src/protocol/programs.ts';
import { errorReply } from '../src/protocol/structs.ts';
import { typedParameter } from '../src/protocol/typed-parameter.ts';
import type { Definition } from './definition.ts';
import type { Libvirt } from './libvirt.ts';

/** A type that is sent as a whole, and the struct that it is in libvirt's definition. */
export interface WireType {
  /** Such as `domainGetState ret`. */
  name: string;
  codec: Codec<unknown>;
  struct: string;
}

/** What a message that nobody asked for needs for being recognized. */
export interface Message {
  /** The procedure's number. */
  number: number;
  payload: Codec<unknown>;
  /** Default: the main program. */
  program?: number;
}

/** All messages by their names here. */
export const messages = Object.entries({
  ...eventMessages,
  connectionClosed: connectionClosedMessage,
}) as unknown as readonly [string, Message][];

/** `domainGetState` is `DOMAIN_GET_STATE`. */
export function procedureKey(name: string, program: number): string {
  return upperSnake(program === Program.Qemu ? name.replace(/^qemu/, '') : name);
}

/** The definition of a program, and what its structs' names begin with. */
export function definitionOf(release: Libvirt, program: number): { definition: Definition; prefix: string } {
  return program === Program.Qemu
    ? { definition: release.qemu, prefix: 'qemu' }
    : { definition: release.remote, prefix: 'remote' };
}

/** The name of a message's procedure; undefined when the release does not have it. */
export function messageKey(
  release: Libvirt,
  { number, program = Program.Remote }: Message,
): string | undefined {
  const { definition } = definitionOf(release, program);
  return [...definition.procedures].find(([, procedure]) => procedure.number === number)?.[0];
}

/** Every type of the tables that the release has as well. */
export function wireTypes(release: Libvirt): WireType[] {
  return [
    ...procedureTypes(release),
    ...messageTypes(release),
    { name: 'errorReply', codec: errorReply as Codec<unknown>, struct: 'virNetMessageError' },
    { name: 'errorReply of old', codec: errorReply as Codec<unknown>, struct: 'remote_error' },
    { name: 'typedParameter', codec: typedParameter as Codec<unknown>, struct: 'remote_typed_param' },
  ];
}

function procedureTypes(release: Libvirt): WireType[] {
  return Object.entries(procedures).flatMap(([name, { program, args, ret }]) => {
    const { definition, prefix } = definitionOf(release, program);
    const key = procedureKey(name, program);
    if (!definition.procedures.has(key)) return [];
    const struct = `${prefix}_${key.toLowerCase()}`;
    return [
      { name: `${name} args`, codec: args as Codec<unknown>, struct: `${struct}_args` },
      { name: `${name} ret`, codec: ret as Codec<unknown>, struct: `${struct}_ret` },
    ];
  });
}

function messageTypes(release: Libvirt): WireType[] {
  return messages.flatMap(([name, message]) => {
    const key = messageKey(release, message)?.toLowerCase();
    const { prefix } = definitionOf(release, message.program ?? Program.Remote);
    return key ? [{ name: `${name} msg`, codec: message.payload, struct: `${prefix}_${key}_msg` }] : [];
  });
}

function upperSnake(camel: string): string {
  return camel
    .replace(/([A-Z])/g, '_$1')
    .replace(/^_/, '')
    .toUpperCase();
}
