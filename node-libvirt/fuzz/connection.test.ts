import { describe, expect, it } from 'vitest';
import { randomFrom } from '../src/testing/random.ts';
import { fuzzConnections } from './connection.ts';
import { heldBytes } from './memory.ts';
import { mutateHeader } from './mutate.ts';

describe('connections to a server that breaks the protocol', () => {
  it('end in ways that are declared, with all their calls and streams, and leave nothing', async () => {
    const before = heldBytes();
    const { packets, connections, outcomes } = await fuzzConnections(20_000, 20_261_125);
    expect(packets).toBeGreaterThanOrEqual(20_000);
    // Longer than a few packets each, or it would try the beginning only.
    expect(packets / connections).toBeGreaterThan(10);
    // Every way must happen, or it is no test.
    const ways = ['CallTimeout', 'ConnectionClosed', 'HypervisorGone', 'KeepaliveTimeout', 'LibvirtError'];
    expect([...outcomes.keys()].toSorted()).toEqual(
      expect.arrayContaining([...ways, 'ProtocolError', 'good']),
    );
    expect(outcomes.get('good')).toBeGreaterThan(1_000);
    expect(heldBytes() - before).toBeLessThan(16 * 2 ** 20);
  }, 60_000);

  it('are the same for the same seed', async () => {
    const outcomes = async (seed: number) => [...(await fuzzConnections(500, seed)).outcomes].toSorted();
    expect(await outcomes(1)).toEqual(await outcomes(1));
    expect(await outcomes(1)).not.toEqual(await outcomes(2));
  });
});

describe('a header', () => {
  it('is changed in one word, and nothing else of the packet', () => {
    const packet = Buffer.alloc(40, 7);
    const random = randomFrom(3);
    for (let time = 0; time < 200; time++) {
      const changed = mutateHeader(packet, random);
      expect(changed.subarray(28)).toEqual(packet.subarray(28));
      const words = [0, 1, 2, 3, 4, 5, 6].filter(
        (at) => changed.readUInt32BE(at * 4) !== packet.readUInt32BE(at * 4),
      );
      expect(words).toHaveLength(1);
    }
    expect(packet).toEqual(Buffer.alloc(40, 7));
  });
});
