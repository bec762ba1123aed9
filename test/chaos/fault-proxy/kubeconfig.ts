import { parse, stringify } from 'yaml';

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[];
}

/** The kubeconfig with all clusters at another address, whose certificate is of the authority given as PEM text. */
export function kubeconfigTo(text: string, to: { server: string; authority: string }): string {
  const config = parse(text) as Kubeconfig;
  const cluster = {
    server: to.server,
    'certificate-authority-data': Buffer.from(to.authority).toString('base64'),
  };
  const clusters = config.clusters.map(({ name }) => ({ name, cluster }));
  return stringify({ ...config, clusters }, { lineWidth: 0 });
}
