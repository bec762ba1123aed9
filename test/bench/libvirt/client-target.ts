import type { Target } from 'node-libvirt';
import { readIdentity } from '../../../hack/pki.ts';

/** Where a contestant's process connects to, as it is told on its command line. */
export type ClientTarget =
  | { transport: 'unix'; path: string }
  | { transport: 'tls'; port: number; caPath: string; certPath: string; keyPath: string };

/** The same with its certificates read. */
export async function readTarget(target: ClientTarget): Promise<Target> {
  if (target.transport === 'unix') return target;
  const identity = await readIdentity(target.caPath, target);
  return { transport: 'tls', host: '127.0.0.1', port: target.port, ...identity };
}
