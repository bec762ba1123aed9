import { describe } from 'vitest';
import { reserveScenarios } from '../scenarios/reserve.ts';
import { prove } from './prove.ts';

describe('an operator that is killed or misses an answer at any write ends where it would have, when', () => {
  for (const scenario of reserveScenarios) prove(scenario);
});
