import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthenticationFailed, ProtocolError } from '../errors.ts';
import { ScramSha256 } from './scram-sha-256.ts';

/** The exchange that RFC 7677, section 3, gives as its example. */
const example = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverNonce: 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
  proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};

function client(username = 'user', password = 'pencil'): ScramSha256 {
  return new ScramSha256({ username, password }, () => Buffer.from(example.nonce, 'base64'));
}

function challenge({ r = example.serverNonce, s = example.salt, i = '4096', rest = '' } = {}): Buffer {
  return Buffer.from(`r=${r},s=${s},i=${i}${rest}`);
}

describe('ScramSha256', () => {
  it('makes the messages of the example of RFC 7677', async () => {
    const scram = client();
    expect(scram.clientFirst().toString()).toBe(example.clientFirst);
    expect((await scram.clientFinal(challenge())).toString()).toBe(
      `c=biws,r=${example.serverNonce},p=${example.proof}`,
    );
    expect(() => scram.verify(Buffer.from(example.serverFinal))).not.toThrow();
  });

  it('lets no user name break its message', () => {
    expect(client('a=b,c').clientFirst().toString()).toBe(`n,,n=a=3Db=2Cc,r=${example.nonce}`);
  });

  it('computes with the prepared form of the password', async () => {
    const composed = await client('user', '\u00e9').clientFinal(challenge());
    expect(await client('user', 'e\u0301').clientFinal(challenge())).toEqual(composed);
  });

  it('has another nonce each time, of 144 bits', () => {
    const nonces = Array.from({ length: 20 }, () => {
      const first = new ScramSha256({ username: 'user', password: 'pencil' }).clientFirst().toString();
      return Buffer.from(first.slice('n,,n=user,r='.length), 'base64');
    });
    expect(new Set(nonces.map(String)).size).toBe(20);
    expect(new Set(nonces.map(({ length }) => length))).toEqual(new Set([18]));
  });

  it('reads over extensions at the end of the challenge', async () => {
    await expect(client().clientFinal(challenge({ rest: ',x=new' }))).resolves.toBeInstanceOf(Buffer);
  });
});

describe('a challenge', () => {
  it.each([
    ['with a nonce of its own', { r: `other${example.serverNonce}` }],
    ['with our nonce and nothing added', { r: example.nonce }],
    ['without salt', { s: '' }],
    ['with salt that is no base64', { s: 'W22Z=J0S' }],
    ['with a salt of more than 1024 bytes', { s: Buffer.alloc(1_025).toString('base64') }],
    ['with a count that is no number', { i: '4096x' }],
    ['with a negative count', { i: '-4096' }],
  ])('%s breaks the protocol', async (_what, parts) => {
    await expect(client().clientFinal(challenge(parts))).rejects.toBeInstanceOf(ProtocolError);
  });

  it.each(['4095', '1', '1000001', '9999999999'])('of %s iterations is refused', async (i) => {
    const outcome = client().clientFinal(challenge({ i }));
    await expect(outcome).rejects.toBeInstanceOf(AuthenticationFailed);
    await expect(outcome).rejects.toThrow('4096 to 1000000 are allowed');
  });

  it('with a mandatory extension breaks the protocol, as we know none', async () => {
    const message = Buffer.from(`m=must,${challenge()}`);
    await expect(client().clientFinal(message)).rejects.toBeInstanceOf(ProtocolError);
  });

  it('longer than 4 KiB is not looked at', async () => {
    const long = challenge({ rest: `,x=${'y'.repeat(4_096)}` });
    await expect(client().clientFinal(long)).rejects.toThrow(/at most 4096 are read/);
  });

  it('of any bytes is refused by a class of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expect(client().clientFinal(bytes)).rejects.toBeInstanceOf(ProtocolError);
      }),
    );
  });
});

describe("the server's proof", () => {
  const wrong = Buffer.from(example.serverFinal);
  wrong[10] = 'x'.charCodeAt(0);

  it.each([
    ['wrong', wrong.toString()],
    ['cut short', example.serverFinal.slice(0, -4)],
    ['missing', ''],
    ['of another kind', `p=${example.proof}`],
    ['not the first in its message', `x=1,${example.serverFinal}`],
  ])('is refused when it is %s', async (_what, message) => {
    const scram = client();
    await scram.clientFinal(challenge());
    expect(() => scram.verify(Buffer.from(message))).toThrow(/did not prove/);
  });

  it('is refused when the password was another', async () => {
    const scram = client('user', 'pencil2');
    await scram.clientFinal(challenge());
    expect(() => scram.verify(Buffer.from(example.serverFinal))).toThrow(AuthenticationFailed);
  });

  it('is refused before ours was made', () => {
    expect(() => client().verify(Buffer.from(example.serverFinal))).toThrow(AuthenticationFailed);
  });

  it('may be a refusal instead, which is told', async () => {
    const scram = client();
    await scram.clientFinal(challenge());
    expect(() => scram.verify(Buffer.from('e=unknown-user'))).toThrow('refuses the user: unknown-user');
  });
});
