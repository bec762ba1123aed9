import { Contestant } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import type { Figure } from '../../report.ts';
import { type CallSample, callSampleKeys } from '../../samples.ts';
import { takeTurns } from '../../turns.ts';
import { callFigures, keyOf } from './figures.ts';
import { clients, commandOf, type Daemons, describeSetting, settings, uriOf } from './settings.ts';
import { virshProcesses, virshShell } from './virsh.ts';

const rounds = 15;
/** Short, so that all meet the same noise, and long enough for thousands of calls. */
const turnMs = 250;

/** Calls per second of one connection: node-libvirt beside a program in C on libvirt.so, and virsh. */
export async function callContest(
  daemons: Daemons,
  peer: string,
  { progress, signal }: BenchContext,
): Promise<Figure[]> {
  const contestants: Contestant[] = [];
  const turns = new Map<string, () => Promise<CallSample>>();
  for (const setting of settings) {
    for (const client of clients) {
      const key = keyOf(client, describeSetting(setting));
      const contestant = new Contestant(key, commandOf(client, setting, daemons, peer), signal);
      contestants.push(contestant);
      turns.set(key, () => contestant.ask(turnMs, callSampleKeys));
    }
  }
  const uri = uriOf(daemons.standard, 'unix');
  turns.set(keyOf('virsh, one shell', 'unix'), () => virshShell(uri, signal));
  turns.set(keyOf('virsh, one process a call', 'unix'), () => virshProcesses(uri, signal));
  try {
    const onRound = (round: number) => progress(`calls: round ${round} of ${rounds}`);
    return callFigures(await takeTurns(turns, { rounds, warmUp: true, onRound }));
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.end()));
  }
}
