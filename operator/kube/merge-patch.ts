import { isDeepStrictEqual } from 'node:util';

type JsonObject = Record<string, unknown>;

/**
 * The JSON merge patch (RFC 7386) that turns `from` into `to`: null for what is gone, arrays whole, undefined when
 * nothing differs. A member whose value is undefined counts as absent, as it does on the wire.
 */
export function mergePatch(from: object, to: object): JsonObject | undefined {
  const patch: JsonObject = {};
  const before = from as JsonObject;
  const after = to as JsonObject;
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = difference(before[name], after[name]);
    if (change !== undefined) patch[name] = change;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function difference(before: unknown, after: unknown): unknown {
  if (after === undefined || after === null)
    return before === undefined || before === null ? undefined : null;
  if (isObject(after) && isObject(before)) return mergePatch(before, after);
  // Nearly always nothing differs, and then nothing need be copied.
  if (isDeepStrictEqual(before, after)) return undefined;
  const wanted = normalised(after);
  return isDeepStrictEqual(normalised(before), wanted) ? undefined : wanted;
}

/** What JSON would carry: undefined members of nested objects vanish. */
function normalised(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.parse(JSON.stringify(value)) : value;
}

/** Applies a merge patch to a copy of `target`. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = applyMergePatch(result[name], value);
  }
  return result;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
