import { expect, it } from 'vitest';
import { refusalOf, type World } from './contract.ts';
import { configMapType, widget, widgetType } from './contract-objects.ts';

const ours = { fieldManager: 'ours' };
const theirs = { fieldManager: 'theirs' };

/** Server-side apply. */
export function applyContract(world: World): void {
  repeatContract(world);
  ownershipContract(world);
}

function repeatContract(world: World): void {
  it('apply creates, changes (generation 2), and leaves an object alone that is so already', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.apply(
      widgetType,
      widget(namespace, 'applied', { spec: { size: 1 } }),
      ours,
    );
    expect(created).toMatchObject({ kind: 'Widget', spec: { size: 1 }, metadata: { generation: 1 } });
    expect(created.metadata).not.toHaveProperty('managedFields');
    const changed = await cluster.apply(
      widgetType,
      widget(namespace, 'applied', { spec: { size: 2 } }),
      ours,
    );
    expect(changed).toMatchObject({ spec: { size: 2 }, metadata: { generation: 2 } });
    const same = await cluster.apply(widgetType, widget(namespace, 'applied', { spec: { size: 2 } }), ours);
    expect(same).toEqual(changed);
  });

  it('labels and annotations do not raise the generation', async () => {
    const { cluster, namespace } = world();
    await cluster.apply(widgetType, widget(namespace, 'labelled', { spec: { size: 1 } }), ours);
    const metadata = { labels: { a: 'b' }, annotations: { c: 'd' } };
    const object = widget(namespace, 'labelled', { metadata, spec: { size: 1 } });
    const labelled = await cluster.apply(widgetType, object, ours);
    expect(labelled.metadata).toMatchObject({ generation: 1, labels: { a: 'b' }, annotations: { c: 'd' } });
  });

  it('apply leaves status alone', async () => {
    const { cluster, namespace } = world();
    const created = await cluster.apply(widgetType, widget(namespace, 'apply-status'), ours);
    await cluster.patchStatus(widgetType, created, { note: 'kept' });
    const object = widget(namespace, 'apply-status', { spec: { size: 1 }, status: { note: 'ignored' } });
    expect((await cluster.apply(widgetType, object, ours)).status).toEqual({ note: 'kept' });
  });

  it('apply works on built-in kinds', async () => {
    const { cluster, namespace } = world();
    const object = (data: Record<string, string>) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'applied-map' }, data },
    });
    await cluster.apply(configMapType, object({ a: '1', b: '2' }), ours);
    expect((await cluster.apply(configMapType, object({ b: '3' }), ours)).data).toEqual({ b: '3' });
  });
}

function ownershipContract(world: World): void {
  it('a field that its only owner no longer applies is removed; one that another owns too stays', async () => {
    const { cluster, namespace } = world();
    const both = widget(namespace, 'owners', { spec: { size: 1, color: 'red' } });
    await cluster.apply(widgetType, both, ours);
    await cluster.apply(widgetType, widget(namespace, 'owners', { spec: { size: 1 } }), theirs);
    const left = await cluster.apply(widgetType, widget(namespace, 'owners', { spec: {} }), ours);
    expect(left.spec).toEqual({ size: 1 });
  });

  it('changing a field of another manager is a conflict that names it, unless forced', async () => {
    const { cluster, namespace } = world();
    await cluster.apply(
      widgetType,
      widget(namespace, 'contested', { spec: { size: 1, color: 'red' } }),
      theirs,
    );
    const change = widget(namespace, 'contested', { spec: { size: 2 } });
    const error = await refusalOf(cluster.apply(widgetType, change, ours));
    expect(error.isConflict).toBe(true);
    expect(error.message).toContain('theirs');
    const forced = await cluster.apply(widgetType, change, { ...ours, force: true });
    expect(forced.spec).toEqual({ size: 2, color: 'red' });
    const lost = widget(namespace, 'contested', { spec: { size: 1, color: 'red' } });
    expect((await refusalOf(cluster.apply(widgetType, lost, theirs))).isConflict).toBe(true);
  });

  it('what create wrote is owned too', async () => {
    const { cluster, namespace } = world();
    await cluster.create(widgetType, widget(namespace, 'create-owns', { spec: { size: 1 } }));
    const change = widget(namespace, 'create-owns', { spec: { size: 2 } });
    expect((await refusalOf(cluster.apply(widgetType, change, ours))).isConflict).toBe(true);
  });

  it('apply with a resourceVersion is compare-and-swap, even when forced', async () => {
    const { cluster, namespace } = world();
    const first = await cluster.apply(widgetType, widget(namespace, 'swap', { spec: { size: 1 } }), ours);
    const at = ({ resourceVersion }: { resourceVersion: string }, size: number) =>
      cluster.apply(
        widgetType,
        widget(namespace, 'swap', { metadata: { resourceVersion }, spec: { size } }),
        { ...ours, force: true },
      );
    const second = await at(first.metadata, 2);
    expect((await refusalOf(at(first.metadata, 3))).isConflict).toBe(true);
    expect((await at(second.metadata, 4)).spec).toEqual({ size: 4 });
  });
}
