import { EncodeError } from '../errors.ts';
import { type Codec, double, hyper, int, string, uhyper, uint } from './codec.ts';

/**
 * A named value whose type travels with it (libvirt: virTypedParameter). Servers check the type, so
 * `ullong` where `uint` is expected is refused. Names may repeat in a list.
 */
export type TypedParameter =
  | { field: string; type: 'int' | 'uint' | 'double'; value: number }
  | { field: string; type: 'llong' | 'ullong'; value: bigint }
  | { field: string; type: 'boolean'; value: boolean }
  | { field: string; type: 'string'; value: string };

/** What a typed parameter holds; 64 bits are a bigint. */
export type TypedValue = TypedParameter['value'];

const boolean: Codec<boolean> = {
  minBytes: 4,
  layout: 'int',
  encode: (writer, value) => writer.int32(value ? 1 : 0),
  decode: (reader) => reader.int32() !== 0,
};

/** In the order of their numbers on the wire, from 1. */
const types: readonly { type: TypedParameter['type']; codec: Codec<unknown> }[] = [
  { type: 'int', codec: int },
  { type: 'uint', codec: uint },
  { type: 'llong', codec: hyper },
  { type: 'ullong', codec: uhyper },
  { type: 'double', codec: double },
  { type: 'boolean', codec: boolean },
  { type: 'string', codec: string() },
];

const field = string();

export const typedParameter: Codec<TypedParameter> = {
  minBytes: 12,
  layout: 'typed',
  encode(writer, parameter) {
    const index = types.findIndex(({ type }) => type === parameter.type);
    const entry = types[index];
    if (!entry) throw new EncodeError(`"${parameter.type}" is no type of a typed parameter`);
    field.encode(writer, parameter.field);
    writer.int32(index + 1);
    entry.codec.encode(writer, parameter.value);
  },
  decode(reader) {
    const name = field.decode(reader);
    const { type, codec } = types[reader.discriminant(types.length) - 1] as (typeof types)[number];
    return { field: name, type, value: codec.decode(reader) } as TypedParameter;
  },
};

/** By name; of a repeated name the last value wins. */
export function typedParameterMap(parameters: readonly TypedParameter[]): ReadonlyMap<string, TypedValue> {
  return new Map(parameters.map((parameter) => [parameter.field, parameter.value]));
}
