import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from './listeners.ts';

/** An authority for tests, made by the `openssl` command in a folder of the test's. */
export class TestAuthority {
  readonly #dir: string;
  readonly #name: string;

  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#name = name;
    const [key, cert] = [this.#path(name, 'key'), this.#path(name, 'crt')];
    openssl('req', '-x509', ...newKey, '-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`);
  }

  get cert(): string {
    return readFileSync(this.#path(this.#name, 'crt'), 'utf8');
  }

  /** @param subjectAltName in OpenSSL's form: `DNS:host1,IP:127.0.0.1` */
  issue(name: string, subjectAltName: string): Identity {
    const [key, csr, extensions] = [
      this.#path(name, 'key'),
      this.#path(name, 'csr'),
      this.#path(name, 'ext'),
    ];
    writeFileSync(extensions, `subjectAltName=${subjectAltName}\nextendedKeyUsage=serverAuth,clientAuth\n`);
    openssl('req', '-new', ...newKey, '-keyout', key, '-out', csr, '-subj', `/CN=${name}`);
    const ca = ['-CA', this.#path(this.#name, 'crt'), '-CAkey', this.#path(this.#name, 'key')];
    const cert = openssl('x509', '-req', '-in', csr, ...ca, '-set_serial', '2', '-extfile', extensions);
    return { cert, key: readFileSync(key, 'utf8') };
  }

  #path(name: string, ending: string): string {
    return join(this.#dir, `${name}.${ending}`);
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
