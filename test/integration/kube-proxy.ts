import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface BreakableProxy {
  /** Where it listens, as a base URL. */
  server: string;
  /** Resets every connection; new ones go through. */
  cut(): void;
  /** Leaves connections open and carries nothing on them any more: half-open. New ones go through. */
  hang(): void;
  /** How many connections are open. */
  readonly connections: number;
  stop(): Promise<void>;
}

/** A network between the client and the API server at `target`, of the kind that breaks. Bytes go through unread. */
export async function startProxy(target: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    client.pipe(upstream).pipe(client);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        for (const end of pair) end.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const each = (what: (socket: Socket) => void) => {
    for (const pair of [...pairs]) pair.forEach(what);
  };
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => each((socket) => socket.resetAndDestroy()),
    hang: () => each((socket) => socket.unpipe().pause()),
    get connections() {
      return pairs.size;
    },
    stop: async () => {
      each((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
