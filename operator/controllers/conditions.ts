import type { Condition, ConditionStatus } from '../api/common.ts';
import type { Reason } from '../api/reasons.ts';

/** What a reconcile found about one condition. */
export interface Verdict {
  status: ConditionStatus;
  reason: Reason;
  message: string;
}

export function holds(reason: Reason, message: string): Verdict {
  return { status: 'True', reason, message };
}

export function fails(reason: Reason, message: string): Verdict {
  return { status: 'False', reason, message };
}

export function unknown(reason: Reason, message: string): Verdict {
  return { status: 'Unknown', reason, message };
}

/**
 * The list for the status: every type given, in that order. A condition keeps its lastTransitionTime while its status
 * stays, so that the same verdicts make the same list and no write.
 */
export function conditionList<Type extends string>(
  verdicts: Readonly<Partial<Record<Type, Verdict>>>,
  previous: readonly Condition[] | undefined,
  observedGeneration: number,
  now: Date,
): Condition[] {
  return (Object.entries(verdicts) as [Type, Verdict][]).map(([type, verdict]) => {
    const before = previous?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : timestamp(now);
    const { status, reason, message } = verdict;
    return { type, status, reason, message: clip(message), observedGeneration, lastTransitionTime };
  });
}

export function findCondition(
  object: { status?: { conditions?: Condition[] | undefined } },
  type: string,
): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/** Kubernetes timestamps have whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The schema admits 4096 characters of message. */
function clip(message: string): string {
  return message.length <= 4096 ? message : `${message.slice(0, 4095)}…`;
}
