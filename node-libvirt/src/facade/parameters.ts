import { EncodeError } from '../errors.ts';
import type { TypedParameter } from '../protocol/typed-parameter.ts';

/**
 * Beside the flags of a getter: its reply may hold values that are text. Without it, libvirt leaves them out
 * (libvirt: VIR_TYPED_PARAM_STRING_OKAY).
 */
export const stringOkay = 4;

/** Names of parameters, each with the type that a server insists on. */
export type ParameterTypes = Readonly<Record<string, TypedParameter['type']>>;

type ValueOf<T> = T extends 'llong' | 'ullong'
  ? bigint
  : T extends 'boolean'
    ? boolean
    : T extends 'string'
      ? string
      : number;

/** Values by name; those left out stay as they are. */
export type ParametersOf<T extends ParameterTypes> = { readonly [F in keyof T]?: ValueOf<T[F]> | undefined };

/**
 * As the protocol has them, in the order of `values`.
 * @throws EncodeError for a name that is not in `types`
 */
export function typedParameters<T extends ParameterTypes>(
  types: T,
  values: ParametersOf<T>,
): TypedParameter[] {
  return Object.entries(values).flatMap(([field, value]) => {
    const type = types[field];
    if (!type) throw new EncodeError(`"${field}" is none of the parameters ${Object.keys(types).join(', ')}`);
    return value === undefined ? [] : [{ field, type, value } as TypedParameter];
  });
}
