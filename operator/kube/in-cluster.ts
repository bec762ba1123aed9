import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { ClusterConfig } from './config.ts';
import { CredentialFile } from './credential-file.ts';

export interface InClusterOptions {
  env: Readonly<Record<string, string | undefined>>;
  serviceAccountPath: string;
  clock: Clock;
}

/** The API server of the cluster this pod runs in, as its service account. Tokens expire: read every 60 s. */
export async function inClusterConfig({
  env,
  serviceAccountPath,
  clock,
}: InClusterOptions): Promise<ClusterConfig> {
  const file = (name: string) =>
    new CredentialFile({
      path: join(serviceAccountPath, name),
      field: `service account ${name}`,
      maxAgeMs: 60_000,
      clock,
    });
  const [token, ca] = [file('token'), file('ca.crt')];
  await Promise.all([token.read(), ca.read()]);
  const namespace = await file('namespace')
    .read()
    .catch(() => undefined);
  return {
    server: serverOf(env['KUBERNETES_SERVICE_HOST'] ?? '', env['KUBERNETES_SERVICE_PORT'] ?? '443'),
    ...(namespace ? { namespace: namespace.trim() } : {}),
    credentials: async () => ({
      ca: await ca.read(),
      authorization: `Bearer ${(await token.read()).trim()}`,
    }),
    invalidate: () => token.invalidate(),
  };
}

function serverOf(host: string, port: string): string {
  return `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
