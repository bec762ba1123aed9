import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KubeObject } from './object.ts';
import { Store } from './store.ts';

interface Thing extends KubeObject {
  spec: { host: string };
}

type Server = Map<string, Thing>;
interface Real {
  store: Store<Thing>;
  /** What a subscriber knows who has nothing but the changes. */
  replica: Map<string, string>;
}
interface Model {
  server: Server;
  version: number;
  uids: number;
}
type Step = (model: Model, real: Real) => void;

const names = fc.constantFrom('a', 'b', 'c');
const hosts = fc.constantFrom('h1', 'h2');

function write(model: Model, name: string, host: string): Thing {
  model.version += 1;
  const uid = model.server.get(name)?.metadata.uid ?? `uid-${++model.uids}`;
  const metadata = { name, uid, resourceVersion: String(model.version) };
  const object = { apiVersion: 'v1', kind: 'Thing', metadata, spec: { host } };
  model.server.set(name, object);
  return object;
}

function erase(model: Model, name: string): Thing | undefined {
  const old = model.server.get(name);
  if (!old) return undefined;
  model.version += 1;
  model.server.delete(name);
  return { ...old, metadata: { ...old.metadata, resourceVersion: String(model.version) } };
}

const list: Step = (model, { store }) => {
  store.replace(structuredClone([...model.server.values()]), String(model.version));
};
const writeSeen = fc.tuple(names, hosts).map(
  ([name, host]): Step =>
    (model, { store }) => {
      const isNew = !model.server.has(name);
      store.apply(isNew ? 'ADDED' : 'MODIFIED', structuredClone(write(model, name, host)));
    },
);
const eraseSeen = names.map(
  (name): Step =>
    (model, { store }) => {
      const gone = erase(model, name);
      if (gone) store.apply('DELETED', gone);
    },
);
/** Changes that no event tells of: the watch broke, and only the list that follows shows the outcome. */
const unseen = fc.array(fc.tuple(names, fc.option(hosts)), { maxLength: 5 }).map(
  (changes): Step =>
    (model, real) => {
      for (const [name, host] of changes) {
        if (host === null) erase(model, name);
        else write(model, name, host);
      }
      list(model, real);
    },
);
const oldEvent = fc
  .tuple(names, hosts, fc.constantFrom('ADDED' as const, 'MODIFIED' as const, 'DELETED' as const))
  .map(
    ([name, host, type]): Step =>
      (model, { store }) => {
        if (model.version < 2) return;
        const metadata = { name, uid: 'old', resourceVersion: String(model.version - 1) };
        store.apply(type, { apiVersion: 'v1', kind: 'Thing', metadata, spec: { host } });
      },
  );

function follow(store: Store<Thing>): Map<string, string> {
  const replica = new Map<string, string>();
  store.subscribe(({ type, object: { metadata } }) => {
    const isKnown = replica.get(metadata.name) === metadata.uid;
    // Each change fits what came before: no update of the unknown, no addition over a living one.
    if (type === 'added') expect(replica.has(metadata.name)).toBe(false);
    else expect(isKnown).toBe(true);
    if (type === 'deleted') replica.delete(metadata.name);
    else replica.set(metadata.name, metadata.uid);
  });
  return replica;
}

it('holds what the server holds, and its changes tell the same, whatever was missed or came late', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(writeSeen, eraseSeen, unseen, oldEvent), { maxLength: 40 }), (steps) => {
      const store = new Store<Thing>();
      store.addIndexer('host', ({ spec }) => [spec.host]);
      const model: Model = { server: new Map(), version: 1, uids: 0 };
      const real: Real = { store, replica: follow(store) };
      list(model, real);
      for (const step of steps) {
        step(model, real);
        const objects = [...model.server.values()];
        expect(new Map(store.list().map((object) => [object.metadata.name, object]))).toEqual(model.server);
        expect(real.replica).toEqual(new Map(objects.map(({ metadata }) => [metadata.name, metadata.uid])));
        for (const host of ['h1', 'h2']) {
          const expected = objects.filter(({ spec }) => spec.host === host);
          expect(new Set(store.byIndex('host', host))).toEqual(new Set(expected));
        }
      }
    }),
  );
});
