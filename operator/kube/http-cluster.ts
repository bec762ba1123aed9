import type {
  ApplyObject,
  CallOptions,
  Cluster,
  ListOptions,
  ReadOptions,
  WatchEvent,
  WatchOptions,
} from './cluster.ts';
import { type ApiCall, ApiError } from './errors.ts';
import { mergePatch } from './merge-patch.ts';
import { apiVersionOf, type KubeObject, keyOf, type ObjectRef, type ResourceType } from './object.ts';
import { pathOf } from './resource-path.ts';
import { clean } from './response-object.ts';
import type { Request, Transport } from './transport.ts';
import { readWatch } from './watch-stream.ts';

/** Objects per page, as client-go asks for. */
const pageSize = 500;

/** What makes a watch a streaming list. Servers refuse it without NotOlderThan. */
const streaming = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };

interface Page<T> {
  metadata: { resourceVersion: string; continue?: string };
  items: T[];
}

/** `Cluster` over HTTP. Works on raw JSON: typed models would drop the fields they do not know. */
export class HttpCluster implements Cluster {
  readonly #transport: Transport;
  readonly #fieldManager: string;

  /** `fieldManager` signs create, patchStatus and setFinalizers; without one the server writes "unknown". */
  constructor(options: { transport: Transport; fieldManager?: string }) {
    this.#transport = options.transport;
    this.#fieldManager = options.fieldManager ?? 'vmfabric';
  }

