import { percentile } from '../../samples.ts';
import type { Placer } from '../placer.ts';
import type { Outcome, WorkloadEvent } from '../workload/model.ts';

export interface ReplayOptions {
  /** It ends early after this time. */
  limitMs: number;
  /** Milliseconds. */
  now: () => number;
  /** CPU that the process has used until now, milliseconds. */
  cpuMs: () => number;
}

export interface Replay {
  outcomes: Outcome[];
  /** From the first event to the last, deletions included. */
  seconds: number;
  cpuSeconds: number;
  /** Of each creation, from the question until the VM is counted on its host; milliseconds. */
  decisionMs: number[];
}

/** Lets somebody decide one event after the other. */
export function replay(
  placer: Placer,
  events: readonly WorkloadEvent[],
  { limitMs, now, cpuMs }: ReplayOptions,
): Replay {
  const outcomes: Outcome[] = [];
  const decisionMs: number[] = [];
  const [begin, cpuBegin] = [now(), cpuMs()];
  for (const event of events) {
    const asked = now();
    if (asked - begin > limitMs) break;
    outcomes.push(decide(placer, event));
    if (event.kind === 'create') decisionMs.push(now() - asked);
  }
  return { outcomes, decisionMs, seconds: (now() - begin) / 1e3, cpuSeconds: (cpuMs() - cpuBegin) / 1e3 };
}

function decide(placer: Placer, event: WorkloadEvent): Outcome {
  if (event.kind === 'delete') {
    placer.remove(event.id);
    return { kind: 'deleted', id: event.id };
  }
  const host = placer.place(event.vm);
  return host === undefined ? { kind: 'refused', vm: event.vm } : { kind: 'placed', vm: event.vm, host };
}

export interface Pace {
  placements: number;
  refusals: number;
  /** Placements and refusals in a second. */
  rate: number;
  /** The same in a second of its own CPU, which tells more where others use the machine as well. */
  rateOfCpu: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

export function paceOf({ outcomes, decisionMs, seconds, cpuSeconds }: Replay): Pace {
  const count = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length;
  return {
    ...{ placements: count('placed'), refusals: count('refused'), rate: decisionMs.length / seconds },
    rateOfCpu: decisionMs.length / cpuSeconds,
    ...{
      p50Ms: percentile(decisionMs, 50),
      p99Ms: percentile(decisionMs, 99),
      maxMs: percentile(decisionMs, 100),
    },
  };
}
