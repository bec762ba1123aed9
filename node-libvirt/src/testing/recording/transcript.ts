import {
  decodePacket,
  headerBytes,
  type PacketHeader,
  PacketStatus,
  PacketType,
} from '../../connection/packet.ts';
import { programVersion } from '../../protocol/programs.ts';
import { packetAddress, packetName } from './packet-names.ts';

export type Sender = 'client' | 'server';

/** One packet of a recorded connection. */
export interface RecordedPacket {
  from: Sender;
  header: PacketHeader;
  payload: Buffer;
}

/** All packets of one connection, both ways, in the order in which they passed. */
export type Transcript = readonly RecordedPacket[];

/** A line of the file; numbers without a name stay numbers. */
interface Line {
  from: Sender;
  type: string | number;
  name: string;
  serial: number;
  status?: string | number;
  version?: number;
  /** Hexadecimal; left out when there is none. */
  payload?: string;
}

const types = {
  call: PacketType.Call,
  reply: PacketType.Reply,
  message: PacketType.Message,
  stream: PacketType.Stream,
};
const statuses = { ok: PacketStatus.Ok, error: PacketStatus.Error, continue: PacketStatus.Continue };

/** A whole packet, length word included, as a transcript keeps it; the bytes are copied. */
export function recordedPacket(from: Sender, bytes: Buffer): RecordedPacket {
  const { payload, ...header } = decodePacket(bytes);
  return { from, header, payload: payload.rest() };
}

/** The packet's bytes with its length word, for another serial where one is given. */
export function packetBytes({ header, payload }: RecordedPacket, serial = header.serial): Buffer {
  const { program, version, procedure, type, status } = header;
  const bytes = Buffer.alloc(headerBytes + payload.length);
  for (const [index, word] of [bytes.length, program, version, procedure, type, serial, status].entries())
    bytes.writeUInt32BE(word >>> 0, index * 4);
  payload.copy(bytes, headerBytes);
  return bytes;
}

/** One line of JSON for each packet: its name from the tables, and its payload in hexadecimal. */
export function formatTranscript(transcript: Transcript): string {
  return transcript.map((packet) => `${JSON.stringify(toLine(packet))}\n`).join('');
}

/** Reads what `formatTranscript` wrote. @throws Error with the number of the line that is none of it */
export function parseTranscript(text: string): RecordedPacket[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    try {
      return fromLine(JSON.parse(line) as Line);
    } catch (error) {
      throw new Error(`line ${index + 1} of the transcript: ${(error as Error).message}`, { cause: error });
    }
  });
}

function toLine({ from, header, payload }: RecordedPacket): Line {
  const { type, serial, status, version } = header;
  return {
    from,
    type: nameIn(types, type),
    name: packetName(header),
    serial,
    ...(status === PacketStatus.Ok ? {} : { status: nameIn(statuses, status) }),
    ...(version === programVersion ? {} : { version }),
    ...(payload.length === 0 ? {} : { payload: payload.toString('hex') }),
  };
}

function fromLine(line: Line): RecordedPacket {
  if (line.from !== 'client' && line.from !== 'server') throw new Error('from is neither client nor server');
  const status = numberIn(statuses, line.status ?? PacketStatus.Ok);
  const version = line.version ?? programVersion;
  const address = packetAddress(line.name, numberIn(types, line.type));
  const payload = Buffer.from(line.payload ?? '', 'hex');
  if (payload.length * 2 !== (line.payload ?? '').length) throw new Error('the payload is not hexadecimal');
  return { from: line.from, header: { ...address, version, serial: line.serial, status }, payload };
}

function nameIn(names: Record<string, number>, number: number): string | number {
  return Object.keys(names).find((name) => names[name] === number) ?? number;
}

function numberIn(names: Record<string, number>, name: string | number): number {
  const number = typeof name === 'number' ? name : names[name];
  if (number === undefined) throw new Error(`"${name}" is none of ${Object.keys(names).join(', ')}`);
  return number;
}
