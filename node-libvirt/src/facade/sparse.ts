import type { FileHandle } from 'node:fs/promises';
import { Hole, type Section } from '../connection/byte-stream.ts';

const defaultBlockBytes = 64 * 1024;
const zeros = Buffer.alloc(defaultBlockBytes);

/**
 * From bytes to sections, to put before an upload with `sparse`: `pipeline(file, zerosToHoles, upload)`. A block of
 * nothing but zeros becomes part of a hole; `blockBytes` is the length and the alignment of what is looked at, 64 KiB
 * unless given; `signal` is what a pipeline passes, which ends by itself. It saves sending them, and the volume the room.
 */
export async function* zerosToHoles(
  bytes: AsyncIterable<Uint8Array>,
  {
    blockBytes = defaultBlockBytes,
  }: { blockBytes?: number | undefined; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Section, void, void> {
  if (!(blockBytes >= 1)) throw new RangeError(`blocks of ${blockBytes} bytes`);
  let hole = 0;
  for await (const block of blocksOf(bytes, blockBytes)) {
    if (isZero(block)) {
      hole += block.length;
      continue;
    }
    if (hole > 0) yield new Hole(BigInt(hole));
    hole = 0;
    yield block;
  }
  if (hole > 0) yield new Hole(BigInt(hole));
}

/** From sections to bytes, to put behind a download with `sparse`: a hole becomes as many zeros. */
export async function* holesToZeros(
  sections: AsyncIterable<Section>,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const section of sections) {
    if (!(section instanceof Hole)) {
      yield section;
      continue;
    }
    for (let left = section.length; left > 0n; left -= BigInt(zeros.length))
      yield left < BigInt(zeros.length) ? zeros.subarray(0, Number(left)) : zeros;
  }
}

/** Writes sections to an empty file, whose holes take no room where its file system has holes; gives its length in bytes. */
export async function writeSections(file: FileHandle, sections: AsyncIterable<Section>): Promise<number> {
  let position = 0;
  for await (const section of sections) {
    if (section instanceof Hole) position += Number(section.length);
    else position = await writeAll(file, section, position);
  }
  await file.truncate(position); // a hole at the end is not there until the file has its length
  return position;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  for (let written = 0; written < bytes.length; )
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  return position + bytes.length;
}

/** Blocks of one length, but for the last. */
async function* blocksOf(bytes: AsyncIterable<Uint8Array>, blockBytes: number): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; rest.length - at >= blockBytes; at += blockBytes) yield rest.subarray(at, at + blockBytes);
    rest = rest.subarray(at);
  }
  if (rest.length > 0) yield rest;
}

function isZero(block: Buffer): boolean {
  for (let at = 0; at < block.length; at += zeros.length) {
    const part = block.subarray(at, at + zeros.length);
    if (!part.equals(zeros.subarray(0, part.length))) return false;
  }
  return true;
}
