import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate that is well formed, for Secrets in tests; fakes do not look further. Made once for each process. */
export const clientPem = make();

function make(): Record<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'client-pem-'));
  const [key, certificate] = [join(dir, 'key'), join(dir, 'certificate')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...curve, '-keyout', key, '-out', certificate, '-subj', '/CN=client'],
    {
      stdio: 'ignore',
    },
  );
  const pem = readFileSync(certificate, 'utf8');
  const data = { 'ca.crt': pem, 'tls.crt': pem, 'tls.key': readFileSync(key, 'utf8') };
  rmSync(dir, { recursive: true });
  return data;
}
