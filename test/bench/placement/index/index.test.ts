import { describe, expect, it } from 'vitest';
import { connect, modelOf } from './model.ts';
import { poolObjects } from './objects.ts';
import { type Indexing, indexFigures } from './part.ts';

const size = { hosts: 6, vms: 300 };

describe('the objects of a pool', () => {
  it('are as many as were asked for, each with a version and a uid of its own', () => {
    const { nodes, hosts, policies, vms } = poolObjects(size);
    expect([nodes.length, hosts.length, vms.length]).toEqual([6, 6, 300]);
    const all = [...nodes, ...hosts, ...policies, ...vms].map(({ metadata }) => metadata);
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    expect(new Set(all.map(({ resourceVersion }) => resourceVersion)).size).toBe(all.length);
  });

  it('make an index in which every VM is counted on its host, and every host takes VMs', async () => {
    const objects = poolObjects(size);
    const names = objects.hosts.map(({ metadata }) => metadata.name);
    const { engine } = modelOf(objects, await connect(names));
    expect(names.map((name) => engine.usage(name).vms)).toEqual(Array(6).fill(50));
    expect(names.every((name) => engine.takesVms(name))).toBe(true);
  });
});

describe('the figures of the index', () => {
  const indexing: Indexing = {
    ...{ seconds: 10, mebibytes: 100, firstDecisionMs: 1, size: 1_000 },
    ...{ cacheSeconds: 2, cacheMebibytes: 50 },
  };
  const spec = { hosts: 10, vms: 1_000 };

  it('have a goal on the time, and stand beside caches alone', () => {
    const [time, memory, each] = indexFigures(indexing, spec);
    expect(time).toMatchObject({ value: 10, peer: { value: 2 }, met: true });
    expect(memory).toMatchObject({ value: 100, peer: { value: 50 } });
    expect(each?.value).toBeCloseTo(102.4);
    expect(indexFigures({ ...indexing, seconds: 10.1 }, spec)[0]?.met).toBe(false);
  });

  it('are not made of caches that were not full', () => {
    expect(() => indexFigures({ ...indexing, size: 999 }, spec)).toThrow('held 999 of 1000 VMs');
  });
});
