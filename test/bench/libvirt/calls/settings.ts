import type { PrivateLibvirtd } from '../../../../hack/libvirtd/private-libvirtd.ts';
import { nodeProgram } from '../../contestant.ts';
import type { CallingSpec } from './client.ts';

/** One way to call, in which the clients are compared. */
export interface Setting {
  call: 'version' | 'xml';
  inFlight: 1 | 4 | 16;
  transport: 'unix' | 'tls';
  /** The daemon takes more requests of one connection than its default of 5, and node-libvirt's window is as large. */
  raised: boolean;
}

/** node-libvirt; C with the event loop that events and keepalive need; C without. */
export type Client = 'node-libvirt' | 'C, event loop' | 'C, no event loop';
export const clients: readonly Client[] = ['node-libvirt', 'C, event loop', 'C, no event loop'];

const unix = { transport: 'unix', raised: false } as const;
const tls = { transport: 'tls', raised: false } as const;

export const settings: readonly Setting[] = [
  { call: 'version', inFlight: 1, ...unix },
  { call: 'version', inFlight: 4, ...unix },
  { call: 'version', inFlight: 16, ...unix },
  { call: 'version', inFlight: 16, ...unix, raised: true },
  { call: 'xml', inFlight: 1, ...unix },
  { call: 'xml', inFlight: 4, ...unix },
  { call: 'version', inFlight: 1, ...tls },
  { call: 'version', inFlight: 4, ...tls },
];

/** For people, and as a key. */
export function describeSetting({ call, inFlight, transport, raised }: Setting): string {
  const limit = raised ? ', window and daemon raised to 16' : '';
  return `${call === 'xml' ? 'domain XML' : 'library version'}, ${transport}, ${inFlight} in flight${limit}`;
}

/** The daemons that are called: with libvirt's own limits, and with raised ones. */
export interface Daemons {
  standard: PrivateLibvirtd;
  raised: PrivateLibvirtd;
}

/** The command of a client's process. */
export function commandOf(client: Client, setting: Setting, daemons: Daemons, peer: string): string[] {
  const daemon = setting.raised ? daemons.raised : daemons.standard;
  if (client === 'node-libvirt') return nodeCommand(setting, daemon);
  const loop = client === 'C, event loop' ? 'loop' : 'no-loop';
  return [peer, 'calls', uriOf(daemon, setting.transport), `${setting.inFlight}`, loop, setting.call];
}

/** The test driver of a daemon, for clients on libvirt.so. */
export function uriOf({ socket, tlsPort, pki }: PrivateLibvirtd, transport: 'unix' | 'tls'): string {
  return transport === 'unix'
    ? `test+unix:///default?socket=${socket}`
    : `test+tls://127.0.0.1:${tlsPort}/default?pkipath=${pki.pkiPath}`;
}

function nodeCommand({ call, inFlight, transport, raised }: Setting, daemon: PrivateLibvirtd): string[] {
  const { socket: path, tlsPort: port, pki } = daemon;
  const target =
    transport === 'unix' ? { transport, path } : { transport, port, caPath: pki.caPath, ...pki.client };
  const spec: CallingSpec = { target, call, inFlight, ...(raised ? { windowSize: 16 } : {}) };
  return nodeProgram(import.meta.dirname, 'client.ts', spec);
}
