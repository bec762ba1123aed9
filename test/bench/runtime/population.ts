import { systemNamespace } from '../../../hack/start/cluster-objects.ts';
import { hostPoolSpec } from '../../../operator/api/hostpool.ts';
import { hostPools } from '../../../operator/api/kinds.ts';
import { secrets } from '../../../operator/controllers/host/credentials.ts';
import type { Cluster } from '../../../operator/kube/cluster.ts';
import { namespaceType } from '../../../operator/kube/contract-objects.ts';
import { leaseType } from '../../../operator/kube/lease-object.ts';
import { clientPem } from '../../../operator/testing/client-pem.ts';

/** Where the VMs are that are measured. */
export const fleetNamespace = 'fleet';
/** Where none are: a process that sees only this is what the others are compared with. */
export const emptyNamespace = 'empty';
/** Of a Lease that somebody else holds for good: who runs for it stands by. */
export const heldLease = 'held';

/** Namespaces, the credentials for hosts, and the Lease that is never free. */
export async function prepare(cluster: Cluster, namespaces: readonly string[]): Promise<void> {
  for (const name of [systemNamespace, ...namespaces])
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const encoded = Object.entries(clientPem).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  const metadata = { namespace: systemNamespace, name: 'libvirt-client' };
  await cluster.create(secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(encoded) },
  });
  await cluster.create(leaseType, {
    ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
    metadata: { namespace: systemNamespace, name: heldLease },
    spec: { holderIdentity: 'somebody else', leaseDurationSeconds: 86_400 },
  });
}

/** h1, h2, …: names and addresses of the hosts. */
export const hostNames = (count: number) => Array.from({ length: count }, (_, index) => `h${index + 1}`);

/** The HostPool `default` of so many hosts. */
export async function createPool(cluster: Cluster, hosts: number): Promise<void> {
  await cluster.create(hostPools, {
    ...{ apiVersion: 'vmfabric.io/v1alpha1', kind: 'HostPool', metadata: { name: 'default' } },
    spec: hostPoolSpec.parse({
      staticHosts: hostNames(hosts).map((name) => ({ name, address: name })),
      connection: { tlsSecretRef: { namespace: systemNamespace, name: 'libvirt-client' } },
      networks: [{ name: 'lab', bridge: 'br1' }],
      kernels: [{ name: 'small', imagePath: '/boot/vmlinuz', initrdPath: '/boot/initrd' }],
    }),
  });
}
