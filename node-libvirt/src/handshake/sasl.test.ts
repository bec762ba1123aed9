import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { AuthenticationFailed, ProtocolError } from '../errors.ts';
import { Fault } from '../testing/fake-peer.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { authenticateSasl } from './sasl.ts';

const known = { username: 'josé', password: 'pencil' };
const salt = Buffer.from('salt of this user');

type Reply = { complete: number; nil: number; data: number[] };
const reply = (text: string | null, complete = 0): Reply => ({
  complete,
  nil: text === null ? 1 : 0,
  // As a server whose `char` has a sign sends them.
  data: [...Buffer.from(text ?? '')].map((byte) => (byte << 24) >> 24),
});

const hmac = (key: Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** The server's half, written by the RFC for itself: it knows one user. */
class ScramServer {
  readonly server = new FakeServer();
  /** How the proof is sent: with completion, or as one more challenge. */
  proofCompletes = true;
  #transcript = '';

  constructor() {
    this.server.on('authSaslInit', () => ({ mechlist: 'GSSAPI,SCRAM-SHA-256' }));
    this.server.on('authSaslStart', ({ data }) => reply(this.#challenge(Buffer.from(data).toString())));
    this.server.on('authSaslStep', ({ nil, data }) =>
      nil === 1 ? reply(null, 1) : this.#verdict(Buffer.from(data).toString()),
    );
  }

  #challenge(first: string): string {
    const bare = first.slice('n,,'.length);
    const nonce = bare.split(',r=')[1];
    const challenge = `r=${nonce}server,s=${salt.toString('base64')},i=4096`;
    this.#transcript = `${bare},${challenge}`;
    return challenge;
  }

  #verdict(final: string): Reply | Fault {
    const [unproven = '', proof = ''] = final.split(',p=');
    const transcript = `${this.#transcript},${unproven}`;
    const salted = pbkdf2Sync(known.password, salt, 4_096, 32, 'sha256');
    const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
    const signature = hmac(storedKey, transcript);
    const shown = Buffer.from(Buffer.from(proof, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0)));
    const isKnown = this.#transcript.startsWith(`n=${known.username},`);
    if (!isKnown || !createHash('sha256').update(shown).digest().equals(storedKey))
      return new Fault(45, 'authentication failed');
    const verifier = hmac(hmac(salted, 'Server Key'), transcript).toString('base64');
    return reply(`v=${verifier}`, this.proofCompletes ? 1 : 0);
  }
}

function start() {
  const scram = new ScramServer();
  const connection = new Connection(scram.server.connect(), { clock: new VirtualClock() });
  const authenticate = (credentials = known) => authenticateSasl(connection, credentials, () => ({}));
  return { scram, server: scram.server, connection, authenticate };
}

