import type { RequestOptions } from 'node:https';
import type { ClusterConfig, Credentials } from './config.ts';

/**
 * Credentials from a kubeconfig's exec or auth-provider entry. client-node runs the plugin and keeps what it gave until
 * that expires; what says of no expiry holds until the server refuses it (client.authentication.k8s.io/v1), when the
 * plugin is run again.
 */
export async function pluginCredentials(options: {
  path: string;
  context: string;
}): Promise<Pick<ClusterConfig, 'credentials' | 'invalidate'>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const load = () => {
    const config = new KubeConfig();
    config.loadFromFile(options.path);
    config.setCurrentContext(options.context);
    return config;
  };
  let held = load();
  return {
    credentials: async () => {
      const request: RequestOptions = {};
      await held.applyToHTTPSOptions(request);
      return credentialsOf(request);
    },
    invalidate: () => {
      try {
        held = load();
      } catch {
        // The file is being written anew: what was read before serves until the next refusal.
      }
    },
  };
}

function credentialsOf(request: RequestOptions): Credentials {
  const headers = new Headers((request.headers ?? {}) as Record<string, string>);
  const authorization = headers.get('authorization');
  return {
    ...(request.cert ? { cert: String(request.cert) } : {}),
    ...(request.key ? { key: String(request.key) } : {}),
    ...(authorization ? { authorization } : {}),
  };
}
