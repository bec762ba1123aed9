import { untilAborted } from './abort.ts';
import type { Clock } from './clock.ts';
import type { ApplyObject, CallOptions, Cluster, ReadOptions, WatchEvent, WatchOptions } from './cluster.ts';
import { ApiError } from './errors.ts';
import { applyFields, ownAll } from './fake-apply.ts';
import { FaultPlan, type PlannedFault, type RecordedCall, type Verb } from './fake-faults.ts';
import { FakeStorage, type Stored } from './fake-storage.ts';
import { FakeWatches } from './fake-watches.ts';
import { mergePatch } from './merge-patch.ts';
import { apiVersionOf, type KubeObject, keyOf, type ObjectRef, type ResourceType } from './object.ts';
import { selects } from './selector.ts';

type AnyObject = KubeObject & Record<string, unknown>;

export interface FakeClusterOptions {
  /** Ends watches after their timeoutSeconds and dates objects; without it watches last and the date stands still. */
  clock?: Clock;
  /** Called for each call before and after it takes effect: throw to fail it, await to hold it up. */
  intercept?: (call: RecordedCall, when: 'before' | 'after') => void | Promise<void>;
}

/**
 * The API server in memory, for unit tests: passes the same contract suite as the real one, and takes faults.
 * `put`, `edit` and `remove` are the rest of the world (users, other controllers); they are not recorded.
 */
export class FakeCluster implements Cluster {
  readonly calls: RecordedCall[] = [];
  /** Faults of watches: cut, freeze, thaw, drop, expire, bookmark. */
  readonly watches: FakeWatches;
  intercept: NonNullable<FakeClusterOptions['intercept']>;
  readonly #faults = new FaultPlan();
  readonly #storage: FakeStorage;

  constructor(options: FakeClusterOptions = {}) {
    const { clock } = options;
    this.#storage = new FakeStorage(() => clock?.wallTime() ?? new Date(Date.UTC(2026, 0, 1)));
    this.watches = new FakeWatches(this.#storage, clock);
    this.intercept = options.intercept ?? (() => {});
  }

  /** Makes calls fail that match, in the order planned. */
  failNext(fault: PlannedFault): void {
    this.#faults.add(fault);
  }

  /** The recorded calls that changed something: what must be empty once all is quiet. */
  get writes(): RecordedCall[] {
    return this.calls.filter(({ changed }) => changed);
  }

  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    return this.#call('get', type, keyOf(ref), options, () => this.#find(type, 'get', ref).object as T);
  }

