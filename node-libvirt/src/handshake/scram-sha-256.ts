import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AuthenticationFailed, ProtocolError } from '../errors.ts';
import { saslPrep } from './saslprep.ts';

/** A user whom the server knows (on a Debian host: `saslpasswd2 -a libvirt USER`). */
export interface Credentials {
  username: string;
  password: string;
}

/** What SASL calls the mechanism. */
export const scramSha256 = 'SCRAM-SHA-256';

/** No channel binding: libvirt's SASL is not told of the TLS session around it. */
const gs2Header = 'n,,';
const nonceBytes = 18;
const maxMessageBytes = 4_096;
const maxSaltBytes = 1_024;
/** RFC 7677 asks for this many at least; fewer would make a stolen exchange cheap to search. */
const minIterations = 4_096;
/** About half a second of one core: more is a server that wants to keep ours busy. */
const maxIterations = 1_000_000;
const hashBytes = 32;

const derive = promisify(pbkdf2);

/**
 * The client's half of SCRAM-SHA-256 (RFC 5802, RFC 7677): proves that we know the password without telling it, and
 * makes the server prove that it knows it too. Three steps, each once and in this order: `clientFirst`, `clientFinal`,
 * `verify`. Holds no connection; one object for one attempt.
 */
export class ScramSha256 {
  readonly #username: string;
  readonly #password: string;
  readonly #nonce: string;
  #serverSignature: Buffer | undefined;

  /**
   * @param random source of the nonce, `length` bytes at a call
   * @throws AuthenticationFailed when user or password holds what SASLprep does not allow
   */
  constructor({ username, password }: Credentials, random: (length: number) => Uint8Array = randomBytes) {
    this.#username = saslPrep(username, 'user name');
    this.#password = saslPrep(password, 'password');
    this.#nonce = Buffer.from(random(nonceBytes)).toString('base64');
  }

  /** The message that opens the exchange. */
  clientFirst(): Buffer {
    return Buffer.from(gs2Header + this.#clientFirstBare());
  }

  /**
   * Answers the server's challenge. The derivation of the key runs beside the event loop, not in it.
   * @throws ProtocolError on what is no answer to `clientFirst`, AuthenticationFailed on one outside of our bounds
   */
  async clientFinal(serverFirst: Uint8Array): Promise<Buffer> {
    const challenge = textOf(serverFirst);
    const { nonce, salt, iterations } = parseChallenge(challenge, this.#nonce);
    const salted = await derive(this.#password, salt, iterations, hashBytes, 'sha256');
    const unproven = `c=${Buffer.from(gs2Header).toString('base64')},r=${nonce}`;
    const transcript = [this.#clientFirstBare(), challenge, unproven].join(',');
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), transcript);
    return Buffer.from(`${unproven},p=${proofOf(salted, transcript).toString('base64')}`);
  }

  /**
   * Checks that the server knows the password as well; until then, anybody may be at the other end.
   * @throws AuthenticationFailed when it says no or its signature is wrong or missing
   */
  verify(serverFinal: Uint8Array): void {
    const message = textOf(serverFinal);
    const refusal = /^e=([^,]*)/.exec(message)?.[1];
    if (refusal !== undefined) throw new AuthenticationFailed(`the server refuses the user: ${refusal}`);
    const signature = Buffer.from(/^v=([A-Za-z0-9+/]{43}=)(?:,|$)/.exec(message)?.[1] ?? '', 'base64');
    const expected = this.#serverSignature;
    if (!expected || signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new AuthenticationFailed(
        'the server did not prove that it knows the password: it may not be the one that was meant',
      );
    }
  }

  #clientFirstBare(): string {
    const name = this.#username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    return `n=${name},r=${this.#nonce}`;
  }
}

interface Challenge {
  nonce: string;
  salt: Buffer;
  iterations: number;
}

/** An extension before the nonce (`m=`) would be mandatory, and we know none; those at the end may be ignored. */
const challengeForm =
  /^r=([\x21-\x2b\x2d-\x7e]+),s=((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?),i=([1-9]\d{0,9})(?:,|$)/;

function parseChallenge(message: string, ourNonce: string): Challenge {
  const [, nonce = '', salt64 = '', count = ''] = challengeForm.exec(message) ?? [];
  if (nonce === '') throw new ProtocolError(`no SCRAM challenge: ${JSON.stringify(message.slice(0, 80))}`);
  // A nonce without a part of the server's would let a recorded exchange be played again.
  if (!nonce.startsWith(ourNonce) || nonce.length === ourNonce.length)
    throw new ProtocolError('the nonce in the SCRAM challenge does not continue ours');
  const salt = Buffer.from(salt64, 'base64');
  if (salt.length === 0 || salt.length > maxSaltBytes)
    throw new ProtocolError(`a salt of ${salt.length} bytes in the SCRAM challenge`);
  const iterations = Number(count);
  if (iterations < minIterations || iterations > maxIterations) {
    throw new AuthenticationFailed(
      `the server asks for ${iterations} iterations; ${minIterations} to ${maxIterations} are allowed`,
    );
  }
  return { nonce, salt, iterations };
}

function proofOf(salted: Buffer, transcript: string): Buffer {
  const clientKey = hmac(salted, 'Client Key');
  const signature = hmac(createHash('sha256').update(clientKey).digest(), transcript);
  return Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
}

function hmac(key: Uint8Array, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** Before anything looks at it: the protocol would let a message have 64 KiB. */
function textOf(message: Uint8Array): string {
  if (message.length > maxMessageBytes)
    throw new ProtocolError(
      `a SCRAM message of ${message.length} bytes; at most ${maxMessageBytes} are read`,
    );
  return Buffer.from(message).toString('utf8');
}
