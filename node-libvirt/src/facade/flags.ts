import type { CallOptions } from '../connection/pending-call.ts';
import { EncodeError } from '../errors.ts';

/** Numbers of libvirt's by their names, such as CreateFlag or SuspendTarget. */
export type Constants = Readonly<Record<string, number>>;

/** One of them, by its name or as the number: `OneOf<typeof SuspendTarget>` is `'Disk'` or SuspendTarget.Disk. */
export type OneOf<C extends Constants> = number | keyof C;

/** Any of them, by their names or or-ed: `Flags<typeof CreateFlag>` is `['Paused']` or CreateFlag.Paused. */
export type Flags<C extends Constants> = number | readonly (keyof C)[];

/** Options of calls that take flags of libvirt's. */
export interface FlaggedOptions<C extends Constants> extends CallOptions {
  /** By their names or or-ed; none unless given. A name that there is not is an EncodeError. */
  flags?: Flags<C> | undefined;
}

/** @throws EncodeError for a name that there is not */
export function numberOf<C extends Constants>(constants: C, one: NoInfer<OneOf<C>>): number {
  if (typeof one === 'number') return one;
  const number = Object.hasOwn(constants, one) ? constants[one] : undefined;
  if (number === undefined)
    throw new EncodeError(`"${String(one)}" is none of ${Object.keys(constants).join(', ')}`);
  return number;
}

/** @throws EncodeError for a name that there is not */
export function flagBits<C extends Constants>(constants: C, flags: NoInfer<Flags<C>> = 0): number {
  // To `|`, the highest bit is a sign, as in StatsFlag.NoWait | StatsFlag.EnforceStats.
  if (typeof flags === 'number') return flags === (flags | 0) ? flags >>> 0 : flags;
  if (!Array.isArray(flags))
    throw new EncodeError(`flags are a list of ${Object.keys(constants).join(', ')}, or or-ed numbers`);
  return flags.reduce<number>((bits, name) => bits | numberOf(constants, name), 0) >>> 0;
}
