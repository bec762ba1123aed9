/** Where one direction of a connection flows to. */
export interface PacketSink {
  /** One whole packet with its length word; behind a fault that cuts, any piece of some. */
  write(bytes: Buffer): void;
  /** Ends the connection, after what was written. */
  close(): void;
}

/** What a fault may use besides. */
export interface FaultTools {
  /** Numbers from 0 up to 1. */
  random: () => number;
  /** Calls back by the link's clock, unless the connection has ended by then. */
  after(ms: number, callback: () => void): void;
  /** From now on nothing is read from the sender of this direction. */
  stopReading(): void;
}

/**
 * Something that goes wrong with one direction of a connection: it stands before `next` and decides what arrives there.
 * Faults are laid in a row; those that cut bytes (`splitPackets`, `coalescePackets`) stand last.
 */
export type PacketFault = (next: PacketSink, tools: FaultTools) => PacketSink;

/** Which packets of a direction a fault befalls, by their place from 0. */
export type Choice = (index: number, random: () => number) => boolean;

/** The packet at this place only. */
export const nth =
  (place: number): Choice =>
  (index) =>
    index === place;

/** The packet at this place and all behind it. */
export const onwards =
  (place: number): Choice =>
  (index) =>
    index >= place;

export const everyPacket: Choice = () => true;

/** Each packet with this probability, from 0 to 1. */
export const withChance =
  (probability: number): Choice =>
  (_index, random) =>
    random() < probability;

/** A fault that befalls the chosen packets and lets all others pass. */
export function onChosen(
  choice: Choice,
  befall: (packet: Buffer, next: PacketSink, tools: FaultTools) => void,
): PacketFault {
  return (next, tools) => {
    let index = 0;
    return {
      write: (packet) => (choice(index++, tools.random) ? befall(packet, next, tools) : next.write(packet)),
      close: () => next.close(),
    };
  };
}
