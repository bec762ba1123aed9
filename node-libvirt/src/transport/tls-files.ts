import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Clock, systemClock } from '../clock.ts';
import { ConnectFailed, InvalidTarget } from '../errors.ts';
import type { TlsTarget } from './target.ts';

/** Where the three PEM files are. Whoever renews them may do it one by one, or by turning a link to their folder. */
export interface TlsPaths {
  caPath: string;
  certPath: string;
  keyPath: string;
}

/** A TLS target by its files. */
export interface TlsFiles extends TlsPaths, Pick<TlsTarget, 'host' | 'port' | 'serverName'> {}

/** The three files of one generation. */
export type TlsGeneration = Record<'ca' | 'cert' | 'key', Buffer>;

const readings = 5;
const betweenReadingsMs = 200;

/**
 * A function that reads the files anew, once for each connection, so that renewed ones are used from then on:
 * `openHypervisor(await target())`. All three are of one generation; in the middle of a renewal it reads again, five
 * times within a second. The function fails with ConnectFailed when a file cannot be read or key and certificate do
 * not come to fit, and with InvalidTarget when one of them is no PEM.
 */
export function tlsFilesTarget(
  { caPath, certPath, keyPath, ...where }: TlsFiles,
  { clock = systemClock }: { clock?: Clock | undefined } = {},
): () => Promise<TlsTarget> {
  return async () => {
    for (let left = readings - 1; ; left--) {
      try {
        const generation = await readTlsGeneration({ caPath, certPath, keyPath });
        return { transport: 'tls', ...where, ...generation };
      } catch (error) {
        if (left === 0) throw error;
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, betweenReadingsMs));
      }
    }
  };
}

/**
 * Reads the files once.
 * @param read gives one file's content
 * @throws ConnectFailed when one cannot be read or they are of two generations, InvalidTarget when one is no PEM
 */
export async function readTlsGeneration(
  paths: TlsPaths,
  read: (path: string) => Promise<Buffer> = readPem,
): Promise<TlsGeneration> {
  const generation = await readAll(paths, read);
  // Where a link is turned between two reads, the second time all are new.
  const again = await readAll(paths, read);
  const isStill = (['ca', 'cert', 'key'] as const).every((name) => generation[name].equals(again[name]));
  if (!isStill) throw new ConnectFailed(`${paths.certPath}, its key or its authority is being changed`);
  requireFitting(generation, paths);
  return generation;
}

async function readAll(
  { caPath, certPath, keyPath }: TlsPaths,
  read: (path: string) => Promise<Buffer>,
): Promise<TlsGeneration> {
  const [ca, cert, key] = await Promise.all([read(caPath), read(certPath), read(keyPath)]);
  return { ca, cert, key };
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ConnectFailed(`a file for TLS cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function requireFitting({ ca, cert, key }: TlsGeneration, { caPath, certPath, keyPath }: TlsPaths): void {
  parsed(caPath, 'certificate', () => new X509Certificate(ca));
  const certificate = parsed(certPath, 'certificate', () => new X509Certificate(cert));
  const privateKey = parsed(keyPath, 'key without a passphrase', () => createPrivateKey(key));
  if (certificate.checkPrivateKey(privateKey)) return;
  throw new ConnectFailed(
    `the key in ${keyPath} is not that of the certificate in ${certPath}: only one of them was renewed`,
  );
}

function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidTarget(`${path} is no PEM of a ${what}: ${(error as Error).message}`, { cause: error });
  }
}
