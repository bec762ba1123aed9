import { Contestant, nodeProgram } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import type { Figure } from '../../report.ts';
import { takeTurns } from '../../turns.ts';
import type { ClientTarget } from '../client-target.ts';
import type { Fleet } from '../fleet-process.ts';
import type { HungSpec } from './client.ts';
import { hungFigures, type Latency, latencyKeys } from './figures.ts';

const hungHosts = 400;
const rounds = 10;
/** All ten together are longer than keepalive's interval, so that pings to the hung hosts are in them. */
const turnMs = 1_000;

/** What 400 hung hosts cost the calls of a healthy one in the same process, beside a process that has no hung ones. */
export async function hungContest(
  healthy: ClientTarget,
  fleet: Fleet,
  { progress, signal }: BenchContext,
): Promise<Figure[]> {
  const contestants: Contestant[] = [];
  const turns = new Map<string, () => Promise<Latency>>();
  for (const [name, count] of [
    ['none', 0],
    ['hung', hungHosts],
  ] as const) {
    const spec: HungSpec = { healthy, stuck: fleet.unix, silent: fleet.silent, hungHosts: count };
    const command = nodeProgram(import.meta.dirname, 'client.ts', spec);
    const contestant = new Contestant(`${count} hung hosts`, command, signal);
    contestants.push(contestant);
    turns.set(name, async () => {
      const { hungHosts: hung, ...latency } = await contestant.ask(turnMs, [...latencyKeys, 'hungHosts']);
      if (hung !== count) throw new Error(`${hung} of ${count} hosts hang`);
      return latency;
    });
  }
  const onRound = (round: number) => progress(`hung hosts: round ${round} of ${rounds}`);
  try {
    return hungFigures(await takeTurns(turns, { rounds, warmUp: true, onRound }), hungHosts);
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.end()));
  }
}
