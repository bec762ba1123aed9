import { isDeepStrictEqual } from 'node:util';

type JsonObject = Record<string, unknown>;

/** Fields by their manager; a field is its path as JSON text. Arrays are one field, except finalizers. */
export type Ownership = ReadonlyMap<string, ReadonlySet<string>>;

export interface ApplyOutcome {
  object: JsonObject;
  owners: Ownership;
  /** Fields of other managers that would change; nothing may be stored then unless forced. */
  conflicts: { field: string; manager: string }[];
}

/** Fields that identify the object or belong to the server; apply ignores status, which has its own way in. */
const unowned = new Set(
  [['apiVersion'], ['kind'], ['status'], ...serverMetadata().map((field) => ['metadata', field])].map(
    (path) => JSON.stringify(path),
  ),
);

function serverMetadata(): string[] {
  const identity = ['name', 'namespace', 'uid', 'resourceVersion', 'generation'];
  return [...identity, 'creationTimestamp', 'deletionTimestamp', 'managedFields'];
}

/**
 * Server-side apply as far as the contract suite holds the fake to it: fields are owned per manager, a changed field
 * of another manager conflicts, `force` takes it over, and what a manager no longer sends is removed unless another
 * one owns it too.
 */
export function applyFields(
  current: JsonObject,
  owners: Ownership,
  applied: JsonObject,
  options: { manager: string; force: boolean },
): ApplyOutcome {
  const sent = leavesOf(applied);
  const object = structuredClone(current);
  const after = new Map([...owners].map(([manager, fields]) => [manager, new Set(fields)]));
  const conflicts = conflictsOf(object, after, sent, options.manager);
  if (options.force) for (const { field, manager } of conflicts) after.get(manager)?.delete(field);
  for (const field of owners.get(options.manager) ?? []) {
    if (!sent.has(field) && !isOwnedByOther(after, field, options.manager)) unset(object, JSON.parse(field));
  }
  for (const [field, value] of sent) {
    const path = JSON.parse(field);
    if (!isEmptyMapOver(valueAt(object, path), value)) set(object, path, structuredClone(value));
  }
  after.set(options.manager, new Set(sent.keys()));
  for (const [manager, fields] of after) if (fields.size === 0) after.delete(manager);
  return { object, owners: after, conflicts };
}

/** All fields of the object, owned by one manager: the state after a create. */
export function ownAll(object: JsonObject, manager: string): Ownership {
  return new Map([[manager, new Set(leavesOf(object).keys())]]);
}

function leavesOf(value: JsonObject, path: string[] = [], leaves = new Map<string, unknown>()) {
  for (const [name, member] of Object.entries(value)) {
    const at = [...path, name];
    const field = JSON.stringify(at);
    if (member === undefined || unowned.has(field)) continue;
    if (isObject(member) && Object.keys(member).length > 0) leavesOf(member, at, leaves);
    else leaves.set(field, member);
  }
  return leaves;
}

function conflictsOf(object: JsonObject, owners: Ownership, sent: Map<string, unknown>, manager: string) {
  const conflicts: { field: string; manager: string }[] = [];
  for (const [field, value] of sent) {
    const present = valueAt(object, JSON.parse(field));
    if (isDeepStrictEqual(present, value) || isEmptyMapOver(present, value)) continue;
    for (const [other, fields] of owners) {
      if (other !== manager && fields.has(field)) conflicts.push({ field, manager: other });
    }
  }
  return conflicts;
}

/** An empty map says that the map is there, nothing about what is in it. */
function isEmptyMapOver(present: unknown, value: unknown): boolean {
  return isObject(present) && isObject(value);
}

function isOwnedByOther(owners: Ownership, field: string, manager: string): boolean {
  return [...owners].some(([other, fields]) => other !== manager && fields.has(field));
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), object);
}

function set(object: JsonObject, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    object[name] = value;
    return;
  }
  if (!isObject(object[name])) object[name] = {};
  set(object[name] as JsonObject, rest, value);
}

/** Takes emptied parents along, as the API server does for a map that nobody owns any more. */
function unset(object: JsonObject, path: readonly string[]): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    delete object[name];
    return;
  }
  const member = object[name];
  if (!isObject(member)) return;
  unset(member, rest);
  if (Object.keys(member).length === 0) delete object[name];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
