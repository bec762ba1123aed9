import { describe, expect, it, vi } from 'vitest';
import { Connection } from '../connection/connection.ts';
import { AuthenticationFailed } from '../errors.ts';
import { FakeServer } from '../testing/fake-server.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { type Authentication, authenticate } from './authenticate.ts';

const user = { username: 'operator', password: 'secret' };

/** A server that offers `types`; its polkit agrees, and it has no mechanism of SASL, so that SASL is seen by failing. */
function start(types: number[]) {
  const server = new FakeServer()
    .on('authList', () => ({ types }))
    .on('authPolkit', () => ({ complete: 1 }))
    .on('authSaslInit', () => ({ mechlist: '' }));
  const connection = new Connection(server.connect(), { clock: new VirtualClock() });
  const names = () => server.calls.map(({ name }) => name).slice(1);
  const run = (auth: Authentication = {}) => authenticate(connection, () => ({ timeoutMs: 1_000 }), auth);
  return { server, names, run };
}

describe('authenticate', () => {
  it.each([
    ['nothing where the server wants none', [0], user, []],
    ['nothing where it could also be SASL', [1, 0], user, []],
    ['polkit where there is only that', [2], user, ['authPolkit']],
    ['polkit without a user', [1, 2], undefined, ['authPolkit']],
  ])('does %s', async (_what, types, credentials, expected) => {
    const { names, run } = start(types);
    await run({ credentials });
    expect(names()).toEqual(expected);
  });

  it.each([[[1]], [[2, 1]]])('takes SASL with a user where the server offers %j', async (types) => {
    const { names, run } = start(types);
    await expect(run({ credentials: user })).rejects.toThrow(/SASL by no mechanism/);
    expect(names()).toEqual(['authSaslInit']);
  });

  it.each([
    ['SASL and no user is given', [1], /by the option auth/],
    ['what nobody knows', [7], /type 7/],
    ['nothing at all', [], /offers no way/],
  ])('gives up where the server offers %s', async (_what, types, message) => {
    const { names, run } = start(types);
    const outcome = run();
    await expect(outcome).rejects.toBeInstanceOf(AuthenticationFailed);
    await expect(outcome).rejects.toThrow(message);
    expect(names()).toEqual([]);
  });

  it('gives up when polkit says no', async () => {
    const { server, run } = start([2]);
    server.on('authPolkit', () => ({ complete: 0 }));
    await expect(run()).rejects.toThrow(/polkit did not allow/);
  });

  it('neither sends nor asks for a password where others can read it', async () => {
    const { names, run } = start([1]);
    const credentials = vi.fn(() => user);
    await expect(run({ credentials, isExposed: true })).rejects.toThrow(/allowSaslOverPlainTcp/);
    expect(names()).toEqual([]);
    expect(credentials).not.toHaveBeenCalled();
  });

  it('asks for the user only where the server wants SASL', async () => {
    const credentials = vi.fn(() => user);
    await start([0]).run({ credentials });
    await start([2]).run({ credentials });
    expect(credentials).not.toHaveBeenCalled();
    await start([1])
      .run({ credentials })
      .catch(() => {});
    expect(credentials).toHaveBeenCalledOnce();
  });

  it('waits for the user no longer than for the rest', async () => {
    const { names, run } = start([1]);
    const clock = new VirtualClock();
    const outcome = run({ credentials: () => new Promise(() => {}), clock }).catch((error) => error);
    await clock.advance(1_000);
    expect(await outcome).toMatchObject({ name: 'ConnectFailed' });
    expect(names()).toEqual([]);
  });
});
