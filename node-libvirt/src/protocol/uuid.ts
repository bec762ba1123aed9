import { EncodeError } from '../errors.ts';
import type { Codec } from './codec.ts';

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Sixteen bytes on the wire, the usual hyphenated lower-case text here. */
export const uuid: Codec<string> = {
  minBytes: 16,
  layout: 'opaque[16]',
  encode(writer, value) {
    if (!pattern.test(value)) throw new EncodeError(`"${value}" is no uuid`);
    writer.bytes(Buffer.from(value.replaceAll('-', ''), 'hex'));
  },
  decode: (reader) =>
    reader
      .bytes(16)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
};
