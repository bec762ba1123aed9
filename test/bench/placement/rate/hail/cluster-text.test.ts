import { describe, expect, it } from 'vitest';
import type { WorkloadHost, WorkloadVm } from '../../workload/model.ts';
import { allocationRequest, clusterText, parseAllocation } from './cluster-text.ts';

const gib = 2 ** 30;
const hosts: WorkloadHost[] = ['h1', 'h2'].map((name) => ({
  ...{ name, labels: {}, limits: { cpu: 32, memory: 64 * gib } },
}));
const vm: WorkloadVm = {
  ...{ id: 'shop/web-1', namespace: 'shop', labels: { app: 'web' } },
  requests: { cpu: 2, memory: 3.5 * gib },
};

describe('a cluster for hail', () => {
  const [groups, nodes, instances, tags, policies] = clusterText(hosts, [
    { kind: 'placed', vm, host: 'h2' },
    { kind: 'refused', vm: { ...vm, id: 'shop/web-2' } },
  ]).split('\n\n');

  it('has its sections in the order in which htools read them', () => {
    expect(groups).toBe('group-1|uuid-1|preferred||');
    expect(tags).toBe('htools:iextags:app');
    expect(policies?.split('\n').map((line) => line.split('|')[0])).toEqual(['', 'group-1', '']);
  });

  it('counts what VMs have of their node', () => {
    expect(nodes?.split('\n').map((line) => line.split('|').slice(0, 8))).toEqual([
      ['h1', '65536', '0', '65536', '1000000', '1000000', '32', 'M'],
      ['h2', '65536', '0', '61952', '1000000', '1000000', '32', 'N'],
    ]);
  });

  it('has the VMs that are placed, each with a tag that keeps it apart from those of its application', () => {
    expect(instances).toBe('shop/web-1|3584|0|2|running|Y|h2||diskless|app:shop-web|1|-|N');
  });

  it('is asked for a place for a VM', () => {
    expect(JSON.parse(allocationRequest(vm))).toMatchObject({
      request: { type: 'allocate', name: 'shop/web-1', memory: 3584, vcpus: 2, tags: ['app:shop-web'] },
    });
  });

  it('answers with a node, or with none', () => {
    expect(parseAllocation('{"success":true,"info":"","result":["h1"]}')).toBe('h1');
    expect(parseAllocation('{"success":false,"info":"FailMem: 2","result":[]}')).toBeUndefined();
  });
});
