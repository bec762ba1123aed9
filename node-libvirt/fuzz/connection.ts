import type { ByteStream } from '../src/connection/byte-stream.ts';
import { Connection } from '../src/connection/connection.ts';
import { CallTimeout, ConnectionClosed, LibvirtError, ProtocolError } from '../src/errors.ts';
import { HypervisorConnection } from '../src/facade/hypervisor.ts';
import type { ProcedureName } from '../src/protocol/procedures.ts';
import { randomFrom } from '../src/testing/random.ts';
import { turns, VirtualClock } from '../src/testing/virtual-clock.ts';
import { HostilePeer, Phrases } from './hostile-peer.ts';
import { Wire } from './wire.ts';

export interface ConnectionFuzzResult {
  packets: number;
  connections: number;
  /** How calls, streams and connections ended, by the error's class; `good` for a result. */
  outcomes: Map<string, number>;
}

const uuid = 'c7a5fdbd-cdaf-9455-926a-d65c16db1809';
const vol = { pool: 'default', name: 'disk.raw', key: '/disk.raw' };
const whole = { vol, offset: 0n, length: 0n, flags: 0 };
const all = { needResults: 1, flags: 0 };

/** What the client asks for; each with a type of its own kind in the answer. */
const asked: ((hypervisor: HypervisorConnection) => Promise<unknown>)[] = [
  (hypervisor) => hypervisor.listDomains(),
  (hypervisor) => hypervisor.domainStats(),
  (hypervisor) => hypervisor.domain(uuid).state(),
  (hypervisor) => hypervisor.domain(uuid).xml(),
  (hypervisor) => hypervisor.domain(uuid).info(),
  (hypervisor) => hypervisor.host.nodeInfo(),
  (hypervisor) => hypervisor.host.cellsFreeMemoryBytes(),
  (hypervisor) => hypervisor.storagePools(),
  ({ connection }) => connection.call('connectListAllNetworks', all),
];

const answered: ProcedureName[] = [
  ...(['connectListAllDomains', 'connectGetAllDomainStats', 'domainGetState', 'domainGetXmlDesc'] as const),
  ...(['domainGetInfo', 'nodeGetInfo', 'nodeGetCellsFreeMemory', 'connectListAllStoragePools'] as const),
  ...(['connectListAllNetworks', 'connectDomainEventCallbackRegisterAny'] as const),
];

const declared = [LibvirtError, ConnectionClosed, CallTimeout, ProtocolError];
const packetsEach = 100;

/** One connection to a hostile peer, from its beginning until nothing of it is left. */
class Trial {
  readonly #random: () => number;
  readonly #peer: HostilePeer;
  readonly #wire = new Wire((packet) => this.#peer.hear(packet));
  readonly #clock = new VirtualClock();
  readonly #hypervisor: HypervisorConnection;
  readonly #outcomes: Map<string, number>;
  readonly #streams: ByteStream[] = [];
  #unsettled = 0;
  #rest = Buffer.alloc(0);

