/** A frame to C: the index of a type and bytes to decode as it. */
export interface Frame {
  type: number;
  bytes: Uint8Array;
}

/** What C makes of a frame; undefined when it does not accept the bytes. */
export type Answer = { consumed: number; encoded: Buffer } | undefined;

/** In place of a length, for bytes that were not accepted. */
export const refusedMark = 0xffffffff;

/** As the harness reads them: type, length, bytes; numbers are big endian. */
export function encodeFrames(frames: readonly Frame[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ type, bytes }) => {
      const head = Buffer.alloc(8);
      head.writeUInt32BE(type, 0);
      head.writeUInt32BE(bytes.length, 4);
      return [head, bytes];
    }),
  );
}

/**
 * As the harness writes them: the length of what it encoded, how many bytes it had read, and what it encoded; or the
 * mark alone.
 * @throws Error when the last one is cut off
 */
export function decodeAnswers(output: Buffer): Answer[] {
  const answers: Answer[] = [];
  for (let at = 0; at < output.length; ) {
    const length = output.readUInt32BE(at);
    if (length === refusedMark) {
      answers.push(undefined);
      at += 4;
      continue;
    }
    const end = at + 8 + length;
    if (end > output.length)
      throw new Error(`the answer at ${at} ends ${end - output.length} bytes too early`);
    answers.push({ consumed: output.readUInt32BE(at + 4), encoded: output.subarray(at + 8, end) });
    at = end;
  }
  return answers;
}