  async get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: CallOptions): Promise<T> {
    return this.#object(type, 'get', ref, { method: 'GET', path: pathOf(type, ref) }, options);
  }

  async list<T extends KubeObject>(type: ResourceType<T>, options: ReadOptions = {}) {
    try {
      return await this.#pages<T>(type, options, { limit: String(options.limit ?? pageSize) });
    } catch (error) {
      // The snapshot behind the pages was compacted while we read them; one big answer cannot tear.
      if (error instanceof ApiError && error.isExpired) return this.#pages<T>(type, options, {});
      throw error;
    }
  }

  watch<T extends KubeObject>(
    type: ResourceType<T>,
    resourceVersion: string,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>> {
    const query = {
      ...selectorsOf(options),
      ...(options.sendInitialEvents ? streaming : {}),
      ...(resourceVersion ? { resourceVersion } : {}),
      ...{ watch: 'true', allowWatchBookmarks: 'true' },
      timeoutSeconds: String(options.timeoutSeconds),
    };
    const path = pathOf(type, { namespace: options.namespace }, { query });
    const call = callOf(type, 'watch');
    return readWatch<T>(this.#transport.stream({ method: 'GET', path, call, ...settingsOf(options) }), call);
  }

  async create<T extends KubeObject>(
    type: ResourceType<T>,
    object: ApplyObject,
    options?: CallOptions,
  ): Promise<T> {
    const { namespace } = object.metadata;
    const path = pathOf(type, { namespace }, { query: { fieldManager: this.#fieldManager } });
    const body = { contentType: 'application/json', content: { ...object, ...typeOf(type) } };
    return this.#object(type, 'create', object.metadata, { method: 'POST', path, body }, options);
  }

  async apply<T extends KubeObject>(
    type: ResourceType<T>,
    object: ApplyObject,
    options: CallOptions & { fieldManager: string; force?: boolean },
  ): Promise<T> {
    const query = { fieldManager: options.fieldManager, force: String(options.force === true) };
    const path = pathOf(type, object.metadata, { query });
    // Named YAML by the API; JSON is YAML.
    const body = { contentType: 'application/apply-patch+yaml', content: { ...object, ...typeOf(type) } };
    return this.#object(type, 'apply', object.metadata, { method: 'PATCH', path, body }, options);
  }

  async patchStatus<T extends KubeObject & { status?: unknown }>(
    type: ResourceType<T>,
    object: T,
    status: NonNullable<T['status']>,
    options?: CallOptions,
  ): Promise<T> {
    const patch = mergePatch(object.status ?? {}, status as object);
    if (!patch) return object;
    return this.#patch(type, object, { status: patch }, 'patch status of', 'status', options);
  }

  async setFinalizers<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    finalizers: readonly string[],
    options?: CallOptions,
  ): Promise<T> {
    if (!mergePatch({ list: object.metadata.finalizers ?? [] }, { list: finalizers })) return object;
    return this.#patch(type, object, { metadata: { finalizers } }, 'set finalizers of', undefined, options);
  }

  async delete(type: ResourceType, ref: ObjectRef & { uid: string }, options?: CallOptions): Promise<void> {
    const content = { preconditions: { uid: ref.uid }, propagationPolicy: 'Background' };
    const body = { contentType: 'application/json', content };
    const request = { method: 'DELETE' as const, path: pathOf(type, ref), body };
    try {
      await this.#transport.json({ ...request, call: callOf(type, 'delete', ref), ...settingsOf(options) });
    } catch (error) {
      if (!(error instanceof ApiError) || !(await this.#isGone(type, ref, error, options))) throw error;
    }
  }

  /** A conflict over the uid says that a namesake is there, and the object that was meant is gone. */
  async #isGone(
    type: ResourceType,
    ref: ObjectRef & { uid: string },
    error: ApiError,
    options?: CallOptions,
  ) {
    if (error.isNotFound) return true;
    if (!error.isConflict) return false;
    const found = await this.get(type, ref, options).catch((failure: unknown) => {
      if (failure instanceof ApiError && failure.isNotFound) return undefined;
      throw failure;
    });
    return found?.metadata.uid !== ref.uid;
  }

  async #pages<T extends KubeObject>(type: ResourceType<T>, options: ReadOptions, limit: { limit?: string }) {
    const items: T[] = [];
    // A page that follows is of the first one's version; the server refuses another one beside `continue`.
    let from: Record<string, string> = notOlderThan(options);
    for (;;) {
      const query = { ...selectorsOf(options), ...limit, ...from };
      const path = pathOf(type, { namespace: options.namespace }, { query });
      const call = callOf(type, 'list');
      const page = await this.#transport.json<Page<T>>({ method: 'GET', path, call, ...settingsOf(options) });
      for (const item of page.items ?? []) items.push(clean(item, typeOf(type)));
      const { resourceVersion, continue: next } = page.metadata;
      if (!next || options.limit !== undefined) return { items, resourceVersion };
      from = { continue: next };
    }
  }

  /** Merge patch, not JSON Patch or strategic merge, which custom resources refuse; compare-and-swap by the body. */
  async #patch<T extends KubeObject>(
    type: ResourceType<T>,
    object: T,
    change: { status?: object; metadata?: object },
    verb: string,
    subresource: string | undefined,
    options: CallOptions | undefined,
  ): Promise<T> {
    const { resourceVersion, uid } = object.metadata;
    const query = { fieldManager: this.#fieldManager };
    const path = pathOf(type, object.metadata, subresource ? { query, subresource } : { query });
    const content = { ...change, metadata: { ...change.metadata, resourceVersion, uid } };
    const body = { contentType: 'application/merge-patch+json', content };
    return this.#object(type, verb, object.metadata, { method: 'PATCH', path, body }, options);
  }

  async #object<T extends KubeObject>(
    type: ResourceType<T>,
    verb: string,
    ref: ObjectRef,
    request: Pick<Request, 'method' | 'path' | 'body'>,
    options: CallOptions | undefined,
  ): Promise<T> {
    const call = callOf(type, verb, ref);
    const object = await this.#transport.json<T>({ ...request, call, ...settingsOf(options) });
    return clean(object, typeOf(type));
  }
}

function callOf(type: ResourceType, verb: string, ref?: ObjectRef): ApiCall {
  return ref ? { verb, kind: type.kind, key: keyOf(ref) } : { verb, kind: type.kind };
}

function typeOf(type: ResourceType): { apiVersion: string; kind: string } {
  return { apiVersion: apiVersionOf(type), kind: type.kind };
}

function settingsOf({
  signal,
  permit,
  urgency,
}: CallOptions = {}): Pick<Request, 'signal' | 'permit' | 'urgency'> {
  return { signal, permit, urgency };
}

function selectorsOf({ labelSelector, fieldSelector }: ListOptions): Record<string, string> {
  return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) };
}

function notOlderThan({ notOlderThan: resourceVersion }: ReadOptions): Record<string, string> {
  return resourceVersion ? { resourceVersion, resourceVersionMatch: 'NotOlderThan' } : {};
}
