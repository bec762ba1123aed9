import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const lowestPort = 10_000;
const highestPort = 65_535;
const attempts = 50;

/**
 * A TCP port on 127.0.0.1 that nobody listens on now: `preferred` if it is free, else one by chance that the kernel
 * gives to no outgoing connection. Of its own ports it may give one away while a server is down that shall come back
 * there; a client that keeps trying to reach that server even gets connected to itself in time, and holds the port.
 * Somebody else may take the port before the caller does; who listens on it must be ready to try another.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = lowestPort + Math.floor(Math.random() * (highestPort + 1 - lowestPort));
    if (!isForOutgoing(port) && (await isFree(port))) return port;
  }
  throw new Error(
    `of ${attempts} TCP ports between ${lowestPort} and ${highestPort} none was free; ` +
      'net.ipv4.ip_local_port_range must leave some of them to servers',
  );
}

/** Whether the kernel may choose this port for an outgoing connection. */
export function isForOutgoing(port: number): boolean {
  const [low = 32_768, high = 60_999] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  return port >= low && port <= high;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
