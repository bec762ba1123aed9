import { describe, expect, it } from 'vitest';
import type { Lab } from './lab.ts';
import { nodeManifests } from './nodes.ts';

const hosts = ['h1', 'h2', 'h3'].map((name, index) => ({ name, address: `192.168.200.1${index + 1}` }));
const lab = { name: 'lab', hosts } as unknown as Pick<Lab, 'name' | 'hosts'>;

describe('nodeManifests', () => {
  it('makes a Node per host with its addresses and the label that pools select by', () => {
    const [node, ...others] = nodeManifests(lab);
    expect(others).toHaveLength(2);
    expect(node).toMatchObject({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'h1', labels: { 'kubernetes.io/hostname': 'h1', 'vmfabric.io/host': 'true' } },
      status: {
        addresses: [
          { type: 'InternalIP', address: '192.168.200.11' },
          { type: 'Hostname', address: 'h1' },
        ],
      },
    });
  });

  it('deals out the zones in turn', () => {
    const zones = nodeManifests(lab, { zones: ['a', 'b'] }).map(
      ({ metadata }) => metadata.labels['topology.kubernetes.io/zone'],
    );
    expect(zones).toEqual(['a', 'b', 'a']);
  });

  it('takes another label, and says how when it is none', () => {
    const [node] = nodeManifests(lab, { label: 'rack=7' });
    expect(node?.metadata.labels['rack']).toBe('7');
    expect(node?.metadata.labels['vmfabric.io/host']).toBeUndefined();
    expect(() => nodeManifests(lab, { label: 'rack' })).toThrow('label "rack": give it as KEY=VALUE');
  });
});
