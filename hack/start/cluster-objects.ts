/** Where the operator's ServiceAccount, its Lease and the hosts' credentials live. */
export const systemNamespace = 'vmfabric-system';

/** Name of the Helm release, and with it of the operator's ServiceAccount. */
export const releaseName = 'vmfabric';

/** Name of the Secret with the operator's client certificate for libvirt. */
export const secretName = 'libvirt-client';

export interface PoolOptions {
  /** Paths on the hosts. */
  guest: { kernelPath: string; initrdPath: string };
  /** What each host keeps for itself; the lab's hosts share one machine, so the default is small. */
  hostReservedMemory?: string;
}

/** The HostPool `default` over all Nodes of a lab, with the lab's kernel `small` and network `lab`. */
export function hostPool({ guest, hostReservedMemory = '256Mi' }: PoolOptions) {
  return {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'HostPool',
    metadata: { name: 'default' },
    spec: {
      nodeSelector: { matchLabels: { 'vmfabric.io/host': 'true' } },
      connection: { type: 'Direct', tlsSecretRef: { namespace: systemNamespace, name: secretName } },
      hostReserved: { memory: hostReservedMemory },
      networks: [{ name: 'lab', type: 'Bridge', bridge: 'br1' }],
      kernels: [{ name: 'small', imagePath: guest.kernelPath, initrdPath: guest.initrdPath }],
    },
  };
}

/** The operator's client certificate; PEM texts. */
export function credentialsSecret(pem: { ca: string; cert: string; key: string }) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: secretName, namespace: systemNamespace },
    stringData: { 'ca.crt': pem.ca, 'tls.crt': pem.cert, 'tls.key': pem.key },
  };
}

/** Several objects as one document for `kubectl -f -`. */
export function listOf(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}
