import { type Figure, figure, type Goal, median } from '../../report.ts';

/** What many connections took of one client's process. */
export interface Opening {
  /** Resident memory with one connection, which also brought what all of them share. */
  beforeKiB: number;
  afterKiB: number;
  /** How much of the difference is V8's young generation, which is one for the process and grows once. */
  youngKiB: number;
  /** To open all. */
  seconds: number;
  /** Milliseconds of CPU in a second in which nothing but keepalive happens. */
  idleMsPerSecond: number;
}

export type OpeningClient =
  | 'node-libvirt, tls'
  | 'node-libvirt, tls, defaults'
  | 'bare node:tls'
  | 'C, tls'
  | 'node-libvirt, unix'
  | 'C, unix';

const tlsGoal: Goal = { max: 70 };

const perConnection = (count: number) => (one: Opening) => (one.afterKiB - one.beforeKiB) / count;
const seconds = (one: Opening) => one.seconds;
const idle = (one: Opening) => one.idleMsPerSecond;

/** The rows of the report. @throws RangeError when some client was not measured */
export function memoryFigures(openings: ReadonlyMap<string, readonly Opening[]>, count: number): Figure[] {
  const of = (client: OpeningClient, value: (opening: Opening) => number) =>
    median((openings.get(client) ?? []).map(value));
  const rows = (transport: 'tls' | 'unix', peers: OpeningClient[], goal?: Goal) => {
    const row = (what: string, unit: string, value: (opening: Opening) => number, wanted?: Goal) =>
      peers.map((client, index) =>
        figure(`${count} connections, ${transport}: ${what}`, of(`node-libvirt, ${transport}`, value), unit, {
          peer: { name: client.replace(/, .*/, ''), value: of(client, value) },
          ...(wanted && index === 0 ? { goal: wanted } : {}),
        }),
      );
    return [
      ...row('memory for each', 'KiB', perConnection(count), goal),
      ...row('time to open all', 's', seconds),
      ...row('CPU while idle', 'ms/s', idle),
    ];
  };
  const byDefault = (value: (opening: Opening) => number) => of('node-libvirt, tls, defaults', value);
  return [
    ...rows('tls', ['C, tls', 'bare node:tls'], tlsGoal),
    figure(
      `${count} connections, tls: memory for each by the defaults of V8`,
      byDefault(perConnection(count)),
      'KiB',
    ),
    figure(
      `${count} connections, tls: of it V8's young generation, one for the process`,
      byDefault((one) => one.youngKiB / count),
      'KiB',
    ),
    ...rows('unix', ['C, unix']),
  ];
}
