import { virtualMachines } from '../../../../operator/api/kinds.ts';
import { namespaceType } from '../../../../operator/kube/contract-objects.ts';
import { Contestant, nodeProgram } from '../../contestant.ts';
import type { Figure } from '../../report.ts';
import { takeTurns } from '../../turns.ts';
import type { Arena } from '../arena.ts';
import { vmManifest } from '../vms.ts';
import type { WritingSpec } from './client.ts';
import { keyOf, settings, type WritingSample, writeFigures } from './figures.ts';
import type { Target } from './writers.ts';

const rounds = 7;
const turnMs = 1_000;
/** Apart from the fleet, which goes on as it is. */
const namespace = 'writes';

const sampleKeys = ['calls', 'seconds', 'cpuSeconds', 'connections'] as const;

/** Status patches a second, beside client-node's. */
export async function writeContest(arena: Arena): Promise<Figure[]> {
  const { api, context, kubeconfigPath } = arena;
  const metadata = { name: namespace };
  await api.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const contestants: Contestant[] = [];
  const turns = new Map<string, () => Promise<WritingSample>>();
  try {
    for (const { client, inFlight } of settings) {
      const targets = await createTargets(arena, `${client}-${inFlight}`, inFlight);
      const spec: WritingSpec = { kubeconfigPath, client, targets };
      const key = keyOf(client, inFlight);
      const command = nodeProgram(import.meta.dirname, 'client.ts', spec);
      const contestant = new Contestant(key, command, context.signal);
      contestants.push(contestant);
      turns.set(key, () => contestant.ask(turnMs, sampleKeys));
    }
    const onRound = (round: number) => context.progress(`writes: round ${round} of ${rounds}`);
    return writeFigures(await takeTurns(turns, { rounds, warmUp: true, onRound }));
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.end()));
  }
}

function createTargets({ api }: Arena, prefix: string, count: number): Promise<Target[]> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
  return Promise.all(
    names.map(async (name) => {
      await api.cluster.create(virtualMachines, vmManifest(namespace, name));
      return { namespace, name };
    }),
  );
}
