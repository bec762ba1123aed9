import { createServer, type Server, type Socket } from 'node:net';

/** A unix socket that hands every client's stream to one function. */
export class UnixListener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(accept: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      accept(socket);
    });
  }

  /** @throws the system's error when the path is taken or cannot be made */
  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(path, resolve));
  }

  /** Ends all clients' streams and the socket. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
