import { KeepaliveProcedure } from '../../connection/keepalive.ts';
import { type PacketHeader, PacketType } from '../../connection/packet.ts';
import { connectionClosedMessage, eventMessages } from '../../protocol/events.ts';
import { procedures } from '../../protocol/procedures.ts';
import { Program } from '../../protocol/programs.ts';

/** Where a packet belongs: which procedure or message of which program. */
export type PacketAddress = Pick<PacketHeader, 'program' | 'procedure' | 'type'>;

const key = (program: number, procedure: number) => `${program}/${procedure}`;

const callNames = new Map(
  Object.entries(procedures).map(([name, { program, number }]) => [key(program, number), name]),
);
const messageNames = new Map([
  ...Object.entries({ ...eventMessages, connectionClosed: connectionClosedMessage }).map(
    ([name, { number }]) => [key(Program.Remote, number), name] as const,
  ),
  [key(Program.Keepalive, KeepaliveProcedure.Ping), 'ping'] as const,
  [key(Program.Keepalive, KeepaliveProcedure.Pong), 'pong'] as const,
]);

const namesOf = (type: number) => (type === PacketType.Message ? messageNames : callNames);

/** The name in the table of procedures or of events; `program/number` of what stands in neither. */
export function packetName({ program, procedure, type }: PacketAddress): string {
  return namesOf(type).get(key(program, procedure)) ?? key(program, procedure);
}

/** The way back from `packetName`. @throws Error on a name that no table has */
export function packetAddress(name: string, type: number): PacketAddress {
  const known = [...namesOf(type)].find(([, named]) => named === name)?.[0] ?? name;
  const [program, procedure] = known.split('/').map(Number);
  if (!Number.isInteger(program) || !Number.isInteger(procedure))
    throw new Error(`"${name}" is neither a procedure nor an event of the tables`);
  return { program: program ?? 0, procedure: procedure ?? 0, type };
}