  list<T extends KubeObject>(type: ResourceType<T>, options: ReadOptions = {}) {
    return this.#call('list', type, '', options, () => {
      this.#storage.checkReached(type, 'list', options.notOlderThan ?? '');
      const items = this.#storage.list(type).filter(selects(options)).slice(0, options.limit) as T[];
      return { items, resourceVersion: this.#storage.version.toString() };
    });
  }

  async *watch<T extends KubeObject>(
    type: ResourceType<T>,
    resourceVersion: string,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const watch = await this.#call('watch', type, '', options, () =>
      this.watches.open(type, resourceVersion, options),
    );
    yield* watch as AsyncIterable<WatchEvent<T>>;
  }

  create<T extends KubeObject>(
    type: ResourceType<T>,
    object: ApplyObject,
    options?: CallOptions,
  ): Promise<T> {
    return this.#call('create', type, keyOf(object.metadata), options, () => {
      const key = keyOf(object.metadata);
      if (this.#storage.get(type, key)) {
        throw refusal('create', type, key, 409, 'already exists', 'AlreadyExists');
      }
      return this.#storage.insert(type, draftOf(type, object), ownAll(object, 'create')) as T;
    });
  }

  apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: ApplyObject,
    options: CallOptions & { fieldManager: string; force?: boolean },
  ): Promise<T> {
    const key = keyOf(object.metadata);
    return this.#call('apply', type, key, options, () => {
      const stored = this.#storage.get(type, key);
      checkVersion('apply', type, key, object.metadata, stored);
      const how = { manager: `apply ${options.fieldManager}`, force: options.force === true };
      const base = stored?.object ?? draftOf(type, { ...object, ...emptied(object) });
      const outcome = applyFields(base as AnyObject, stored?.owners ?? new Map(), object, how);
      if (outcome.conflicts.length > 0 && !how.force) {
        const fields = outcome.conflicts.map(({ field, manager }) => `${field} of ${manager}`).join(', ');
        throw refusal('apply', type, key, 409, `Apply failed: conflicts over ${fields}`);
      }
      const applied = outcome.object as AnyObject;
      if (!stored) return this.#storage.insert(type, applied, outcome.owners) as T;
      checkFinalizers('apply', type, key, stored.object, applied.metadata.finalizers);
      return this.#storage.update(type, applied, outcome.owners) as T;
    });
  }

  async patchStatus<T extends KubeObject & { status?: unknown }>(
    type: ResourceType<T>,
    object: T,
    status: NonNullable<T['status']>,
    options?: CallOptions,
  ): Promise<T> {
    if (!mergePatch(object.status ?? {}, status as object)) return object;
    return this.#call('patchStatus', type, keyOf(object), options, () => {
      const stored = this.#find(type, 'patch status of', object.metadata);
      checkVersion('patch status of', type, keyOf(object), object.metadata, stored);
      const draft = { ...stored.object, status: JSON.parse(JSON.stringify(status)) };
      return this.#storage.update(type, draft, stored.owners) as T;
    });
  }

  async setFinalizers<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    finalizers: readonly string[],
    options?: CallOptions,
  ): Promise<T> {
    if (!mergePatch({ f: object.metadata.finalizers ?? [] }, { f: finalizers })) return object;
    const key = keyOf(object);
    return this.#call('setFinalizers', type, key, options, () => {
      const stored = this.#find(type, 'set finalizers of', object.metadata);
      checkVersion('set finalizers of', type, key, object.metadata, stored);
      checkFinalizers('set finalizers of', type, key, stored.object, finalizers);
      return this.#storage.update(type, withFinalizers(stored.object, finalizers), stored.owners) as T;
    });
  }

  delete(type: ResourceType, ref: ObjectRef & { uid: string }, options?: CallOptions): Promise<void> {
    const key = keyOf(ref);
    return this.#call('delete', type, key, options, () => {
      if (this.#storage.get(type, key)?.object.metadata.uid === ref.uid) this.#storage.remove(type, key);
    });
  }

  /** Creates or replaces the object as it is given, status included. uid and versions are the server's. */
  put<T extends KubeObject>(type: ResourceType<T>, object: ApplyObject): T {
    const key = keyOf(object.metadata);
    const stored = this.#storage.get(type, key);
    const draft = { ...structuredClone(object), ...typeOf(type) } as unknown as KubeObject;
    const owners = ownAll(object, 'put');
    if (!stored) return structuredClone(this.#storage.insert(type, draft, owners)) as T;
    draft.metadata = { ...stored.object.metadata, ...draft.metadata };
    return structuredClone(this.#storage.update(type, draft, owners)) as T;
  }

  /** Changes the stored object as `kubectl edit` would, status included. @throws ApiError when there is none. */
  edit<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, change: (draft: T) => void): T {
    const stored = this.#find(type, 'edit', ref);
    const draft = structuredClone(stored.object) as T;
    change(draft);
    return structuredClone(this.#storage.update(type, draft, stored.owners)) as T;
  }

  /** Deletes as `kubectl delete` would: an object with finalizers stays, marked. */
  remove(type: ResourceType, ref: ObjectRef): void {
    this.#storage.remove(type, keyOf(ref));
  }

  /** What is stored, without a recorded call; undefined when there is none. */
  peek<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef): T | undefined {
    return structuredClone(this.#storage.get(type, keyOf(ref))?.object) as T | undefined;
  }

  /** All objects of the kind, without a recorded call. */
  objects<T extends KubeObject>(type: ResourceType<T>): T[] {
    return structuredClone(this.#storage.list(type)) as T[];
  }

  #find(type: ResourceType, verb: string, ref: ObjectRef): Stored {
    const stored = this.#storage.get(type, keyOf(ref));
    if (!stored) throw refusal(verb, type, keyOf(ref), 404, 'not found');
    return stored;
  }

  async #call<R>(
    verb: Verb,
    type: ResourceType,
    key: string,
    options: CallOptions | WatchOptions | undefined,
    serve: () => R,
  ): Promise<R> {
    const streamsList = options && 'sendInitialEvents' in options && options.sendInitialEvents === true;
    const call: RecordedCall = { verb, type, key, changed: false, ...(streamsList ? { streamsList } : {}) };
    this.calls.push(call);
    await this.#intercepted(call, 'before', options?.signal);
    options?.signal?.throwIfAborted();
    options?.permit?.();
    this.#faults.check(call, 'before');
    const before = this.#storage.version;
    const result = serve();
    call.changed = this.#storage.version !== before;
    await this.#intercepted(call, 'after', options?.signal);
    this.#faults.check(call, 'after');
    return verb === 'watch' ? result : structuredClone(result);
  }

  /** A caller that gives up gets no answer, though what it sent takes effect when it has arrived. */
  #intercepted(call: RecordedCall, when: 'before' | 'after', signal: AbortSignal | undefined) {
    const interception = this.intercept(call, when);
    return interception && untilAborted(interception, signal);
  }
}

