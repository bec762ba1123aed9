import type { RequestOptions } from 'node:https';
import type { Credentials } from './config.ts';

/**
 * Credentials from a kubeconfig's exec or auth-provider entry. client-node runs the plugin and keeps what it gave
 * until that expires.
 */
export async function pluginCredentials(options: {
  path: string;
  context: string;
}): Promise<() => Promise<Credentials>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(options.path);
  config.setCurrentContext(options.context);
  return async () => {
    const request: RequestOptions = {};
    await config.applyToHTTPSOptions(request);
    return credentialsOf(request);
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
