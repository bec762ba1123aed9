import type { PlacementEngine } from '../engine/engine.ts';
import type { Answer } from './answer.ts';
import { add, change, lose, place } from './changes.ts';
import { howManyFit } from './fit.ts';
import { drain, rebalance } from './moves.ts';
import type { Pool, Question } from './question.ts';
import { Supposition } from './supposition.ts';

/**
 * Answers questions about the pool one after the other, each in the world as it would be after those before it: add ten
 * hosts, then lose a rack. The engine is left as it was.
 * @throws WhatIfError when a question names what is not there
 */
export function whatIf(engine: PlacementEngine, pool: Pool, questions: readonly Question[]): Answer[] {
  const supposed = new Supposition(engine, pool);
  return engine.trial(() => questions.map((question) => answer(supposed, question)));
}

function answer(supposed: Supposition, question: Question): Answer {
  switch (question.kind) {
    case 'fit':
      return howManyFit(supposed, question);
    case 'lose':
      return lose(supposed, question);
    case 'add':
      return add(supposed, question);
    case 'drain':
      return drain(supposed, question);
    case 'change':
      return change(supposed, question);
    case 'place':
      return place(supposed, question);
    case 'rebalance':
      return rebalance(supposed, question);
  }
}
