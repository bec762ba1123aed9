import type { PkiPaths } from './credentials.ts';

/** What the command lines of the three servers are made from. */
export interface Layout {
  pki: PkiPaths;
  etcdDataDir: string;
  etcdPort: number;
  apiServerPort: number;
  controllerManagerKubeconfigPath: string;
  audit?: { policyPath: string; logPath: string } | undefined;
  apiServerFlags: readonly string[];
}

const serviceNetwork = '10.96.0.0/16';

export function etcdUrl(layout: Pick<Layout, 'etcdPort'>): string {
  return `http://127.0.0.1:${layout.etcdPort}`;
}

export function etcdFlags(layout: Layout): string[] {
  return [
    `--data-dir=${layout.etcdDataDir}`,
    `--listen-client-urls=${etcdUrl(layout)}`,
    `--advertise-client-urls=${etcdUrl(layout)}`,
    // A single member talks to no peer: any port will do, and none has to be reserved.
    '--listen-peer-urls=http://127.0.0.1:0',
    // The data need to survive a killed process, not a power cut; without fsync writes are many times faster.
    '--unsafe-no-fsync',
    // Room for long runs: at the default of 2 GiB etcd refuses all writes.
    `--quota-backend-bytes=${8 * 1024 ** 3}`,
    '--log-level=warn',
  ];
}

/** Later flags win, so `layout.apiServerFlags` can override any of these. */
export function apiServerFlags(layout: Layout): string[] {
  const { pki } = layout;
  return [
    `--etcd-servers=${etcdUrl(layout)}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${layout.apiServerPort}`,
    `--tls-cert-file=${pki.apiServer.certPath}`,
    `--tls-private-key-file=${pki.apiServer.keyPath}`,
    `--client-ca-file=${pki.authority.certPath}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki.serviceAccountKeyPath}`,
    `--service-account-signing-key-file=${pki.serviceAccountKeyPath}`,
    `--service-cluster-ip-range=${serviceNetwork}`,
    '--allow-privileged=true',
    // The kubernetes Service may not point to a loopback address; without pods nobody asks for it.
    '--endpoint-reconciler-type=none',
    ...frontProxyFlags(pki),
    ...auditFlags(layout),
    ...layout.apiServerFlags,
  ];
}

/** For aggregated API servers, which run outside the cluster and are found by the EndpointSlices of a Service. */
function frontProxyFlags(pki: PkiPaths): string[] {
  return [
    `--requestheader-client-ca-file=${pki.frontProxyAuthority.certPath}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-uid-headers=X-Remote-Uid',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pki.frontProxyClient.certPath}`,
    `--proxy-client-key-file=${pki.frontProxyClient.keyPath}`,
    '--enable-aggregator-routing=true',
  ];
}

function auditFlags({ audit }: Layout): string[] {
  if (!audit) return [];
  return [
    `--audit-policy-file=${audit.policyPath}`,
    `--audit-log-path=${audit.logPath}`,
    '--audit-log-format=json',
    // Megabytes; a rotated log would make a count of writes start again in the middle of a run.
    '--audit-log-maxsize=65536',
  ];
}

export function controllerManagerFlags(layout: Layout): string[] {
  const { pki } = layout;
  return [
    `--kubeconfig=${layout.controllerManagerKubeconfigPath}`,
    `--service-account-private-key-file=${pki.serviceAccountKeyPath}`,
    `--root-ca-file=${pki.authority.certPath}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    // At the default of 20 requests a second its start takes 5 s: one token for each of some thirty controllers.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    // It serves nothing that anybody asks for here; one port less to find free.
    '--secure-port=0',
  ];
}
