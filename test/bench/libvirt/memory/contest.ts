import { Contestant, nodeProgram } from '../../contestant.ts';
import type { BenchContext } from '../../main.ts';
import type { Figure } from '../../report.ts';
import { callSampleKeys } from '../../samples.ts';
import { takeTurns } from '../../turns.ts';
import type { Fleet } from '../fleet-process.ts';
import type { OpeningSpec } from './client.ts';
import { memoryFigures, type Opening, type OpeningClient } from './figures.ts';

export const connections = 1_000;
/**
 * V8's young generation else grows with what a process does while it opens connections, up to tens of MiB, and keeps them:
 * one for the process, which holding connections needs not.
 */
const lean = '--max-semi-space-size=1';
const rounds = 3;
/** Every connection pings once in it. */
const idleMs = 6_000;

/** Memory and idle CPU of one process that holds connections to a thousand fake hosts. */
export async function memoryContest(fleet: Fleet, peer: string, context: BenchContext): Promise<Figure[]> {
  const node = (transport: 'tls' | 'unix', client: OpeningSpec['client'], ...flags: string[]) => {
    const spec: OpeningSpec = { target: fleet[transport], count: connections, client };
    return nodeProgram(import.meta.dirname, 'client.ts', spec, '--expose-gc', ...flags);
  };
  const commands: Record<OpeningClient, string[]> = {
    'node-libvirt, tls': node('tls', 'node-libvirt', lean),
    'node-libvirt, tls, defaults': node('tls', 'node-libvirt'),
    'bare node:tls': node('tls', 'raw', lean),
    'C, tls': [peer, 'open', fleet.tlsUri, `${connections}`],
    'node-libvirt, unix': node('unix', 'node-libvirt', lean),
    'C, unix': [peer, 'open', fleet.unixUri, `${connections}`],
  };
  const turn = ([name, command]: [string, string[]]) =>
    [name, () => openMany(name, command, context.signal)] as const;
  const onRound = (round: number) =>
    context.progress(`${connections} connections: round ${round} of ${rounds}`);
  return memoryFigures(
    await takeTurns(new Map(Object.entries(commands).map(turn)), { rounds, onRound }),
    connections,
  );
}

async function openMany(name: string, command: string[], signal: AbortSignal): Promise<Opening> {
  const contestant = new Contestant(name, command, signal);
  try {
    const opened = await contestant.next(['beforeKiB', 'afterKiB', 'youngKiB', 'seconds']);
    const idle = await contestant.ask(idleMs, callSampleKeys);
    return { ...opened, idleMsPerSecond: (idle.cpuSeconds * 1e3) / idle.seconds };
  } finally {
    await contestant.end();
  }
}
