import { isDeepStrictEqual } from 'node:util';
import type { HostConnection, HostFacts } from '../../hypervisor/hypervisor.ts';
import { type Clock, sleep } from '../../kube/clock.ts';

export interface FactsWatch {
  connection: Pick<HostConnection, 'facts'>;
  clock: Clock;
  /** From 0 to 1; spreads the reads of a thousand hosts that were connected at once. */
  random: () => number;
  /** Ends the watch. */
  signal: AbortSignal;
  /** Called with facts that differ from those that were told before. */
  onChanged: (facts: HostFacts) => void;
}

/** Memory that is gone, CPUs taken offline, pages added: no event tells of them. */
const everyMs = 300_000;

/**
 * Asks a connected host every few minutes what it has, until the signal aborts; never rejects. A host that cannot say so
 * now is asked at the next turn: whether it answers at all is the connection's affair.
 */
export async function watchFacts(first: HostFacts, watch: FactsWatch): Promise<void> {
  const { connection, clock, random, signal, onChanged } = watch;
  let known = first;
  for (;;) {
    await sleep(clock, everyMs * (0.75 + random() / 2), signal);
    if (signal.aborted) return;
    const facts = await connection.facts({ signal }).catch(() => undefined);
    if (signal.aborted) return;
    if (!facts || isDeepStrictEqual(facts, known)) continue;
    known = facts;
    onChanged(facts);
  }
}
