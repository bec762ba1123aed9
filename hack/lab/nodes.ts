import type { Lab } from './lab.ts';

/** A Kubernetes Node for a lab host; `status` must be sent to the status subresource. */
export interface NodeManifest {
  apiVersion: 'v1';
  kind: 'Node';
  metadata: { name: string; labels: Record<string, string> };
  spec: { providerID: string };
  status: { addresses: { type: 'InternalIP' | 'Hostname'; address: string }[] };
}

export interface NodeOptions {
  /** `KEY=VALUE`, the label by which a HostPool selects them. Default: vmfabric.io/host=true */
  label?: string;
  /** Dealt out to the hosts in turn. Default: one zone for all. */
  zones?: readonly string[];
}

/** One Node per host, as the kubelet of a bare-metal host would register it. */
export function nodeManifests(lab: Pick<Lab, 'name' | 'hosts'>, options: NodeOptions = {}): NodeManifest[] {
  const { label = 'vmfabric.io/host=true', zones = ['zone-1'] } = options;
  const [key, value] = label.split('=', 2);
  if (!key || value === undefined) throw new Error(`label "${label}": give it as KEY=VALUE`);
  return lab.hosts.map(({ name, address }, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/zone': zones[index % zones.length] ?? '',
        [key]: value,
      },
    },
    spec: { providerID: `vmfabric-lab://${lab.name}/${name}` },
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
    },
  }));
}