  constructor(random: () => number, phrases: Phrases, outcomes: Map<string, number>) {
    this.#random = random;
    this.#peer = new HostilePeer(random, phrases);
    this.#outcomes = outcomes;
    const connection = new Connection(this.#wire, { clock: this.#clock });
    // Without it, silence ends calls by their own deadlines.
    if (random() < 0.5) connection.startKeepalive();
    this.#hypervisor = new HypervisorConnection(connection, (error) => {
      throw error;
    });
    this.#watch(connection.closed.then((reason) => Promise.reject(reason)));
    this.#watch(this.#hypervisor.events.subscribe(() => {}));
  }

  /** @returns how many packets were sent */
  async run(): Promise<number> {
    let packets = 0;
    while (packets < packetsEach && !this.#wire.destroyed) {
      this.#ask();
      const said = Array.from({ length: 1 + Math.floor(this.#random() * 6) }, () => this.#peer.say());
      packets += said.length;
      await fromOutside(() => this.#feed(Buffer.concat(said)));
    }
    // Long enough for every deadline: what is still unanswered has failed after it, and with it the connection.
    for (let waited = 0; waited < 3 && !this.#wire.destroyed; waited++) await this.#clock.advance(60_000);
    if (!this.#wire.destroyed) this.#hypervisor.connection.close();
    await turns(2); // whoever waits for a stream has it now
    // What came whole waits for its reader, longer than its connection lives.
    for (const stream of this.#streams) stream.resume();
    await turns(3);
    this.#expectNothingLeft();
    return packets;
  }

  #ask(): void {
    const chance = this.#random();
    const { connection } = this.#hypervisor;
    if (connection.load.unanswered + connection.load.waiting > 8) return;
    if (chance < 0.4) this.#watch(asked[Math.floor(this.#random() * asked.length)]?.(this.#hypervisor));
    else if (chance < 0.45) this.#watch(this.#use(connection.openStream('storageVolDownload', whole)));
    else if (chance < 0.5) this.#watch(this.#use(connection.openStream('storageVolUpload', whole)));
  }

  /** A caller that reads, writes, neglects or destroys what it opened. */
  async #use(opening: Promise<ByteStream>): Promise<void> {
    const stream = await opening;
    this.#streams.push(stream);
    this.#watch(
      new Promise<void>((resolve, reject) => stream.once('error', reject).once('close', () => resolve())),
    );
    const chance = this.#random();
    if (chance < 0.5) stream.resume();
    if (chance < 0.3 && stream.writable) stream.end('some bytes');
    if (chance > 0.9) stream.destroy();
  }

  /** In pieces that know nothing of packets. */
  #feed(packets: Buffer): void {
    const bytes = Buffer.concat([this.#rest, packets]);
    const whole = this.#random() < 0.7;
    const cut = whole ? bytes.length : Math.floor(this.#random() * bytes.length);
    this.#rest = bytes.subarray(cut);
    const pieceBytes = this.#random() < 0.02 ? 1 : 1 + Math.floor(this.#random() * 4_000);
    for (let start = 0; start < cut; start += pieceBytes)
      this.#wire.feed(bytes.subarray(start, Math.min(start + pieceBytes, cut)));
  }

  #watch(outcome: Promise<unknown> | undefined): void {
    this.#unsettled++;
    outcome
      ?.then(() => this.#count('good'))
      .catch((error: unknown) => this.#count(nameOf(error)))
      .finally(() => this.#unsettled--);
  }

  #count(outcome: string): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }

  #expectNothingLeft(): void {
    const { unanswered, waiting } = this.#hypervisor.connection.load;
    const left = {
      unsettled: this.#unsettled,
      timers: this.#clock.pendingTimers,
      sockets: this.#wire.destroyed ? 0 : 1,
      streams: this.#streams.filter(({ destroyed }) => !destroyed).length,
      calls: unanswered,
      waiting,
    };
    const found = Object.entries(left).filter(([, count]) => count > 0);
    if (found.length > 0)
      throw new Error(`left behind: ${found.map(([name, count]) => `${count} ${name}`).join(', ')}`);
  }
}

/** Runs as a socket's data come: out of a turn of their own, before anybody who waits for a promise hears of them. */
function fromOutside(run: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        run();
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** The error's class; what no caller was told to expect is said to be undeclared. */
function nameOf(error: unknown): string {
  if (error === undefined) return 'closed by us';
  if (declared.some((type) => error instanceof type)) return (error as Error).name;
  return `undeclared: ${error instanceof Error ? error.stack : String(error)}`;
}

/**
 * Has connections speak to a server that breaks the protocol now and then, until `packets` were sent.
 * @throws Error with the seed and the place of the connection that ended in a way that nobody declares, or left something behind
 */
export async function fuzzConnections(packets: number, seed: number): Promise<ConnectionFuzzResult> {
  const phrases = new Phrases(answered, seed);
  const result: ConnectionFuzzResult = { packets: 0, connections: 0, outcomes: new Map() };
  while (result.packets < packets) {
    const place = result.connections++;
    try {
      result.packets += await new Trial(randomFrom(seed + place), phrases, result.outcomes).run();
      const odd = [...result.outcomes.keys()].find((name) => name.startsWith('undeclared'));
      if (odd !== undefined) throw new Error(odd);
    } catch (error) {
      throw new Error(
        `a connection failed in a way that nobody declares: seed ${seed}, connection ${place}`,
        {
          cause: error,
        },
      );
    }
  }
  return result;
}
