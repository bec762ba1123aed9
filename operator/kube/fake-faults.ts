import type { ObjectKey, ResourceType } from './object.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'apply' | 'patchStatus' | 'setFinalizers' | 'delete';

/** One call as the server received it. */
export interface RecordedCall {
  verb: Verb;
  type: ResourceType;
  /** Empty for list and watch. */
  key: ObjectKey;
  /** Whether it changed what is stored; false for reads, refusals and writes of what is there already. */
  changed: boolean;
  /** A watch that is a streaming list. */
  streamsList?: true;
}

export interface PlannedFault {
  verb: Verb;
  kind: string;
  /** Only calls for this object. */
  key?: ObjectKey;
  error: Error;
  /** `after`: the write takes effect and its answer is lost. Default `before`. */
  when?: 'before' | 'after';
  /** How many calls fail. Default 1. */
  times?: number;
}

/** Faults that wait for their call. */
export class FaultPlan {
  readonly #planned: (PlannedFault & { left: number })[] = [];

  add(fault: PlannedFault): void {
    this.#planned.push({ ...fault, left: fault.times ?? 1 });
  }

  /** @throws the planned error when one is due for this call at this moment. */
  check(call: RecordedCall, when: 'before' | 'after'): void {
    const fault = this.#planned.find(
      ({ verb, kind, key, left, when: moment = 'before' }) =>
        left > 0 &&
        moment === when &&
        verb === call.verb &&
        kind === call.type.kind &&
        (key === undefined || key === call.key),
    );
    if (!fault) return;
    fault.left -= 1;
    throw fault.error;
  }
}
