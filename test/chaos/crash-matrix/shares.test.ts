import { describe } from 'vitest';
import { shareScenarios } from '../scenarios/shares.ts';
import { prove } from './prove.ts';

describe('an operator that is killed or misses an answer at any write ends where it would have, when', () => {
  for (const scenario of shareScenarios) prove(scenario);
});
