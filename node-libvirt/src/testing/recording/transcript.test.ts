import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket, PacketStatus, PacketType } from '../../connection/packet.ts';
import { eventMessages } from '../../protocol/events.ts';
import { procedures } from '../../protocol/procedures.ts';
import { Program } from '../../protocol/programs.ts';
import { formatTranscript, packetBytes, parseTranscript, recordedPacket } from './transcript.ts';

const open = encodePacket(
  { program: Program.Remote, procedure: 1, type: PacketType.Call, serial: 3, status: PacketStatus.Ok },
  { codec: procedures.connectOpen.args, value: { name: 'test:///default', flags: 0 } },
);

describe('a transcript', () => {
  it('has a line for each packet, with the name of its procedure and its payload', () => {
    expect(formatTranscript([recordedPacket('client', open)])).toBe(
      '{"from":"client","type":"call","name":"connectOpen","serial":3,"payload":"000000010000000f746573743a2f2f2f64656661756c740000000000"}\n',
    );
  });

  it.each([
    ['an event', { program: Program.Remote, procedure: eventMessages.reboot.number, type: 2 }, 'reboot'],
    ['a ping', { program: Program.Keepalive, procedure: 1, type: 2 }, 'ping'],
    [
      'a call of the QEMU program',
      { program: Program.Qemu, procedure: 3, type: 0 },
      'qemuDomainAgentCommand',
    ],
    ['what no table has', { program: 4711, procedure: 12, type: 1 }, '4711/12'],
  ])('names %s', (_what, words, name) => {
    const packet = recordedPacket('server', encodePacket({ ...words, serial: 0, status: 0 }));
    expect(JSON.parse(formatTranscript([packet]))).toMatchObject({ name });
    expect(parseTranscript(formatTranscript([packet]))).toEqual([packet]);
  });

  it('gives back every packet that there can be', () => {
    const word = fc.nat({ max: 0x7fffffff });
    const header = fc.record({
      ...{ program: word, version: word, procedure: word, type: fc.oneof(word, fc.nat(7)) },
      ...{ serial: fc.nat({ max: 0xffffffff }), status: fc.oneof(word, fc.nat(3)) },
    });
    const payload = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    const packet = fc.record({
      from: fc.constantFrom('client' as const, 'server' as const),
      header,
      payload,
    });
    fc.assert(
      fc.property(fc.array(packet), (packets) => {
        expect(parseTranscript(formatTranscript(packets))).toEqual(packets);
        for (const each of packets) expect(recordedPacket(each.from, packetBytes(each))).toEqual(each);
      }),
    );
  });

  it('turns into bytes again, of another serial where it is asked to', () => {
    const packet = recordedPacket('client', open);
    expect(packetBytes(packet)).toEqual(open);
    expect(recordedPacket('client', packetBytes(packet, 99)).header).toEqual({
      ...packet.header,
      serial: 99,
    });
  });

  it.each([
    ['no JSON', 'hello', /line 2/],
    ['an unknown sender', '{"from":"me","type":"call","name":"connectOpen","serial":1}', /neither client/],
    [
      'an unknown procedure',
      '{"from":"client","type":"call","name":"connectOpne","serial":1}',
      /connectOpne/,
    ],
    [
      'an unknown type',
      '{"from":"client","type":"cal","name":"connectOpen","serial":1}',
      /"cal" is none of call/,
    ],
    [
      'a broken payload',
      '{"from":"client","type":"call","name":"connectOpen","serial":1,"payload":"0g"}',
      /hexa/,
    ],
  ])('refuses %s and says in which line', (_what, line, message) => {
    const good = formatTranscript([recordedPacket('client', open)]);
    expect(() => parseTranscript(good + line)).toThrow(message);
    expect(() => parseTranscript(good + line)).toThrow(/^line 2 of the transcript/);
  });
});
