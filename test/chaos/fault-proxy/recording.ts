import { type Call, isWrite } from './call.ts';
import type { Fault } from './rule.ts';

/** A call as it went through the proxy. */
export interface RecordedCall extends Call {
  /** What the API server answered, whether or not the caller heard of it; absent while it has not, or was not asked. */
  code?: number;
  /** What went wrong with it by rule. */
  fault?: Fault['kind'];
}

/** Everything that was asked for, in the order in which it came. */
export class Recording {
  readonly #calls: RecordedCall[] = [];

  /** The object that is returned stays in the recording; its answer is noted on it. */
  add(call: Call): RecordedCall {
    const recorded = { ...call };
    this.#calls.push(recorded);
    return recorded;
  }

  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** What changes something, or tries to, except objects of these kinds (plural). */
  writes(except: readonly string[] = []): RecordedCall[] {
    return this.#calls.filter((call) => isWrite(call) && !except.includes(call.resource));
  }

  /** Starts anew. */
  clear(): void {
    this.#calls.length = 0;
  }
}

/** A line about a call: `patch hosts/status h1 → 200`. */
export function describeCall({
  verb,
  resource,
  subresource,
  namespace,
  name,
  code,
  fault,
}: RecordedCall): string {
  const kind = subresource ? `${resource}/${subresource}` : resource;
  const key = [namespace, name].filter(Boolean).join('/');
  const end = [code, fault].filter((part) => part !== undefined).join(' ');
  return [verb, kind, key, end && `→ ${end}`].filter(Boolean).join(' ');
}
