import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runSession, sessions } from '../../../testdata/sessions.ts';
import { readTranscript } from '../../../testdata/transcripts.ts';
import { PacketStatus, PacketType } from '../../connection/packet.ts';
import {
  AuthenticationFailed,
  CallTimeout,
  ConnectionClosed,
  LibvirtError,
  ProtocolError,
} from '../../errors.ts';
import { eventMessages } from '../../protocol/events.ts';
import { Fault } from '../fake-peer.ts';
import { randomFrom } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { coalescePackets, delayPackets, overtakeReplies, splitPackets } from './flow-faults.ts';
import { type Choice, everyPacket, nth, onwards, type PacketFault } from './packet-fault.ts';
import {
  closeBefore,
  closeWithin,
  corruptPackets,
  dropPackets,
  failReplies,
  repeatPackets,
  sendBefore,
  stopReading,
  truncatePackets,
} from './packet-faults.ts';
import { disturbed } from './packet-link.ts';
import { ReplayServer } from './replay-server.ts';
import { packetBytes, type RecordedPacket } from './transcript.ts';

type Direction = 'toClient' | 'toServer';

/** Runs a session through faults until it ends, which it must within ten minutes of its clock. */
async function run(name: string, faults: Partial<Record<Direction, PacketFault[]>> = {}) {
  const session = sessions[name];
  if (!session) throw new Error(`there is no session "${name}"`);
  const clock = new VirtualClock();
  const server = new ReplayServer(readTranscript(name), { clock });
  const stream = disturbed(server.connect(), { ...faults, clock, random: randomFrom(1) });
  let ended = false;
  const outcome = runSession(session, stream, { clock })
    .then((value) => ({ value }))
    .catch((error: unknown) => ({ error }))
    .finally(() => {
      ended = true;
    });
  for (let waitedMs = 0; !ended && waitedMs < 600_000; waitedMs += 5_000) await clock.advance(5_000);
  expect(ended, 'the session hangs').toBe(true);
  await clock.advance(0);
  expect(clock.pendingTimers, 'timers are left').toBe(0);
  expect(stream.destroyed, 'the stream is left').toBe(true);
  return { ...(await outcome), replay: server.replays[0] };
}

const declared = [ConnectionClosed, ProtocolError, CallTimeout, LibvirtError, AuthenticationFailed];

/** Streams have no deadline but their signal's. */
function isDeclared(error: unknown): boolean {
  return declared.some((type) => error instanceof type) || (error as Error).name === 'AbortError';
}

/** Nothing in such a packet tells whether it is the right one, or there at all: events, and a stream's bytes. */
function isContent({ header }: RecordedPacket): boolean {
  const isBytes = header.type === PacketType.Stream && header.status === PacketStatus.Continue;
  return header.type === PacketType.Message || isBytes;
}

interface Disturbance {
  fault: (choice: Choice) => PacketFault;
  /**
   * `value`: nothing is lost, so that nobody may notice. `noticed`: the value or an error, unless content was touched.
   * `declared`: the bytes of a value were changed, which no protocol without checksums can notice.
   */
  leaves: 'value' | 'noticed' | 'declared';
  /** Lasts from the packet on. */
  lasting?: boolean;
}

const event = packetBytes({
  from: 'server',
  header: {
    program: 0x20008086,
    version: 1,
    procedure: 9999,
    type: PacketType.Message,
    serial: 1,
    status: 0,
  },
  payload: Buffer.alloc(12),
});

const bothWays: Record<string, Disturbance> = {
  'is dropped': { fault: dropPackets, leaves: 'noticed' },
  'is dropped, and all behind it': { fault: dropPackets, leaves: 'noticed', lasting: true },
  'comes twice': { fault: repeatPackets, leaves: 'noticed' },
  'is three seconds late': { fault: (choice) => delayPackets(choice, 3_000), leaves: 'value' },
  'is two minutes late': { fault: (choice) => delayPackets(choice, 120_000), leaves: 'noticed' },
  'lacks its last four bytes': { fault: (choice) => truncatePackets(choice, 4), leaves: 'noticed' },
  'has a broken header': { fault: (choice) => corruptPackets(choice, { end: 28 }), leaves: 'noticed' },
  'has broken content': {
    fault: (choice) => corruptPackets(choice, { bytes: 3, first: 28 }),
    leaves: 'declared',
  },
  'is the end instead': { fault: closeBefore, leaves: 'noticed' },
  'breaks off in its length': { fault: (choice) => closeWithin(choice, 3), leaves: 'noticed' },
  'breaks off behind its header': { fault: (choice) => closeWithin(choice, 28), leaves: 'noticed' },
  'is the last that its receiver reads': { fault: stopReading, leaves: 'noticed' },
};

