import { Contestant, nodeProgram } from '../../contestant.ts';
import type { Figure } from '../../report.ts';
import { type CallSample, callSampleKeys } from '../../samples.ts';
import { takeTurns } from '../../turns.ts';
import type { Arena } from '../arena.ts';
import type { CacheSource } from '../caches/open.ts';
import { type Restart, restartOperator } from '../operator/process.ts';
import { fleetNamespace } from '../population.ts';
import { reconcileFigures } from './figures.ts';

const rounds = 3;
const turnMs = 2_000;

/** Reconciles a second of a controller that has nothing to do, and of the whole operator after its start. */
export async function reconcileContest(arena: Arena): Promise<Figure[]> {
  const { progress, signal } = arena.context;
  const { operator, vms } = await arena.fleet();
  const spec: CacheSource = { kubeconfigPath: arena.kubeconfigPath, namespace: fleetNamespace };
  const command = nodeProgram(import.meta.dirname, 'client.ts', spec);
  const controller = new Contestant('a controller', command, signal);
  try {
    const turns = new Map<string, () => Promise<CallSample | Restart>>([
      ['controller', () => controller.ask(turnMs, callSampleKeys)],
      ['operator', () => restartOperator(operator, { signal })],
    ]);
    const onRound = (round: number) => progress(`reconciles: round ${round} of ${rounds}`);
    const samples = await takeTurns(turns, { rounds, onRound });
    return reconcileFigures(
      samples.get('controller') as CallSample[],
      samples.get('operator') as Restart[],
      vms,
    );
  } finally {
    await controller.end();
  }
}
