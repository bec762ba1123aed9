import { setImmediate } from 'node:timers/promises';
import type { BenchContext } from '../../main.ts';
import type { Figure } from '../../report.ts';
import { Emptying } from './emptying.ts';
import { EnginePolicy } from './engine-policy.ts';
import { learnedFrom, oracle } from './expectations.ts';
import { type Contest, type Contestant, contestFigures } from './figures.ts';
import { LifetimePolicy } from './lifetime-policy.ts';
import { bestFit, firstFit, hybridFit } from './plain-policies.ts';
import { type Mover, type Order, type Packing, type Policy, replay } from './replay.ts';
import { type Trace, trace2017, trace2020 } from './traces.ts';

interface Traces {
  show: () => Trace;
  /** What the weights were tuned on, and the curves and the mix of demand come from. */
  tuned: () => Trace;
  goals: Contest['goals'];
}

const contests: readonly Traces[] = [
  {
    show: () => trace2020('sample-0'),
    tuned: () => trace2020('sample-batched-0'),
    goals: { peak: 2, mean: 5 },
  },
  { show: () => trace2017('test'), tuned: () => trace2017('dev'), goals: { peak: 2, mean: 13 } },
];

/**
 * How many hosts the engine's Pack keeps open on traces of Azure, beside plain policies and a study of what expected lives
 * could win (`lives/`). Nothing moves but where it is said. A VM's own future is known to the oracle alone, which is
 * there to tell the limit for all predictors.
 */
export const part = async (context: BenchContext): Promise<Figure[]> => {
  const figures: Figure[] = [];
  for (const { show, tuned, goals } of contests) {
    const [trace, from] = [show(), tuned()];
    const packings = {} as Record<Contestant, Packing>;
    for (const [name, [policy, order, mover]] of Object.entries(contestants(trace, from))) {
      // A replay takes up to half a minute, in which no signal is heard.
      await setImmediate();
      context.signal.throwIfAborted();
      context.progress(`packing ${trace.name}: ${name}`);
      packings[name as Contestant] = replay(trace, policy(), order, mover?.());
    }
    const contest = { name: trace.name, tunedOn: from.name, goals, vms: trace.vms.length };
    figures.push(...contestFigures(contest, packings));
  }
  return figures;
};

type Way = [() => Policy, Order, (() => Mover)?];

function contestants(trace: Trace, from: Trace): Record<Contestant, Way> {
  const lifetime = () => new LifetimePolicy(learnedFrom(from), from);
  const engine = () => new EnginePolicy();
  const moves = () => new Emptying(trace);
  return {
    'first fit': [firstFit, 'as they came'],
    'best fit': [bestFit, 'as they came'],
    hybrid: [hybridFit, 'as they came'],
    'hybrid, largest first': [hybridFit, 'largest first'],
    "the engine's Pack, largest first": [engine, 'largest first'],
    'lifetimes, as they came': [lifetime, 'as they came'],
    'lifetimes, largest first': [lifetime, 'largest first'],
    'lives known beforehand': [() => new LifetimePolicy(oracle, from), 'largest first'],
    'hybrid, largest first, with moves': [hybridFit, 'largest first', moves],
    "the engine's Pack, largest first, with moves": [engine, 'largest first', moves],
    'lifetimes, largest first, with moves': [lifetime, 'largest first', moves],
  };
}
