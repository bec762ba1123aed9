import { describe, expect, it } from 'vitest';
import type { KubeObject } from './object.ts';
import { type Change, Store } from './store.ts';

interface Thing extends KubeObject {
  spec: { host?: string };
}

function thing(name: string, version: number, more: { uid?: string; host?: string } = {}): Thing {
  return {
    ...{ apiVersion: 'v1', kind: 'Thing' },
    metadata: { namespace: 'ns', name, uid: more.uid ?? `uid-${name}`, resourceVersion: String(version) },
    spec: more.host ? { host: more.host } : {},
  };
}

function watched(store = new Store<Thing>()) {
  const changes: Change<Thing>[] = [];
  store.subscribe((change) => changes.push(change));
  const heard = () => changes.splice(0).map(({ type, object }) => `${type} ${object.metadata.uid}`);
  return { store, changes, heard };
}

describe('Store', () => {
  it('takes in a list and tells of what came, changed and went', () => {
    const { store, heard } = watched();
    store.replace([thing('a', 1), thing('b', 2), thing('c', 3)], '3');
    expect(heard()).toEqual(['added uid-a', 'added uid-b', 'added uid-c']);
    store.replace([thing('a', 1), thing('b', 5), thing('d', 6)], '6');
    expect(heard()).toEqual(['deleted uid-c', 'updated uid-b', 'added uid-d']);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'd']);
  });

  it('says whether a change came by list or by watch, and what was before', () => {
    const { store, changes } = watched();
    store.replace([thing('a', 1)], '1');
    store.apply('MODIFIED', thing('a', 2));
    expect(changes[0]).toMatchObject({ type: 'added', fromList: true });
    expect(changes[1]).toMatchObject({ type: 'updated', fromList: false, old: thing('a', 1) });
  });

  it('P12: an object made anew under the same name is a deletion and an addition, by list and by watch', () => {
    const { store, heard } = watched();
    store.replace([thing('a', 1)], '1');
    heard();
    store.replace([thing('a', 4, { uid: 'second' })], '4');
    expect(heard()).toEqual(['deleted uid-a', 'added second']);
    store.apply('MODIFIED', thing('a', 6, { uid: 'third' }));
    expect(heard()).toEqual(['deleted second', 'added third']);
  });

  it('never goes back in time', () => {
    const { store, heard } = watched();
    store.replace([thing('a', 9)], '9');
    store.apply('MODIFIED', thing('a', 12));
    heard();
    store.apply('MODIFIED', thing('a', 10));
    store.apply('DELETED', thing('a', 11));
    store.apply('ADDED', thing('ghost', 11));
    store.apply('MODIFIED', thing('a', 12));
    expect(heard()).toEqual([]);
    expect(store.get('ns/a')?.metadata.resourceVersion).toBe('12');
    expect(store.resourceVersion).toBe('12');
  });

  it('does not let an object that was deleted come back by an old event', () => {
    const { store } = watched();
    store.replace([thing('a', 1)], '1');
    store.apply('DELETED', thing('a', 5));
    store.apply('MODIFIED', thing('a', 3));
    expect(store.size).toBe(0);
  });

  it('believes a list even at a lower version, as after a restore of etcd', () => {
    const { store } = watched();
    store.replace([thing('a', 100)], '100');
    store.replace([thing('a', 7)], '8');
    expect(store.get('ns/a')?.metadata.resourceVersion).toBe('7');
    store.apply('MODIFIED', thing('a', 9));
    expect(store.resourceVersion).toBe('9');
  });

  it('knows how far it has come, bookmarks included', () => {
    const { store } = watched();
    expect(store.hasReached('1')).toBe(false);
    store.replace([], '9');
    expect([store.hasReached('9'), store.hasReached('10')]).toEqual([true, false]);
    store.advance('100');
    store.advance('99');
    expect(store.resourceVersion).toBe('100');
  });

  it.each<[string, (store: Store<Thing>, version: number) => void]>([
    ['watched', (store, version) => store.apply('MODIFIED', thing('a', version))],
    ['listed', (store, version) => store.replace([thing('a', version)], `${version}`)],
  ])('freezes objects that are %s, the first time and later, all the way down', (_how, take) => {
    const { store } = watched();
    for (const version of [1, 2]) {
      take(store, version);
      const object = store.get('ns/a');
      expect(() => Object.assign(object?.spec ?? {}, { host: 'h2' })).toThrow(TypeError);
      expect(Object.isFrozen(object?.metadata)).toBe(true);
    }
  });

  it('goes on when a subscriber throws, and tells of it', () => {
    const errors: unknown[] = [];
    const store = new Store<Thing>({ onHandlerError: (error) => errors.push(error) });
    store.subscribe(() => {
      throw new Error('bad handler');
    });
    const { heard } = watched(store);
    store.apply('ADDED', thing('a', 1));
    expect(heard()).toEqual(['added uid-a']);
    expect(errors).toEqual([new Error('bad handler')]);
  });

  it('tells no more after unsubscribing', () => {
    const store = new Store<Thing>();
    const changes: unknown[] = [];
    const end = store.subscribe((change) => changes.push(change));
    end();
    store.apply('ADDED', thing('a', 1));
    expect(changes).toEqual([]);
  });
});

describe('indexers', () => {
  const byHost = ({ spec }: Thing) => (spec.host ? [spec.host] : []);

  it('find objects by value as they come, move and go', () => {
    const store = new Store<Thing>();
    store.apply('ADDED', thing('early', 1, { host: 'h1' }));
    store.addIndexer('host', byHost);
    store.apply('ADDED', thing('a', 2, { host: 'h1' }));
    store.apply('MODIFIED', thing('early', 3, { host: 'h2' }));
    const on = (host: string) => store.byIndex('host', host).map(({ metadata }) => metadata.name);
    expect([on('h1'), on('h2'), on('h3')]).toEqual([['a'], ['early'], []]);
    store.apply('DELETED', thing('a', 4, { host: 'h1' }));
    expect(on('h1')).toEqual([]);
  });

  it('give the newest object, not the one indexed first', () => {
    const store = new Store<Thing>();
    store.addIndexer('host', byHost);
    store.apply('ADDED', thing('a', 1, { host: 'h1' }));
    store.apply('MODIFIED', thing('a', 2, { host: 'h1' }));
    expect(store.byIndex('host', 'h1')).toEqual([store.get('ns/a')]);
  });

  it('are named once, and asked by a name that there is', () => {
    const store = new Store<Thing>();
    store.addIndexer('host', byHost);
    expect(() => store.addIndexer('host', byHost)).toThrow('"host"');
    expect(() => store.byIndex('rack', 'r1')).toThrow('"rack"');
  });
});
