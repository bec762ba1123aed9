import type { KubeObject, ObjectRef, ResourceType } from './object.ts';

export interface CallOptions {
  signal?: AbortSignal;
  /**
   * Called right before each attempt to send the call, repeated ones included; what it throws ends the call, which is
   * not sent then, and is what the call rejects with.
   */
  permit?: () => void;
  /** Which calls wait for which. Default: `normal`. */
  urgency?: Urgency;
}

/**
 * `urgent`: somebody waits for it, and it waits for no other kind. `background`: it may lag, and of however many there
 * are few are under way at once, which leaves the API server to the others.
 */
export type Urgency = 'urgent' | 'normal' | 'background';

export interface ListOptions extends CallOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface ReadOptions extends ListOptions {
  /**
   * The answer may come from the server's cache, but must have seen this version: a server that lags waits for it, and
   * answers with an `ApiError` with `isVersionTooLarge` when it does not come. Without it the read is consistent: it
   * holds every write that was acknowledged before the call.
   */
  notOlderThan?: string;
  /** Only the first so many objects, for whoever wants no more than the `resourceVersion`. */
  limit?: number;
}

export interface WatchOptions extends ListOptions {
  /** The server ends the watch after that. */
  timeoutSeconds: number;
  /**
   * A streaming list (KEP-3157): first every object as ADDED, then a bookmark with `initialEventsEnd`, then changes. The
   * version given is then what the state must not be older than; an empty one asks for a consistent read.
   */
  sendInitialEvents?: boolean;
}

/** What apply sends: only the fields that the field manager owns. */
export type ApplyObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
};

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; resourceVersion: string; initialEventsEnd: boolean };

/**
 * The API server as controllers and the reflector use it. The HTTP client and the in-memory fake both implement it and
 * pass one contract suite. Every call rejects with an `ApiError` of errors.ts, with the signal's reason,
 * or with what `permit` threw.
 */
export interface Cluster {
  /** @throws ApiError with `isNotFound` when there is none. */
  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T>;

  /** All pages; objects carry apiVersion and kind, managedFields are left out. */
  list<T extends KubeObject>(
    type: ResourceType<T>,
    options?: ReadOptions,
  ): Promise<{ items: T[]; resourceVersion: string }>;

  /**
   * Changes from `resourceVersion` on, until the server ends the watch. Ends with an `ApiError` with `isExpired`
   * (410, as status or as ERROR event) when that version is no longer to be had. From a version that the server has yet
   * to reach it brings nothing, not even bookmarks.
   */
  watch<T extends KubeObject>(
    type: ResourceType<T>,
    resourceVersion: string,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>>;

  create<T extends KubeObject>(type: ResourceType<T>, object: ApplyObject, options?: CallOptions): Promise<T>;

  /** Server-side apply as `fieldManager`; `force` takes fields over from other managers. */
  apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: ApplyObject,
    options: CallOptions & { fieldManager: string; force?: boolean },
  ): Promise<T>;

  /**
   * Replaces the object's status by `status`, compare-and-swap on the resourceVersion of `object` as it was read.
   * Sends only the difference and sends nothing, returning `object`, when there is none.
   * @throws ApiError with `isConflict` when the object changed since.
   */
  patchStatus<T extends KubeObject & { status?: unknown }>(
    type: ResourceType<T>,
    object: T,
    status: NonNullable<T['status']>,
    options?: CallOptions,
  ): Promise<T>;

  /** Sets metadata.finalizers to the list given, compare-and-swap as patchStatus; no write when it is that already. */
  setFinalizers<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    finalizers: readonly string[],
    options?: CallOptions,
  ): Promise<T>;

  /** Deletes the object with exactly this uid; one that is gone already is no error. */
  delete(type: ResourceType, ref: ObjectRef & { uid: string }, options?: CallOptions): Promise<void>;
}
