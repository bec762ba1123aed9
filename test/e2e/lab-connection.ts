import { readFile } from 'node:fs/promises';
import { type HypervisorConnection, type OpenOptions, openHypervisor } from 'node-libvirt';
import type { LabHost } from '../../hack/lab/host.ts';
import type { Lab } from '../../hack/lab/lab.ts';
import { readCertificate } from '../../hack/pki.ts';

/** A client's connection to a host of the lab, over TLS. */
export async function connectTo(
  lab: Lab,
  host: LabHost,
  options?: OpenOptions,
): Promise<HypervisorConnection> {
  const [ca, pem] = await Promise.all([readFile(lab.pki.caPath, 'utf8'), readCertificate(lab.pki.client)]);
  const { address, port } = lab.clientAddressOf(host);
  return openHypervisor({ transport: 'tls', host: address, port, ca, ...pem }, options);
}
