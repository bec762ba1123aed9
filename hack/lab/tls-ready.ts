import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import type { Certificate } from '../pki.ts';

/**
 * Whether libvirtd at this address takes the client's certificate: after the handshake it says so with one byte 1.
 * The server's own certificate is not judged here; a lab may have given it a wrong one on purpose.
 */
export async function acceptsClient(address: string, port: number, client: Certificate): Promise<boolean> {
  const [cert, key] = await Promise.all([readFile(client.certPath), readFile(client.keyPath)]);
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, cert, key, rejectUnauthorized: false });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(2000, () => answer(false));
    socket.once('data', (data) => answer(data[0] === 1));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}
