import { beforeAll, describe, expect, it } from 'vitest';
import { type LibvirtSource, libvirtSources } from '../../hack/libvirt-source/libvirt-source.ts';
import { readLibvirt } from '../../node-libvirt/drift/libvirt.ts';
import { wireTypes } from '../../node-libvirt/drift/wire-types.ts';
import {
  decodePacket,
  encodePacket,
  PacketStatus,
  PacketType,
} from '../../node-libvirt/src/connection/packet.ts';
import { Program, programVersion } from '../../node-libvirt/src/protocol/programs.ts';
import { XdrReader } from '../../node-libvirt/src/xdr/reader.ts';
import type { Answer } from './frames.ts';
import { ask, buildReference } from './reference.ts';
import { type Samples, samplesOf } from './samples.ts';
import { declared, judge } from './verdict.ts';

const headerStruct = 'virNetMessageHeader';
const seed = 20_261_126;
const samplesByName = new Map<string, Samples>();

/** Types without members have nothing to compare, and C has no struct for them. */
async function comparedTypes(source: LibvirtSource) {
  const libvirt = await readLibvirt(`libvirt ${source.version}`, source.folder);
  const types = wireTypes(libvirt)
    .filter(({ codec }) => codec.layout !== '{}')
    .map((type) => ({ ...type, isNarrow: libvirt.qemu.isNarrow(type.struct) }))
    .map((type, index) => {
      const samples = samplesByName.get(type.name) ?? samplesOf(type, seed + index);
      samplesByName.set(type.name, samples);
      return { ...type, ...samples, index };
    });
  return { name: libvirt.name, source, libvirt, types };
}

const { own, other } = await libvirtSources();
const releases = [await comparedTypes(own), await comparedTypes(other)];

describe.each(releases)('the codecs and the C of $name', ({ source, libvirt, types }) => {
  const verdicts = new Map<string, number>();
  let program: string;
  /** C's, by the index of the type. */
  let ofGood: Answer[][];
  let ofBroken: Answer[][];

  async function askAll(bytesOf: (type: (typeof types)[number]) => readonly Buffer[]): Promise<Answer[][]> {
    const frames = types.flatMap((type) => bytesOf(type).map((bytes) => ({ type: type.index, bytes })));
    const answers = (await ask(program, frames)).values();
    return types.map((type) => bytesOf(type).map(() => answers.next().value));
  }

  beforeAll(async () => {
    program = await buildReference(source, libvirt, [...types.map(({ struct }) => struct), headerStruct]);
    ofGood = await askAll(({ good }) => good.map(({ bytes }) => bytes));
    ofBroken = await askAll(({ broken }) => broken);
  });

  it('are compared for every type of the table', () => {
    expect(types.length).toBeGreaterThan(400);
    expect(types.filter(({ isNarrow }) => isNarrow).length).toBeLessThan(20);
  });

  it.each(types)('$name: what is written here, C reads and writes the same', ({ index, codec, good }) => {
    for (const [at, { value, bytes }] of good.entries()) {
      const answer = ofGood[index]?.[at];
      expect(answer?.encoded.toString('hex')).toBe(bytes.toString('hex'));
      expect(answer?.consumed).toBe(bytes.length);
      expect(codec.decode(new XdrReader(answer?.encoded ?? Buffer.alloc(0)))).toEqual(value);
    }
  });

  it.each(types)('$name: broken bytes are good for both or for none', (type) => {
    for (const [at, bytes] of type.broken.entries()) {
      const verdict = judge(type, bytes, ofBroken[type.index]?.[at]);
      if (verdict.startsWith('DIVERGENCE')) expect.fail(`${verdict}\n${bytes.toString('hex')}`);
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    }
  });

  it('differ on broken bytes in each of the declared ways, and in no other', () => {
    const kinds = [...verdicts.keys()].filter((verdict) => !verdict.endsWith(' by both'));
    expect(kinds.sort()).toEqual(Object.keys(declared).sort());
    // Both must happen often, or it is no test.
    expect(verdicts.get('accepted by both')).toBeGreaterThan(10_000);
    expect(verdicts.get('refused by both')).toBeGreaterThan(10_000);
    console.log(libvirt.name, Object.fromEntries(verdicts));
  });

  it.each([
    { type: PacketType.Call, status: PacketStatus.Ok },
    { type: PacketType.Stream, status: PacketStatus.Continue },
    { type: PacketType.StreamHole, status: PacketStatus.Error },
  ])('agree on the header of a packet: %j', async (kind) => {
    const header = { program: Program.Qemu, procedure: 6, serial: 0xfffffffe, ...kind };
    const packet = encodePacket(header);
    const [answer] = await ask(program, [{ type: types.length, bytes: packet.subarray(4) }]);
    expect(answer?.encoded).toEqual(packet.subarray(4));
    const { payload: _, ...decoded } = decodePacket(
      Buffer.concat([Buffer.alloc(4), answer?.encoded ?? packet]),
    );
    expect(decoded).toEqual({ ...header, version: programVersion });
  });
});
