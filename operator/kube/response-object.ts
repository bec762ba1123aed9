import type { KubeObject } from './object.ts';

/**
 * Makes an answer's object what the port promises: apiVersion and kind are there (list items come without), and
 * managedFields, often half of an object, are not.
 */
export function clean<T extends KubeObject>(object: T, type?: { apiVersion: string; kind: string }): T {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return type ? Object.assign(object, type) : object;
}
