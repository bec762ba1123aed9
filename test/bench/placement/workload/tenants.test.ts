import { describe, expect, it } from 'vitest';
import { hasAll } from '../verifier/world.ts';
import type { WorkloadEvent } from './model.ts';
import { drawSize, makeTenants } from './tenants.ts';

const options = { hosts: 90, creations: 120, replacements: 30 };
const workload = makeTenants(options);
const created = (events: readonly WorkloadEvent[]) =>
  events.flatMap((event) => (event.kind === 'create' ? [event.vm] : []));

describe('the tenants', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(makeTenants(options)).toEqual(workload);
    expect(makeTenants({ ...options, seed: 2 })).not.toEqual(workload);
  });

  it('create first, then replace one VM by another', () => {
    const kinds = workload.events.map(({ kind }) => kind);
    expect(kinds.slice(0, 120).every((kind) => kind === 'create')).toBe(true);
    expect(kinds.slice(120)).toEqual(Array.from({ length: 30 }, () => ['delete', 'create']).flat());
  });

  it('delete only what is there, and only once', () => {
    const alive = new Set<string>();
    for (const event of workload.events) {
      if (event.kind === 'create') alive.add(event.vm.id);
      else expect(alive.delete(event.id)).toBe(true);
    }
    expect(alive.size).toBe(120);
  });

  it('have groups of ten of one size, each under a rule of its own', () => {
    const { rules, events } = makeTenants({ hosts: 3, creations: 100 });
    expect(rules).toHaveLength(10);
    for (const { namespace, selects } of rules) {
      const group = created(events).filter((vm) => vm.namespace === namespace && hasAll(vm.labels, selects));
      expect(group).toHaveLength(10);
      expect(new Set(group.map(({ requests }) => JSON.stringify(requests))).size).toBe(1);
    }
  });

  it('find hosts of each kind in each zone', () => {
    const kinds = new Set(
      workload.hosts.map(({ labels }) => `${labels['topology.kubernetes.io/zone']} ${labels['disk']}`),
    );
    expect(kinds.size).toBe(6);
  });
});

describe('a size', () => {
  it('is drawn as often as it was in the trace', () => {
    expect(drawSize(0)).toMatchObject({ cpu: 1, memoryGiB: 1.75 });
    expect(drawSize(0.6)).toMatchObject({ cpu: 1, memoryGiB: 1.75 });
    expect(drawSize(0.61)).toMatchObject({ cpu: 2, memoryGiB: 3.5 });
    expect(drawSize(1 - 1e-9)).toMatchObject({ cpu: 8, memoryGiB: 64 });
    expect(() => drawSize(1)).toThrow(RangeError);
  });
});