describe('authenticateSasl', () => {
  it('is let in with the right password', async () => {
    const { server, authenticate } = start();
    await authenticate();
    expect(server.calls.map(({ name }) => name)).toEqual(['authSaslInit', 'authSaslStart', 'authSaslStep']);
    expect(server.callsOf('authSaslStart')[0]?.args).toMatchObject({ mech: 'SCRAM-SHA-256', nil: 0 });
  });

  it('says nothing, which is NULL, to a server that sends its proof as a challenge', async () => {
    const { scram, server, authenticate } = start();
    scram.proofCompletes = false;
    await authenticate();
    expect(server.callsOf('authSaslStep')[1]?.args).toEqual({ nil: 1, data: [] });
  });

  it.each([
    { ...known, password: 'pencil2' },
    { ...known, username: 'mallory' },
  ])('is not let in as %j, and trying again is no use', async (credentials) => {
    const error = await start()
      .authenticate(credentials)
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(AuthenticationFailed);
    expect(error).toMatchObject({ retryable: false, cause: { code: 45 } });
    expect(error.message).toContain(JSON.stringify(credentials.username));
    expect(error.message).not.toContain(credentials.password);
  });

  it('knows the mechanism whatever the case and the separator', async () => {
    const { server, authenticate } = start();
    server.on('authSaslInit', () => ({ mechlist: 'gssapi scram-sha-256' }));
    await authenticate();
  });

  it.each([
    ['GSSAPI,SCRAM-SHA-1,SCRAM-SHA-256-PLUS', 'GSSAPI, SCRAM-SHA-1, SCRAM-SHA-256-PLUS'],
    ['', 'no mechanism'],
  ])('tells what a server offers instead (%s), and the way out', async (mechlist, told) => {
    const { server, authenticate } = start();
    server.on('authSaslInit', () => ({ mechlist }));
    const outcome = authenticate();
    await expect(outcome).rejects.toBeInstanceOf(AuthenticationFailed);
    await expect(outcome).rejects.toThrow(told);
    await expect(outcome).rejects.toThrow('/etc/sasl2/libvirt.conf');
    expect(server.callsOf('authSaslStart')).toEqual([]);
  });

  it('tells a server without any mechanism from one that does not know the user', async () => {
    const { server, authenticate } = start();
    server.on('authSaslInit', () => new Fault(45, 'authentication failed'));
    const error = await authenticate().catch((reason) => reason);
    expect(error).toBeInstanceOf(AuthenticationFailed);
    expect(error.message).toMatch(/no mechanism of SASL/);
    expect(error.message).not.toContain(known.username);
  });

  it('leaves other errors of the server as they are', async () => {
    const { server, authenticate } = start();
    server.on('authSaslStart', () => new Fault(38, 'Too many open files'));
    await expect(authenticate()).rejects.toMatchObject({ name: 'LibvirtError', code: 38 });
  });
});

describe('a server that does not know the password', () => {
  it('cannot let us in without proof', async () => {
    const { server, authenticate } = start();
    server.on('authSaslStart', () => reply(null, 1));
    await expect(authenticate()).rejects.toThrow(/before either side has proven anything/);
  });

  it.each([null, '', 'v=', `v=${Buffer.alloc(32).toString('base64')}`])(
    'cannot end with %j',
    async (text) => {
      const { server, authenticate } = start();
      server.on('authSaslStep', () => reply(text, 1));
      await expect(authenticate()).rejects.toThrow(/did not prove/);
      await expect(authenticate()).rejects.toBeInstanceOf(AuthenticationFailed);
    },
  );

  it.each([null, '', 'hello', 'r=x,s=YQ==,i=4096', '\u00ff'.repeat(100), 'y'.repeat(65_536)])(
    'cannot confuse us by a challenge of garbage',
    async (text) => {
      const { server, authenticate } = start();
      server.on('authSaslStart', () => reply(text));
      await expect(authenticate()).rejects.toBeInstanceOf(ProtocolError);
      expect(server.callsOf('authSaslStep')).toEqual([]);
    },
  );

  it('cannot ask for more and more steps', async () => {
    const { scram, server, connection } = start();
    scram.proofCompletes = false;
    let calls = 0;
    const outcome = authenticateSasl(connection, known, () => {
      // The fourth call says nothing, and is the last that we make.
      if (++calls === 4) server.on('authSaslStep', () => reply('more'));
      return {};
    });
    await expect(outcome).rejects.toThrow(/goes on with SASL/);
    expect(calls).toBe(4);
  });

  it('cannot send more than the protocol allows', async () => {
    const { server, connection, authenticate } = start();
    // A count of 65 537 and that many integers.
    server.on('authSaslStart', (_args, peer, call) => {
      const packet = Buffer.alloc(28 + 12 + 65_537 * 4);
      packet.writeUInt32BE(packet.length, 0);
      packet.writeUInt32BE(0x20008086, 4);
      packet.writeUInt32BE(1, 8);
      packet.writeUInt32BE(68, 12);
      packet.writeUInt32BE(1, 16);
      packet.writeUInt32BE(call.serial, 20);
      packet.writeUInt32BE(65_537, 36);
      peer.sendRaw(packet);
      return reply(null);
    });
    await authenticate().catch(() => {});
    expect(await connection.closed).toBeInstanceOf(ProtocolError);
  });
});
