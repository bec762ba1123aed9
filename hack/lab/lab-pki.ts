import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificate, createAuthority, issue } from '../pki.ts';

/** The lab's certificates: one authority for hosts and operator, as in a datacenter with one administration. */
export interface LabPki {
  dir: string;
  /** PEM file of the authority that hosts and operator trust. */
  caPath: string;
  authority: Certificate;
  /** The operator's client certificate. */
  client: Certificate;
  /** Folder for virsh: `qemu+tls://ADDRESS/system?pkipath=FOLDER`. */
  pkiPath: string;
}

/** Where the lab's certificates are, whether made already or not. */
export function labPki(labDir: string): LabPki {
  const dir = join(labDir, 'pki');
  const authority = pairIn(dir, 'ca');
  return {
    dir,
    caPath: authority.certPath,
    authority,
    client: pairIn(dir, 'operator'),
    pkiPath: join(dir, 'virsh'),
  };
}

/** Where the certificate of a host is that `issueHostCertificate` made. */
export const hostCertificate = (pki: LabPki, hostName: string) => pairIn(pki.dir, hostName);

const pairIn = (dir: string, name: string): Certificate => ({
  certPath: join(dir, `${name}.crt`),
  keyPath: join(dir, `${name}.key`),
});

export async function createLabPki(labDir: string): Promise<LabPki> {
  const pki = labPki(labDir);
  await createAuthority(pki.dir, 'ca', 'vmfabric lab');
  await issue(pki.authority, pki.dir, { name: 'operator', commonName: 'operator', usages: ['clientAuth'] });
  await mkdir(pki.pkiPath, { recursive: true });
  await copyFile(pki.caPath, join(pki.pkiPath, 'cacert.pem'));
  await copyFile(pki.client.certPath, join(pki.pkiPath, 'clientcert.pem'));
  await copyFile(pki.client.keyPath, join(pki.pkiPath, 'clientkey.pem'));
  return pki;
}

/** A host's certificate for all its roles: server to the operator, both ends between hosts. */
export async function issueHostCertificate(pki: LabPki, name: string, address: string): Promise<Certificate> {
  return issue(pki.authority, pki.dir, { name, commonName: name, dnsNames: [name], ipAddresses: [address] });
}
