import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import { readTlsGeneration, type TlsPaths } from './tls-files.ts';

export interface TlsWatchOptions {
  /** Called once for each new generation, when all three files are there and fit each other. */
  onChange: () => void;
  /** Default: a minute. Kubernetes brings a changed Secret within about one. */
  everyMs?: number | undefined;
  clock?: Clock | undefined;
}

/**
 * Tells when the content of the PEM files has changed, by reading them again and again: what turns links, as Kubernetes
 * does for mounted Secrets, is not seen by watching the files. Begin before reading them, and nothing is missed.
 * Files that are missing or do not fit are looked at again and not told of; connecting tells what is wrong with them.
 * Holds the process until it is closed.
 */
export function watchTlsFiles(paths: TlsPaths, options: TlsWatchOptions): { close(): void } {
  const { onChange, everyMs = 60_000, clock = systemClock } = options;
  let timer: unknown;
  let isClosed = false;
  let known = '';
  const look = async (isFirst: boolean) => {
    const seen = await fingerprint(paths);
    if (isClosed) return;
    // The next look is arranged before anybody is told, who may throw or close.
    timer = clock.setTimeout(() => void look(false), everyMs);
    const isNew = seen !== undefined && seen !== known;
    known = seen ?? known;
    if (isNew && !isFirst) tell(onChange);
  };
  void look(true);
  return {
    close: () => {
      isClosed = true;
      clock.clearTimeout(timer);
    },
  };
}

/** Not the content itself, as the key would lie in memory for as long as it is watched. */
async function fingerprint(paths: TlsPaths): Promise<string | undefined> {
  try {
    const { ca, cert, key } = await readTlsGeneration(paths);
    const hash = createHash('sha256');
    for (const content of [ca, cert, key]) hash.update(`${content.length} `).update(content);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function tell(onChange: () => void): void {
  try {
    onChange();
  } catch (error) {
    process.emitWarning(error as Error);
  }
}
