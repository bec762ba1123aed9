import { createPrivateKey, X509Certificate } from 'node:crypto';

interface Pair {
  cert: string;
  key: string;
}

/**
 * A certificate and its key, which lie in two files and are renewed one after the other. Read in between they do not
 * fit, and no connection would come about; then the pair before goes on serving.
 */
export class KeyPair {
  #held: Pair | undefined;
  readonly #onMisfit: () => void;

  /** `onMisfit`: the files are to be read again soon. */
  constructor(onMisfit: () => void) {
    this.#onMisfit = onMisfit;
  }

  /** The pair to use now that the files hold this one. */
  renew(read: Pair): Pair {
    const { cert, key } = this.#held ?? {};
    if (read.cert === cert && read.key === key) return read;
    if (this.#held && !fits(read)) {
      this.#onMisfit();
      return this.#held;
    }
    this.#held = read;
    return read;
  }
}

/** What cannot be read is no misfit: the TLS library says better what is wrong with it. */
function fits({ cert, key }: Pair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return true;
  }
}
