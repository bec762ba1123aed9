import { expect, it } from 'vitest';
import { refusalOf, type World } from './contract.ts';
import { widget, widgetType } from './contract-objects.ts';
import { compareResourceVersions } from './resource-version.ts';

/** create, patchStatus, setFinalizers and delete. */
export function writeContract(world: World): void {
  createContract(world);
  statusContract(world);
  finalizerContract(world);
  deleteContract(world);
  permitContract(world);
}

function createContract(world: World): void {
  it('create gives uid, version and generation 1, and leaves status out', async () => {
    const { cluster, namespace } = world();
    const object = widget(namespace, 'created', { spec: { size: 1 }, status: { ready: true } });
    const created = await cluster.create(widgetType, object);
    expect(created).toMatchObject({
      apiVersion: 'contract.vmfabric.io/v1',
      kind: 'Widget',
      spec: { size: 1 },
    });
    expect(created.metadata).toMatchObject({ namespace, name: 'created', generation: 1 });
    expect(created.metadata.uid).not.toBe('');
    expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(created.metadata).not.toHaveProperty('managedFields');
    expect(created.status).toBeUndefined();
  });

  it('create of a name that is taken is AlreadyExists, which is not the conflict that reading again cures', async () => {
    const { cluster, namespace } = world();
    await cluster.create(widgetType, widget(namespace, 'twice'));
    const error = await refusalOf(cluster.create(widgetType, widget(namespace, 'twice')));
    expect([error.isAlreadyExists, error.isConflict]).toEqual([true, false]);
  });

  it('an object made anew under a name has another uid and a newer version', async () => {
    const { cluster, namespace } = world();
    const first = await cluster.create(widgetType, widget(namespace, 'again'));
    await cluster.delete(widgetType, first.metadata);
    const second = await cluster.create(widgetType, widget(namespace, 'again'));
    expect(second.metadata.uid).not.toBe(first.metadata.uid);
    const { resourceVersion } = second.metadata;
    expect(compareResourceVersions(resourceVersion, first.metadata.resourceVersion)).toBeGreaterThan(0);
  });
}

function statusContract(world: World): void {
  it('patchStatus replaces the status and touches neither spec nor generation', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.create(widgetType, widget(namespace, 'status', { spec: { size: 1 } }));
    const first = await cluster.patchStatus(widgetType, created, { ready: true, counts: { a: 1, b: 2 } });
    expect(first.status).toEqual({ ready: true, counts: { a: 1, b: 2 } });
    const second = await cluster.patchStatus(widgetType, first, { note: 'new', counts: { b: 2 } });
    expect(second.status).toEqual({ note: 'new', counts: { b: 2 } });
    expect(second.spec).toEqual({ size: 1 });
    expect(second.metadata.generation).toBe(1);
    const { resourceVersion } = second.metadata;
    expect(compareResourceVersions(resourceVersion, first.metadata.resourceVersion)).toBeGreaterThan(0);
  });

  it('patchStatus without a difference gives back the object it got', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.create(widgetType, widget(namespace, 'same-status'));
    const written = await cluster.patchStatus(widgetType, created, { ready: true });
    expect(await cluster.patchStatus(widgetType, written, { ready: true })).toBe(written);
    expect(await cluster.get(widgetType, written.metadata)).toEqual(written);
  });

  it('patchStatus on an object that changed since it was read is a conflict and changes nothing', async () => {
    const { cluster, namespace } = world();
    const stale = await cluster.create(widgetType, widget(namespace, 'stale-status'));
    const fresh = await cluster.patchStatus(widgetType, stale, { note: 'theirs' });
    const error = await refusalOf(cluster.patchStatus(widgetType, stale, { note: 'ours' }));
    expect(error.isConflict).toBe(true);
    expect(await cluster.get(widgetType, stale.metadata)).toEqual(fresh);
  });

  it('patchStatus never reaches a namesake that was made anew', async () => {
    const { cluster, namespace } = world();
    const old = await cluster.create(widgetType, widget(namespace, 'namesake'));
    await cluster.delete(widgetType, old.metadata);
    expect((await refusalOf(cluster.patchStatus(widgetType, old, { ready: true }))).isNotFound).toBe(true);
    const anew = await cluster.create(widgetType, widget(namespace, 'namesake'));
    expect((await refusalOf(cluster.patchStatus(widgetType, old, { ready: true }))).isConflict).toBe(true);
    expect(await cluster.get(widgetType, anew.metadata)).toEqual(anew);
  });
}

