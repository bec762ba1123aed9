import { type Figure, figure, type Goal, median } from '../../report.ts';

/** What many connections took of one client's process. */
export interface Opening {
  /** Resident memory with one connection, which also brought what all of them share. */
  beforeKiB: number;
  afterKiB: number;
  /** To open all. */
  seconds: number;
  /** Milliseconds of CPU in a second in which nothing but keepalive happens. */
  idleMsPerSecond: number;
}

export type OpeningClient =
  | 'node-libvirt, tls'
  | 'bare node:tls'
  | 'C, tls'
  | 'node-libvirt, unix'
  | 'C, unix';

const tlsGoal: Goal = { max: 70 };

/** The rows of the report. @throws RangeError when some client was not measured */
export function memoryFigures(openings: ReadonlyMap<string, readonly Opening[]>, count: number): Figure[] {
  const per = (client: OpeningClient, value: (opening: Opening) => number) =>
    median((openings.get(client) ?? []).map(value));
  const memory = (one: Opening) => (one.afterKiB - one.beforeKiB) / count;
  const row = (
    [name, unit]: [string, string],
    value: (opening: Opening) => number,
    ours: OpeningClient,
    peer: OpeningClient,
    goal?: Goal,
  ) => {
    const of = `${name} with ${count} connections, ${ours.split(', ')[1]}`;
    const beside = { name: peer.split(', ')[0] ?? peer, value: per(peer, value) };
    return figure(of, per(ours, value), unit, { peer: beside, ...(goal ? { goal } : {}) });
  };
  return [
    row(['memory for each', 'KiB'], memory, 'node-libvirt, tls', 'C, tls', tlsGoal),
    row(['memory for each', 'KiB'], memory, 'node-libvirt, tls', 'bare node:tls'),
    row(['memory for each', 'KiB'], memory, 'node-libvirt, unix', 'C, unix'),
    row(['time to open all', 's'], ({ seconds }) => seconds, 'node-libvirt, tls', 'C, tls'),
    row(['time to open all', 's'], ({ seconds }) => seconds, 'node-libvirt, tls', 'bare node:tls'),
    row(['time to open all', 's'], ({ seconds }) => seconds, 'node-libvirt, unix', 'C, unix'),
    row(['CPU while idle', 'ms/s'], ({ idleMsPerSecond }) => idleMsPerSecond, 'node-libvirt, tls', 'C, tls'),
    row(
      ['CPU while idle', 'ms/s'],
      ({ idleMsPerSecond }) => idleMsPerSecond,
      'node-libvirt, unix',
      'C, unix',
    ),
  ];
}
