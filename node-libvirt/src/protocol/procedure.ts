import { type Codec, type Fields, type InferFields, struct } from './codec.ts';
import { Program } from './programs.ts';

/**
 * libvirtd keeps some workers for `high` procedures alone, because they never wait for a guest.
 * They stay possible when everything else is stuck, so they also go first on our side.
 */
export type Priority = 'high' | 'normal';

/** One call of the protocol. */
export interface Procedure<Args, Ret> {
  readonly program: Program;
  readonly number: number;
  readonly priority: Priority;
  readonly args: Codec<Args>;
  readonly ret: Codec<Ret>;
}

type Made<A extends Fields, R extends Fields> = Procedure<InferFields<A>, InferFields<R>>;

function define<A extends Fields, R extends Fields>(
  program: Program,
  priority: Priority,
  number: number,
  args: A,
  ret: R,
): Made<A, R> {
  return { program, number, priority, args: struct(args), ret: struct(ret) };
}

/** An ordinary procedure of the main program: number, arguments, results. */
export function normal<A extends Fields, R extends Fields>(number: number, args: A, ret: R): Made<A, R> {
  return define(Program.Remote, 'normal', number, args, ret);
}

/** A procedure of the main program that libvirt marks as high priority. */
export function high<A extends Fields, R extends Fields>(number: number, args: A, ret: R): Made<A, R> {
  return define(Program.Remote, 'high', number, args, ret);
}

/** A procedure of the program for QEMU's own features. */
export function qemu<A extends Fields, R extends Fields>(
  number: number,
  args: A,
  ret: R,
  priority: Priority = 'normal',
): Made<A, R> {
  return define(Program.Qemu, priority, number, args, ret);
}
