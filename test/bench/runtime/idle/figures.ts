import { type Figure, figure } from '../../report.ts';

/** What a process did in a minute in which nothing happened. */
export interface Idle {
  seconds: number;
  cpuSeconds: number;
  requests: number;
  /** TLS handshakes. */
  connections: number;
}

export interface Idling {
  runtime: Idle;
  stock: Idle;
  operator: Idle & { reconciles: number };
  /** The operator's, Leases excepted. */
  writes: number;
}

const percentOf = ({ cpuSeconds, seconds }: Idle) => (cpuSeconds / seconds) * 100;
const atMost = (max: number) => ({ goal: { max } });

/** The rows of the report. */
export function idleFigures({ runtime, stock, operator, writes }: Idling): Figure[] {
  const beside = (value: number) => ({ peer: { name: 'stock informer', value } });
  return [
    figure('one kind, idle: CPU', percentOf(runtime), '%', { ...beside(percentOf(stock)), ...atMost(1) }),
    figure('  requests in a minute', runtime.requests, '', beside(stock.requests)),
    figure('  TLS handshakes in a minute', runtime.connections, '', beside(stock.connections)),
    figure('the whole operator, idle: CPU, hosts in memory included', percentOf(operator), '%', atMost(1)),
    figure('  looks at VMs in a minute', operator.reconciles, ''),
    figure('  requests in a minute, with those for its Lease', operator.requests, ''),
    figure('  TLS handshakes in a minute', operator.connections, ''),
    figure('  writes in a minute, Leases apart', writes, '', atMost(0)),
  ];
}
