import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { type RandomBytes, uuidOf } from './identity.ts';
import { noNameCode, operationInvalid, parseDefinition, Refusal } from './refusal.ts';
import { Registry, type Resource } from './registry.ts';
import { escapeXml, formatXml } from './xml-text.ts';
import { childOf, childText, elementsOf } from './xml-tree.ts';

/** What a host keeps of a network's description. */
export interface NetworkDefinition {
  readonly name: string;
  readonly uuid: string;
  readonly bridge: string;
  /** Everything else, as it is given back. */
  readonly rest: string;
}

export class FakeNetwork implements Resource<NetworkDefinition> {
  readonly uuid: string;
  definition: NetworkDefinition | undefined;
  live: NetworkDefinition | undefined;
  autostart = false;

  constructor(uuid: string) {
    this.uuid = uuid;
  }
}

const invalid = (message: string) => operationInvalid(message, ErrorDomain.NETWORK);
const known = new Set(['name', 'uuid', 'bridge']);

/** The virtual networks of one host. */
export class Networks extends Registry<NetworkDefinition, FakeNetwork> {
  readonly #random: RandomBytes;

  constructor(random: RandomBytes) {
    const errorDomain = { missing: ErrorDomain.NETWORK, identity: ErrorDomain.NETWORK };
    super('network', ErrorCode.NO_NETWORK, errorDomain);
    this.#random = random;
  }

  define(xml: string): FakeNetwork {
    const { network, description } = this.#read(xml);
    network.definition = description;
    return this.add(network);
  }

  createTransient(xml: string): FakeNetwork {
    const { network, description } = this.#read(xml);
    if (network.live) throw invalid(`${description.name} is active already`);
    network.live = description;
    return this.add(network);
  }

  start(network: FakeNetwork): void {
    if (network.live) throw invalid('the network is active already');
    network.live = network.definition;
  }

  destroy(network: FakeNetwork): void {
    if (!network.live) throw invalid('the network is not active');
    network.live = undefined;
    this.settle(network);
  }

  undefine(network: FakeNetwork): void {
    if (!network.definition) throw invalid('the network is transient and cannot be undefined');
    network.definition = undefined;
    network.autostart = false;
    this.settle(network);
  }

  setAutostart(network: FakeNetwork, autostart: boolean): void {
    if (!network.definition) throw invalid('the network is transient and has no definition');
    network.autostart = autostart;
  }

  losePower(): void {
    for (const network of this.all) {
      network.live = network.autostart ? network.definition : undefined;
      this.settle(network);
    }
  }

  #read(xml: string): { network: FakeNetwork; description: NetworkDefinition } {
    const element = parseDefinition(xml, 'network', ErrorDomain.NETWORK);
    const name = childText(element, 'name');
    if (name === undefined) throw new Refusal(noNameCode, 'the network has no name', ErrorDomain.NETWORK);
    const bridge = childOf(element, 'bridge')?.attributes['name'];
    const others = elementsOf(element).filter((child) => !known.has(child.name));
    const description = {
      name,
      uuid: uuidOf(element, this.#random, ErrorDomain.NETWORK),
      bridge: bridge ?? this.#freeBridge(),
      rest: others.map((child) => `${formatXml(child, "'", '  ')}\n`).join(''),
    };
    const found = this.identified(description);
    return { network: found ?? new FakeNetwork(description.uuid), description };
  }

  #freeBridge(): string {
    const taken = new Set(this.all.flatMap(({ live, definition }) => [live?.bridge, definition?.bridge]));
    for (let number = 0; ; number++) if (!taken.has(`virbr${number}`)) return `virbr${number}`;
  }
}

/** As libvirt gives it back. */
export function writeNetwork({ name, uuid, bridge, rest }: NetworkDefinition): string {
  const head = `<network>\n  <name>${escapeXml(name)}</name>\n  <uuid>${uuid}</uuid>\n`;
  return `${head}  <bridge name='${escapeXml(bridge, "'")}' stp='on' delay='0'/>\n${rest}</network>\n`;
}