function typeOf(type: ResourceType) {
  return { apiVersion: apiVersionOf(type), kind: type.kind };
}

/** What create stores: everything but status, which only the status subresource sets. */
function draftOf(type: ResourceType, object: ApplyObject): KubeObject {
  const { status: _ignored, ...rest } = JSON.parse(JSON.stringify(object));
  return { ...rest, ...typeOf(type) };
}

/** The skeleton that a first apply fills. */
function emptied(object: ApplyObject): Record<string, unknown> {
  const names = Object.keys(object).map((name) => [name, undefined]);
  const { name, namespace } = object.metadata;
  return { ...Object.fromEntries(names), metadata: namespace ? { name, namespace } : { name } };
}

function withFinalizers(object: KubeObject, finalizers: readonly string[]): KubeObject {
  const { finalizers: _old, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: finalizers.length > 0 ? { ...metadata, finalizers: [...finalizers] } : metadata,
  };
}

function checkVersion(
  verb: string,
  type: ResourceType,
  key: string,
  metadata: { name: string; resourceVersion?: unknown; uid?: unknown },
  stored: Stored | undefined,
): void {
  const now = stored?.object.metadata;
  const isStale = metadata.resourceVersion !== undefined && metadata.resourceVersion !== now?.resourceVersion;
  const isOther = metadata.uid !== undefined && metadata.uid !== now?.uid;
  if (!isStale && !isOther) return;
  throw refusal(verb, type, key, 409, 'the object has been modified; read the latest version and try again');
}

/** As the API server: an object that is being deleted takes no new finalizer. */
function checkFinalizers(
  verb: string,
  type: ResourceType,
  key: string,
  stored: KubeObject,
  finalizers: readonly string[] | undefined,
): void {
  if (!stored.metadata.deletionTimestamp) return;
  const added = (finalizers ?? []).filter((name) => !stored.metadata.finalizers?.includes(name));
  if (added.length === 0) return;
  throw refusal(verb, type, key, 422, `no new finalizers while it is being deleted: ${added.join(', ')}`);
}

function refusal(
  verb: string,
  type: ResourceType,
  key: string,
  code: number,
  message: string,
  reason?: string,
) {
  return new ApiError({ verb, kind: type.kind, key }, { code, message, ...(reason ? { reason } : {}) });
}
