/**
 * `read`, which asks each object once: those of stores are frozen, so what follows from one holds for as long as there is
 * that version of it. For what is asked of all hosts of a pool whenever one VM comes.
 */
export function readOnce<K extends object, V>(read: (object: K) => V): (object: K) => V {
  const known = new WeakMap<K, { value: V }>();
  return (object) => {
    let entry = known.get(object);
    if (!entry) {
      entry = { value: read(object) };
      known.set(object, entry);
    }
    return entry.value;
  };
}
