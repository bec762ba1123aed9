import { Connection } from '../../connection/connection.ts';
import type { Args, ProcedureName, Ret } from '../../protocol/procedures.ts';
import { FakeServer, type Handler } from '../../testing/fake-server.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { HypervisorConnection } from '../hypervisor.ts';

export const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
/** How calls name the domain with that uuid. */
export const dom = { name: '', uuid, id: -1 };

export interface Sent<N extends ProcedureName, T> {
  /** Of the last call of that name. */
  args: Args<N>;
  /** Of all of them. */
  calls: Args<N>[];
  result: T;
}

/** What a method sends when the server answers so, and what it makes of the answer. */
export async function sent<N extends ProcedureName, T>(
  name: N,
  answer: Ret<N> | Handler<N>,
  act: (hypervisor: HypervisorConnection) => Promise<T>,
): Promise<Sent<N, T>> {
  const server = new FakeServer();
  server.on(name, typeof answer === 'function' ? (answer as Handler<N>) : () => answer);
  const connection = new Connection(server.connect(), { clock: new VirtualClock() });
  const result = await act(new HypervisorConnection(connection, () => {}));
  connection.close();
  const calls = server.callsOf(name).map(({ args }) => args as Args<N>);
  return { args: calls.at(-1) as Args<N>, calls, result };
}
