/** Counts and lengths that decoders get wrong. */
const telling = [0, 1, 2, 3, 4, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;

/** A copy of `bytes` with one to four things changed: a bit, a word, the end, or a part put elsewhere. */
export function mutate(bytes: Buffer, random: () => number): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let left = 1 + Math.floor(random() * 4); left > 0; left--) result = change(result, random);
  return result;
}

const headerWords = 7;

/** A copy of a packet with one word of its header changed: by one, by a bit, or into a telling number. */
export function mutateHeader(packet: Buffer, random: () => number): Buffer {
  const result = Buffer.from(packet);
  const at = 4 * Math.floor(random() * headerWords);
  const word = result.readUInt32BE(at);
  const changed = [word + 1, word - 1, word ^ (1 << Math.floor(random() * 32)), ...telling];
  result.writeUInt32BE((changed[Math.floor(random() * changed.length)] ?? 0) >>> 0, at);
  return result;
}

function change(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const word = at & ~3;
  switch (Math.floor(random() * 5)) {
    case 0:
      if (bytes.length > 0) bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8)), at);
      return bytes;
    case 1:
      if (word + 4 <= bytes.length)
        bytes.writeUInt32BE(telling[Math.floor(random() * telling.length)] ?? 0, word);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([
        bytes,
        Buffer.alloc(4 * (1 + Math.floor(random() * 4)), Math.floor(random() * 256)),
      ]);
    default:
      return Buffer.concat([bytes.subarray(0, word), bytes.subarray(Math.floor(random() * bytes.length))]);
  }
}
