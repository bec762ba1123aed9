import { abortWith, untilAborted } from './abort.ts';
import { BackOff } from './back-off.ts';
import { type Clock, type Random, sleep } from './clock.ts';
import { compareResourceVersions } from './resource-version.ts';

export interface FreshnessOptions {
  kind: string;
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** The version that the cache has now. */
  held: () => string | undefined;
  /** The version that a consistent read gives now. */
  current: (signal: AbortSignal) => Promise<string>;
  /** Resolves once the cache has reached the version; may never. */
  reached: (version: string) => Promise<void>;
  /** Cuts the watch and lists: at that version or later; without one by a consistent read. */
  listAgain: (floor: string | undefined) => Promise<void>;
}

/** For all of it, in milliseconds. */
const deadlineMs = 60_000;

/**
 * A watch that lives is behind by less, unless nothing happened to its kind of late: then only the next bookmark would
 * tell, up to a minute later, and a list is the quicker proof.
 */
const catchUpMs = 500;

/** Of one read, in milliseconds: a connection that is dead at the other end must not use up the deadline. */
const readLimitMs = 5_000;

/**
 * Resolves once a cache is as new as the moment of the call. It cannot know by itself that its watch died: a replica
 * that was on standby for days would act on what it saw last.
 * @throws Error after a minute; the reason of the signal.
 */
export async function proveFresh(options: FreshnessOptions): Promise<void> {
  const { clock, kind } = options;
  const late = new Error(`the cache of ${kind} is not proven fresh within ${deadlineMs} ms`);
  await within({ clock, limitMs: deadlineMs, late, signal: options.signal }, (signal) =>
    prove({ ...options, signal }),
  );
}

async function prove(options: FreshnessOptions): Promise<void> {
  const { clock, signal, held, reached, listAgain } = options;
  const before = held();
  const current = await readCurrent(options);
  // What is acknowledged stays so: a cache that has seen more has seen what a restore of etcd undid.
  const wentBack = before !== undefined && compareResourceVersions(current, before) < 0;
  if (wentBack) return listAgain(undefined);
  const late = new Error('the watch does not catch up');
  try {
    await within({ clock, limitMs: catchUpMs, late, signal }, () => reached(current));
  } catch (error) {
    if (error !== late) throw error;
    await listAgain(current);
  }
}

async function readCurrent(options: FreshnessOptions): Promise<string> {
  const { clock, random, signal, current } = options;
  const backOff = new BackOff({ firstMs: 200, longestMs: 5_000, random });
  const limit = { clock, limitMs: readLimitMs, late: new Error('no answer'), signal };
  for (;;) {
    try {
      return await within(limit, current);
    } catch {
      signal.throwIfAborted();
    }
    await sleep(clock, backOff.nextMs(), signal);
  }
}

/** The work's outcome, or `late` or the signal's reason, whichever is first; the work's own signal aborts at the end. */
async function within<R>(
  limit: { clock: Clock; limitMs: number; late: Error; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const { clock, limitMs, late, signal } = limit;
  signal.throwIfAborted();
  const end = new AbortController();
  const release = abortWith(end, signal);
  const timer = clock.setTimeout(() => end.abort(late), limitMs);
  try {
    return await untilAborted(work(end.signal), end.signal);
  } finally {
    clock.clearTimeout(timer);
    release();
    end.abort();
  }
}
