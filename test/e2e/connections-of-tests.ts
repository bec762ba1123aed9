import { type HypervisorConnection, type OpenOptions, openHypervisor, type Target } from 'node-libvirt';
import { afterEach } from 'vitest';

/** `openHypervisor`, whose connections end with the test. */
export function connectionsOfTests(): typeof openHypervisor {
  const opened: HypervisorConnection[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((connection) => connection.close()));
  });
  return async (target: Target, options?: OpenOptions) => {
    const connection = await openHypervisor(target, options);
    opened.push(connection);
    return connection;
  };
}
