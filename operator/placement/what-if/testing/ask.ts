import type { VmState } from '../../model/vm.ts';
import { required, type SmallWorld } from '../../testing/small-world.ts';
import type { AnswerOf } from '../answer.ts';
import type { Question } from '../question.ts';
import { whatIf } from '../what-if.ts';

export const pool = { name: 'default', strategy: 'Spread' } as const;
export const apart = { vmAntiAffinity: [{ topologyKey: 'hostname', enforcement: required }] };

/** The answers to questions about a small world. */
export function ask<const Q extends readonly Question[]>(world: SmallWorld, ...questions: Q) {
  return whatIf(world.engine, pool, questions) as { [I in keyof Q]: AnswerOf<Q[I]['kind']> };
}

/** How many more such VMs fit. */
export const shape = (of: VmState) =>
  ({ kind: 'fit', request: { vm: of, pool: 'default', strategy: 'Spread' } }) as const;