function finalizerContract(world: World): void {
  it('setFinalizers sets the list, once, and leaves the generation', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.create(widgetType, widget(namespace, 'finalizers'));
    const held = await cluster.setFinalizers(widgetType, created, ['example.com/a', 'example.com/b']);
    expect(held.metadata.finalizers).toEqual(['example.com/a', 'example.com/b']);
    expect(held.metadata.generation).toBe(1);
    expect(await cluster.setFinalizers(widgetType, held, ['example.com/a', 'example.com/b'])).toBe(held);
    const free = await cluster.setFinalizers(widgetType, held, []);
    expect(free.metadata.finalizers ?? []).toEqual([]);
  });

  it('setFinalizers on an object that changed since it was read is a conflict', async () => {
    const { cluster, namespace } = world();
    const stale = await cluster.create(widgetType, widget(namespace, 'stale-finalizers'));
    await cluster.setFinalizers(widgetType, stale, ['example.com/theirs']);
    const error = await refusalOf(cluster.setFinalizers(widgetType, stale, ['example.com/ours']));
    expect(error.isConflict).toBe(true);
  });
}

function deleteContract(world: World): void {
  it('delete of an object with finalizers marks it; it goes with the last of them', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.create(widgetType, widget(namespace, 'deleted'));
    await cluster.setFinalizers(widgetType, created, ['example.com/a']);
    await cluster.delete(widgetType, created.metadata);
    const marked = await cluster.get(widgetType, created.metadata);
    expect(marked.metadata.deletionTimestamp).toBeDefined();
    expect(marked.metadata.generation).toBe(2);
    const more = cluster.setFinalizers(widgetType, marked, ['example.com/a', 'example.com/b']);
    expect((await refusalOf(more)).code).toBe(422);
    const gone = await cluster.setFinalizers(widgetType, marked, []);
    expect(gone.metadata.uid).toBe(created.metadata.uid);
    // Not the one of the deletion, which only watches tell.
    expect(gone.metadata.resourceVersion).toBe(marked.metadata.resourceVersion);
    expect((await refusalOf(cluster.get(widgetType, created.metadata))).isNotFound).toBe(true);
  });

  it('status can be written while an object is being deleted', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.create(widgetType, widget(namespace, 'terminating'));
    await cluster.setFinalizers(widgetType, created, ['example.com/a']);
    await cluster.delete(widgetType, created.metadata);
    const marked = await cluster.get(widgetType, created.metadata);
    const written = await cluster.patchStatus(widgetType, marked, { note: 'going' });
    expect(written.status).toEqual({ note: 'going' });
    await cluster.setFinalizers(widgetType, written, []);
  });

  it('delete of what is gone is no error, and a namesake with another uid stays', async () => {
    const { cluster, namespace } = world();
    const old = await cluster.create(widgetType, widget(namespace, 'uid-guard'));
    await cluster.delete(widgetType, old.metadata);
    await cluster.delete(widgetType, old.metadata);
    const anew = await cluster.create(widgetType, widget(namespace, 'uid-guard'));
    await cluster.delete(widgetType, old.metadata);
    expect(await cluster.get(widgetType, anew.metadata)).toEqual(anew);
  });
}

function permitContract(world: World): void {
  it('a write whose permit throws is not sent, and rejects with what was thrown', async () => {
    const { cluster, namespace } = world();
    const stored = await cluster.create(widgetType, widget(namespace, 'kept', { spec: { size: 1 } }));
    const refusal = new Error('not now');
    const options = {
      permit: () => {
        throw refusal;
      },
    };
    const apply = { ...options, fieldManager: 'permit', force: true };
    const refused = await Promise.allSettled([
      cluster.create(widgetType, widget(namespace, 'never'), options),
      cluster.apply(widgetType, widget(namespace, 'kept', { spec: { size: 2 } }), apply),
      cluster.patchStatus(widgetType, stored, { ready: true }, options),
      cluster.setFinalizers(widgetType, stored, ['contract.vmfabric.io/f'], options),
      cluster.delete(widgetType, stored.metadata, options),
    ]);
    expect(refused).toEqual(Array(5).fill({ status: 'rejected', reason: refusal }));
    expect(await cluster.get(widgetType, stored.metadata)).toEqual(stored);
    const never = cluster.get(widgetType, { namespace, name: 'never' });
    expect((await refusalOf(never)).isNotFound).toBe(true);
  });

  it('asks the permit once for a write that goes out', async () => {
    const { cluster, namespace } = world();
    let asked = 0;
    const permit = () => {
      asked += 1;
    };
    await cluster.create(widgetType, widget(namespace, 'asked'), { permit });
    expect(asked).toBe(1);
  });
}
