import { isDeepStrictEqual } from 'node:util';
import { ApiError } from './errors.ts';
import type { Ownership } from './fake-apply.ts';
import { applyMergePatch } from './merge-patch.ts';
import { type KubeObject, keyOf, type ObjectKey, type ResourceType } from './object.ts';

/** One write as watchers see it; `old` tells whether a selector let the object in before. */
export interface StoredEvent {
  resource: string;
  version: bigint;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
  old: KubeObject | undefined;
}

export interface Stored {
  object: KubeObject;
  owners: Ownership;
}

/** What etcd and the registry keep: objects, one growing version for all kinds, the history of events. */
export class FakeStorage {
  readonly history: StoredEvent[] = [];
  /** Versions up to this one are compacted away: no watch can start there. */
  compactedTo = 0n;
  readonly #resources = new Map<string, Map<ObjectKey, Stored>>();
  readonly #listeners = new Set<(event: StoredEvent) => void>();
  readonly #now: () => Date;
  #version = 1n;
  #uids = 0;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get version(): bigint {
    return this.#version;
  }

  get(type: ResourceType, key: ObjectKey): Stored | undefined {
    return this.#of(type).get(key);
  }

  list(type: ResourceType): KubeObject[] {
    return [...this.#of(type)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stored]) => stored.object);
  }

  /** @throws ApiError with `isVersionTooLarge` for a version that is yet to come; an empty one is reached. */
  checkReached(type: ResourceType, verb: string, version: string): void {
    if (version === '' || BigInt(version) <= this.#version) return;
    const message = `Too large resource version: ${version}, current: ${this.#version}`;
    const failure = { code: 504, reason: 'Timeout', message, causes: ['ResourceVersionTooLarge'] };
    throw new ApiError({ verb, kind: type.kind }, failure);
  }

  listen(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  insert(type: ResourceType, draft: KubeObject, owners: Ownership): KubeObject {
    const object = structuredClone(draft);
    this.#uids += 1;
    object.metadata.uid = `00000000-0000-4000-8000-${this.#uids.toString(16).padStart(12, '0')}`;
    object.metadata.generation = 1;
    object.metadata.creationTimestamp = this.timestamp();
    return this.#commit(type, 'ADDED', object, undefined, owners);
  }

  /** Stores the change, or nothing when there is none; generation grows when more than metadata and status changed. */
  update(type: ResourceType, draft: KubeObject, owners: Ownership): KubeObject {
    const stored = this.get(type, keyOf(draft));
    if (!stored) throw new Error(`${type.kind} ${keyOf(draft)} is not stored`);
    if (isDeepStrictEqual(draft, stored.object) && isDeepStrictEqual(owners, stored.owners))
      return stored.object;
    const object = structuredClone(draft);
    if (!isDeepStrictEqual(intent(object), intent(stored.object))) raiseGeneration(object);
    const { deletionTimestamp, finalizers } = object.metadata;
    if (deletionTimestamp === undefined || (finalizers ?? []).length > 0)
      return this.#commit(type, 'MODIFIED', object, stored.object, owners);
    const { metadata, ...rest } = this.#commit(type, 'DELETED', object, stored.object, owners);
    // As the API server: the writer is told of the object as it was to become, had it been stored.
    return { ...rest, metadata: { ...metadata, resourceVersion: stored.object.metadata.resourceVersion } };
  }

  /** Removes the object, or marks it as being deleted while it has finalizers. */
  remove(type: ResourceType, key: ObjectKey): void {
    const stored = this.get(type, key);
    if (!stored || stored.object.metadata.deletionTimestamp) return;
    const object = structuredClone(stored.object);
    if ((object.metadata.finalizers ?? []).length === 0) {
      this.#commit(type, 'DELETED', object, stored.object, stored.owners);
      return;
    }
    object.metadata.deletionTimestamp = this.timestamp();
    raiseGeneration(object);
    this.#commit(type, 'MODIFIED', object, stored.object, stored.owners);
  }

  /** Forgets the events so far. */
  compact(): void {
    this.compactedTo = this.#version;
    this.history.length = 0;
  }

  /** Seconds only, as the API server writes them. */
  timestamp(): string {
    return this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
  }

  #commit(
    type: ResourceType,
    change: StoredEvent['type'],
    object: KubeObject,
    old: KubeObject | undefined,
    owners: Ownership,
  ): KubeObject {
    this.#version += 1n;
    object.metadata.resourceVersion = this.#version.toString();
    if (change === 'DELETED') this.#of(type).delete(keyOf(object));
    else this.#of(type).set(keyOf(object), { object, owners });
    const event = { resource: resourceOf(type), version: this.#version, type: change, object, old };
    this.history.push(event);
    for (const listener of this.#listeners) listener(event);
    return object;
  }

  #of(type: ResourceType): Map<ObjectKey, Stored> {
    const resource = resourceOf(type);
    const objects = this.#resources.get(resource) ?? new Map<ObjectKey, Stored>();
    this.#resources.set(resource, objects);
    return objects;
  }
}

export function resourceOf(type: ResourceType): string {
  return type.group ? `${type.plural}.${type.group}` : type.plural;
}

function raiseGeneration(object: KubeObject): void {
  object.metadata.generation = (object.metadata.generation ?? 0) + 1;
}

/** All but metadata and status. */
function intent(object: KubeObject): unknown {
  return applyMergePatch(object, { metadata: null, status: null });
}
