import type { Logger } from 'pino';
import { type Clock, type Random, sleep } from './clock.ts';
import type { Cluster } from './cluster.ts';
import { microTime } from './lease-object.ts';
import { type KubeObject, keyOf, resourceType } from './object.ts';
import { TokenBucket } from './token-bucket.ts';

export interface EventRecord {
  /** Warning for what a user should look at. */
  type: 'Normal' | 'Warning';
  /** Why: CamelCase, from a fixed table. */
  reason: string;
  /** What was done or tried: CamelCase. */
  action: string;
  /** For people. Cut at 1024 characters. */
  note: string;
}

export interface RecorderOptions {
  cluster: Cluster;
  clock: Clock;
  random: Random;
  log: Logger;
  /** Qualified name, as `vmfabric.io/operator`. */
  reportingController: string;
  /** The pod. */
  reportingInstance: string;
}

export const eventType = resourceType({
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
});

const repeatAfterMs = 120_000;
const burst = 100;
const perSecond = 10;
const noteLimit = 1024;
/** Longest name of an object, less what makes an event's name unique. */
const nameLimit = 253 - 14;

/**
 * Records events.k8s.io/v1 Events: fire and forget. The same event on the same object is recorded once in 2 minutes;
 * beyond a burst of 100, 10 a second pass and the rest is dropped, since whatever matters is in the status too. They are
 * sent one after the other: a hundred at once would hold up the writes that VMs wait for.
 */
export class EventRecorder {
  readonly #options: RecorderOptions;
  /** When what was recorded, oldest first. What was dropped is not in it, so the bucket bounds it too: 1,300 entries. */
  readonly #recorded = new Map<string, number>();
  /** Resolves when all that were recorded so far are sent or have failed. */
  #sent: Promise<void> = Promise.resolve();
  readonly #bucket: TokenBucket;
  readonly #end = new AbortController();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket({ clock: options.clock, burst, perSecond });
  }

  /** Never throws and never waits. */
  record(object: KubeObject, event: EventRecord): void {
    const key = identityOf(object, event);
    if (this.#end.signal.aborted || this.#isRecorded(key)) return;
    if (!this.#bucket.take()) {
      this.#options.log.debug({ reason: event.reason, object: keyOf(object) }, 'event dropped: too many');
      return;
    }
    this.#recorded.set(key, this.#options.clock.now());
    const recordedAt = this.#options.clock.wallTime();
    const send = () => this.#send(object, event, recordedAt);
    this.#sent = this.#sent.then(send);
  }

  /** Resolves when the events recorded so far are sent or have failed, at the latest after `timeoutMs`. */
  async flush(timeoutMs = 2_000): Promise<void> {
    const timer = new AbortController();
    const over = sleep(this.#options.clock, timeoutMs, timer.signal);
    await Promise.race([this.#sent, over]);
    timer.abort();
  }

  /** Flushes, gives up what is not sent by then, which could hold up the process for a minute, and records nothing more. */
  async stop(timeoutMs?: number): Promise<void> {
    await this.flush(timeoutMs);
    this.#end.abort(new Error('the recorder has stopped'));
  }

  #isRecorded(key: string): boolean {
    const now = this.#options.clock.now();
    for (const [old, at] of this.#recorded) {
      if (now - at < repeatAfterMs) break;
      this.#recorded.delete(old);
    }
    return this.#recorded.has(key);
  }

  async #send(object: KubeObject, event: EventRecord, recordedAt: Date): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return;
    try {
      await this.#options.cluster.create(eventType, this.#eventOf(object, event, recordedAt), {
        ...{ signal, urgency: 'background' },
      });
    } catch (error) {
      this.#options.log.warn(
        { err: error, reason: event.reason, object: keyOf(object) },
        'event not recorded',
      );
    }
  }

  #eventOf(object: KubeObject, { type, reason, action, note }: EventRecord, recordedAt: Date) {
    const { random, reportingController, reportingInstance } = this.#options;
    const { name, namespace, uid, resourceVersion } = object.metadata;
    const suffix = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
    const { apiVersion, kind } = object;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      // Events of cluster-scoped objects live in "default", where kubectl describe looks for them.
      metadata: { name: `${name.slice(0, nameLimit)}.${suffix}`, namespace: namespace ?? 'default' },
      eventTime: microTime(recordedAt),
      regarding: { apiVersion, kind, name, uid, resourceVersion, ...(namespace ? { namespace } : {}) },
      ...{ type, reason, action, note: cut(note), reportingController, reportingInstance },
    };
  }
}

/** What makes two events the same one. */
function identityOf({ metadata }: KubeObject, { type, reason, action, note }: EventRecord): string {
  return JSON.stringify([metadata.uid, type, reason, action, note]);
}

function cut(note: string): string {
  return note.length <= noteLimit ? note : `${note.slice(0, noteLimit - 1)}…`;
}
