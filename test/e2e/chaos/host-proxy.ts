import { createServer, type Server, type TLSSocket } from 'node:tls';
import { connectTransport, procedures, type TlsTarget } from 'node-libvirt';
import { linkPackets, type PacketFault } from 'node-libvirt/testing';
import { run } from '../../../hack/command.ts';
import type { LabHost } from '../../../hack/lab/host.ts';
import type { Lab } from '../../../hack/lab/lab.ts';
import { issue, readIdentity } from '../../../hack/pki.ts';

/** One call by which a client changes a domain. */
export interface HostChange {
  host: string;
  /** `define`, `start`, `resume`, `shutdown`, `destroy`, `undefine` */
  call: string;
  /** Name of the domain, as far as it was defined through this proxy. */
  domain: string;
  /** Milliseconds since 1970 when it came from the client. */
  at: number;
  /** Process id of the client. */
  client: number | undefined;
}

const changing = new Map([
  [procedures.domainDefineXmlFlags.number, 'define'],
  [procedures.domainCreateWithFlags.number, 'start'],
  [procedures.domainResume.number, 'resume'],
  [procedures.domainShutdownFlags.number, 'shutdown'],
  [procedures.domainDestroyFlags.number, 'destroy'],
  [procedures.domainUndefineFlags.number, 'undefine'],
]);

interface Hold {
  matches: (change: HostChange) => boolean;
  fire: (change: HostChange) => void;
}

/**
 * Stands between clients and a lab host's libvirtd, TLS on both sides, notes each change of a domain that is asked for,
 * and can keep back the answer to one.
 */
export class HostProxy {
  /** In the order in which they came. */
  readonly changes: HostChange[] = [];
  readonly address: string;
  readonly host: LabHost;
  readonly #target: TlsTarget;
  readonly #server: Server;
  readonly #clients = new Set<TLSSocket>();
  readonly #names = new Map<string, string>();
  #hold: Hold | undefined;

  /** Serves at this address of the machine, one that its own certificate is made for. */
  static async start(lab: Lab, host: LabHost, where: { address: string; port: number }): Promise<HostProxy> {
    const { pki } = lab;
    const { address } = where;
    const certificate = await issue(pki.authority, pki.dir, {
      ...{
        name: `proxy-${host.name}`,
        commonName: host.name,
        ipAddresses: [address],
        usages: ['serverAuth'],
      },
    });
    const { address: at, port } = lab.clientAddressOf(host);
    const client = await readIdentity(pki.caPath, pki.client);
    const proxy = new HostProxy(host, {
      ...{ address, target: { transport: 'tls', host: at, port, ...client } },
      identity: await readIdentity(pki.caPath, certificate),
    });
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(where.port, address, resolve);
    });
    return proxy;
  }

  constructor(
    host: LabHost,
    parts: { address: string; target: TlsTarget; identity: { ca: string; cert: string; key: string } },
  ) {
    this.host = host;
    this.address = parts.address;
    this.#target = parts.target;
    const tls = { ...parts.identity, requestCert: true, rejectUnauthorized: true };
    this.#server = createServer(tls, (client) => {
      this.#clients.add(client);
      client.on('error', () => {}).once('close', () => this.#clients.delete(client));
      void this.#serve(client).catch(() => client.destroy());
    });
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** The host does the next change that matches; whoever asked for it never hears so. Resolves once it is done. */
  keepAnswerBack(matches: Hold['matches']): Promise<HostChange> {
    const { promise, resolve } = Promise.withResolvers<HostChange>();
    this.#hold = { matches, fire: resolve };
    return promise;
  }

  /** Starts anew, with nothing to keep back. */
  forget(): void {
    this.changes.length = 0;
    this.#hold = undefined;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const client of this.#clients) client.destroy();
    await closed;
  }

  async #serve(client: TLSSocket): Promise<void> {
    const [owner, server] = await Promise.all([
      ownerOf(client.remotePort ?? 0),
      connectTransport(this.#target),
    ]);
    client.write(Buffer.of(1)); // by which libvirtd says that it accepts the certificate
    const asked = new Map<number, HostChange>();
    const calls: PacketFault = (next) => ({
      write: (packet) => {
        const { procedure, type, serial } = headerOf(packet);
        const call = type === 'call' ? changing.get(procedure) : undefined;
        if (call) asked.set(serial, this.#note(call, packet, owner));
        next.write(packet);
      },
      close: () => next.close(),
    });
    const answers: PacketFault = (next) => ({
      write: (packet) => {
        const { type, serial } = headerOf(packet);
        const change = type === 'reply' ? asked.get(serial) : undefined;
        if (!change || !this.#keepsBack(change)) next.write(packet);
      },
      close: () => next.close(),
    });
    linkPackets(client, server, { toServer: [calls], toClient: [answers] });
  }

  #note(call: string, packet: Buffer, client: number | undefined): HostChange {
    const change = { host: this.host.name, call, domain: this.#nameIn(packet), at: Date.now(), client };
    this.changes.push(change);
    return change;
  }

  /** A definition tells name and uuid as text; all other calls carry the uuid's 16 bytes. */
  #nameIn(packet: Buffer): string {
    const text = packet.toString('latin1');
    const defined = /<name>(.*?)<\/name>.*?<uuid>(.*?)<\/uuid>/s.exec(text);
    if (defined) this.#names.set(bytesOf(defined[2] ?? ''), defined[1] ?? '');
    return [...this.#names].find(([bytes]) => text.includes(bytes))?.[1] ?? defined?.[1] ?? '';
  }

  #keepsBack(change: HostChange): boolean {
    if (!this.#hold?.matches(change)) return false;
    this.#hold.fire(change);
    this.#hold = undefined;
    return true;
  }
}

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('latin1');

/** Serials are counted by each sender of calls for itself; keepalive's packets are messages. */
function headerOf(packet: Buffer): { procedure: number; type: 'call' | 'reply' | undefined; serial: number } {
  const types = ['call', 'reply'] as const;
  return {
    ...{ procedure: packet.readUInt32BE(12), serial: packet.readUInt32BE(20) },
    type: types[packet.readUInt32BE(16)],
  };
}

/** The process of this machine that holds the other end of a connection from this port. */
async function ownerOf(port: number): Promise<number | undefined> {
  const pid = /pid=(\d+)/.exec(await run('ss', ['-Htnp', 'sport', '=', `:${port}`]))?.[1];
  return pid === undefined ? undefined : Number(pid);
}
