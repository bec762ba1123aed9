import { describe, expect, it } from 'vitest';
import { widget, widgetType } from './contract-objects.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FencedError, fencedCluster } from './fence.ts';
import type { KubeObject } from './object.ts';

function setUp() {
  const cluster = new FakeCluster();
  let mayAct = true;
  const lose = () => {
    mayAct = false;
  };
  const check = () => {
    if (!mayAct) throw new FencedError('another one leads');
  };
  const fenced = fencedCluster(cluster, { check });
  const stored = cluster.put(widgetType, widget('ns', 'w', { spec: { size: 1 } }));
  return { cluster, fenced, stored, lose, check };
}

type World = ReturnType<typeof setUp>;

const writes: Record<string, (world: World) => Promise<unknown>> = {
  create: ({ fenced }) => fenced.create(widgetType, widget('ns', 'new')),
  apply: ({ fenced }) =>
    fenced.apply(widgetType, widget('ns', 'w', { spec: { size: 2 } }), { fieldManager: 'm', force: true }),
  patchStatus: ({ fenced, stored }) =>
    fenced.patchStatus(widgetType, stored as KubeObject & { status?: object }, { ready: true }),
  setFinalizers: ({ fenced, stored }) => fenced.setFinalizers(widgetType, stored, ['example.com/f']),
  delete: ({ fenced, stored }) => fenced.delete(widgetType, stored.metadata),
};

it.each(Object.entries(writes))('%s goes through while it may', async (_verb, write) => {
  const world = setUp();
  await write(world);
  expect(world.cluster.writes).toHaveLength(1);
});

it.each(Object.entries(writes))(
  '%s is refused once it may not, and changes nothing',
  async (_verb, write) => {
    const world = setUp();
    world.lose();
    await expect(write(world)).rejects.toEqual(new FencedError('another one leads'));
    expect(world.cluster.writes).toEqual([]);
  },
);

it('a write that waits while the right is lost is refused too', async () => {
  const { cluster, fenced, lose } = setUp();
  cluster.intercept = (_call, when) => {
    if (when === 'before') lose();
  };
  await expect(fenced.create(widgetType, widget('ns', 'late'))).rejects.toThrow(FencedError);
  expect(cluster.writes).toEqual([]);
});

it('reads go on', async () => {
  const { fenced, lose } = setUp();
  lose();
  expect((await fenced.get(widgetType, { namespace: 'ns', name: 'w' })).spec?.size).toBe(1);
  expect((await fenced.list(widgetType)).items).toHaveLength(1);
  for await (const event of fenced.watch(widgetType, '0', { timeoutSeconds: 1 })) {
    expect(event.type).toBe('ADDED');
    break;
  }
});

it('hands on what else the caller asked for', async () => {
  const { fenced, cluster } = setUp();
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(fenced.create(widgetType, widget('ns', 'x'), { signal })).rejects.toThrow('enough');
  expect(cluster.writes).toEqual([]);
});

describe('fences one around another', () => {
  it.each(Object.entries(writes))(
    '%s is refused by the outer one as by the inner one',
    async (_verb, write) => {
      const world = setUp();
      world.lose();
      const inner = fencedCluster(world.cluster, { check: () => {} });
      const fenced = fencedCluster(inner, { check: world.check });
      await expect(write({ ...world, fenced })).rejects.toThrow(FencedError);
      expect(world.cluster.writes).toEqual([]);
    },
  );

  it('a permit that the caller brings is asked too', async () => {
    const { fenced, cluster } = setUp();
    const permit = () => {
      throw new Error('not now');
    };
    await expect(fenced.create(widgetType, widget('ns', 'x'), { permit })).rejects.toThrow('not now');
    expect(cluster.writes).toEqual([]);
  });
});