const ofServer: Record<string, Disturbance> = {
  'follows an event that nobody knows': { fault: (choice) => sendBefore(choice, event), leaves: 'value' },
  'is overtaken': { fault: (choice) => overtakeReplies(choice, 1_000), leaves: 'value' },
  'is an error instead': { fault: (choice) => failReplies(choice, new Fault(9)), leaves: 'noticed' },
};

const directions: [Direction, string, RecordedPacket['from'], Record<string, Disturbance>][] = [
  ['toClient', 'of the server', 'server', { ...bothWays, ...ofServer }],
  ['toServer', 'of the client', 'client', bothWays],
];

// An error is an answer in the session "refusals", which therefore cannot tell a fault's from a recorded one.
describe.each(['life', 'listing', 'volume'])('the recorded session "%s"', (name) => {
  const transcript = readTranscript(name);

  for (const [direction, sender, side, disturbances] of directions) {
    const packets = transcript.filter((packet) => packet.from === side);

    it.each(Object.entries(disturbances))(
      `ends well or with a declared error when any one packet ${sender} %s`,
      async (_what, { fault, leaves, lasting }) => {
        const undisturbed = await run(name);
        for (const [place, packet] of packets.entries()) {
          const result = await run(name, { [direction]: [fault(lasting ? onwards(place) : nth(place))] });
          const where = `packet ${place}, ${packet.header.procedure}`;
          if ('error' in result) {
            expect(leaves, `${where}: ${result.error}`).not.toBe('value');
            expect(isDeclared(result.error), `${where}: ${result.error}`).toBe(true);
          } else if (
            leaves !== 'declared' &&
            !(leaves === 'noticed' && touchesContent(packets, place, lasting))
          )
            expect(result.value, where).toEqual('value' in undisturbed && undisturbed.value);
        }
      },
      30_000,
    );
  }

  it.each<[string, PacketFault]>([
    ['in single bytes', splitPackets(1)],
    ['in pieces of seven bytes', splitPackets(7)],
    ['in pieces of the length of a header', splitPackets(28)],
    ['five together', coalescePackets(5, 1_000)],
    ['all late', delayPackets(everyPacket, 1_000)],
  ])('is the same when packets arrive %s', async (_how, fault) => {
    const undisturbed = await run(name);
    const result = await run(name, { toClient: [fault], toServer: [fault] });
    expect(
      'value' in result && isDeepStrictEqual(result.value, 'value' in undisturbed && undisturbed.value),
    ).toBe(true);
  });
});

function touchesContent(packets: readonly RecordedPacket[], place: number, lasting = false): boolean {
  return (lasting ? packets.slice(place) : packets.slice(place, place + 1)).some(isContent);
}

describe.each(Object.keys(sessions))('the recorded session "%s"', (name) => {
  it('is replayed to its end, and nothing is asked for that was not recorded', async () => {
    const { replay, ...result } = await run(name);
    expect(result).toHaveProperty('value');
    expect(replay?.unrecorded).toEqual([]);
    expect(replay?.left).toEqual([]);
  });
});

describe('what was recorded', () => {
  it('is a life with its events, also where a reply comes before its event', async () => {
    const result = await run('life');
    expect(result).toMatchObject({
      value: {
        running: { state: 'Running', reason: 'Booted' },
        left: [{ name: 'test' }],
        stats: [{ name: 'recorded' }],
        events: ['Defined', 'Started', 'Stopped', 'Undefined'].map((event) => ({ event, name: 'recorded' })),
      },
    });
  });

  it('loses exactly the event that was dropped', async () => {
    const server = readTranscript('life').filter((packet) => packet.from === 'server');
    const { number } = eventMessages.lifecycle;
    const place = server.findIndex(({ header }) => header.procedure === number);
    const result = await run('life', { toClient: [dropPackets(nth(place))] });
    const events = ['Started', 'Stopped', 'Undefined'].map((event) => expect.objectContaining({ event }));
    expect(result).toMatchObject({ value: { events } });
  });

  it('is a volume with the bytes that were written to it', async () => {
    const bytes = 'some bytes of a disk; '.repeat(25);
    const result = await run('volume');
    expect(result).toHaveProperty('value.bytes', expect.stringMatching(new RegExp(`^${bytes}\0*$`)));
  });

  it('is the server\'s "no", each with its code', async () => {
    const result = await run('refusals');
    const codes = [{ code: 42 }, { code: 35 }, { code: 49 }, [{ name: 'test' }]];
    expect(result).toMatchObject({ value: codes });
  });
});
