import { Connection } from '../../connection/connection.ts';
import { withDefaults } from '../../connection/options.ts';
import { HypervisorConnection, type OpenOptions } from '../../facade/hypervisor.ts';
import { openUri } from '../../handshake/open-uri.ts';
import type { FakeHost } from './fake-host.ts';

/** What `openHypervisor` does, over a connection that exists in memory only. @throws what `openHypervisor` throws */
export async function openInMemory(host: FakeHost, options: OpenOptions = {}): Promise<HypervisorConnection> {
  const { uri = 'qemu:///system', readOnly = false, signal } = options;
  const connection = new Connection(host.connect(), options);
  try {
    await openUri(connection, uri, readOnly, () => ({ signal }));
  } catch (error) {
    connection.close();
    throw error;
  }
  return new HypervisorConnection(connection, withDefaults(options).onListenerError);
}
