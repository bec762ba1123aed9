import type { ObjectKey } from './object.ts';

/** Objects by the values that a function reads off them. */
export class StoreIndex<T> {
  readonly #valuesOf: (object: T) => readonly string[];
  readonly #byValue = new Map<string, Map<ObjectKey, T>>();

  constructor(valuesOf: (object: T) => readonly string[]) {
    this.#valuesOf = valuesOf;
  }

  get(value: string): T[] {
    return [...(this.#byValue.get(value)?.values() ?? [])];
  }

  count(value: string): number {
    return this.#byValue.get(value)?.size ?? 0;
  }

  update(key: ObjectKey, old: T | undefined, object: T | undefined): void {
    const values = new Set(object ? this.#valuesOf(object) : []);
    for (const value of old ? this.#valuesOf(old) : []) if (!values.has(value)) this.#drop(value, key);
    for (const value of values) this.#add(value, key, object as T);
  }

  #add(value: string, key: ObjectKey, object: T): void {
    const objects = this.#byValue.get(value);
    if (objects) objects.set(key, object);
    else this.#byValue.set(value, new Map([[key, object]]));
  }

  /** Empty entries go too: values such as uids never come back and would pile up. */
  #drop(value: string, key: ObjectKey): void {
    const objects = this.#byValue.get(value);
    objects?.delete(key);
    if (objects?.size === 0) this.#byValue.delete(value);
  }
}
