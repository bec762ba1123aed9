import { setTimeout as delay } from 'node:timers/promises';
import { readAudit } from '../../../../hack/control-plane/audit.ts';
import type { Contestant } from '../../contestant.ts';
import { describeWrite, writesBetween } from '../../lifecycle/writes.ts';
import type { Figure } from '../../report.ts';
import type { Arena } from '../arena.ts';
import { cacheProcess } from '../caches/contest.ts';
import { operatorUser } from '../fleet.ts';
import { startOperator } from '../operator/process.ts';
import { fleetNamespace } from '../population.ts';
import { type Idling, idleFigures } from './figures.ts';

/** Hosts list their domains once a minute or so; after this long that is spread as it stays. Looks at VMs are at once. */
const settleMs = 90_000;
const idleMs = 60_000;

const cacheKeys = ['seconds', 'cpuSeconds', 'requests', 'connections'] as const;
const operatorKeys = [...cacheKeys, 'reconciles'] as const;

/** What it costs when nothing happens. All are idle in the same minute: that is what they have in common. */
export async function idleContest(arena: Arena): Promise<Figure[]> {
  const { kubeconfigPath, context } = arena;
  const { progress, signal } = context;
  const fleet = await arena.fleet();
  const processes: Contestant[] = [];
  const cache = async (client: 'runtime' | 'stock') => {
    const process = cacheProcess({ kubeconfigPath, client, namespace: fleetNamespace }, signal);
    processes.push(process);
    await process.next(['objects']);
    return process;
  };
  try {
    const { process: operator } = await startOperator(fleet.operator, { signal });
    processes.push(operator);
    const [runtime, stock] = [await cache('runtime'), await cache('stock')];
    progress('idle: waiting until the looks at hosts are spread over the minute');
    await delay(settleMs, undefined, { signal });
    progress('idle: a minute in which nothing happens');
    const from = Date.now();
    const [ofRuntime, ofStock, ofOperator] = await Promise.all([
      runtime.ask(idleMs, cacheKeys),
      stock.ask(idleMs, cacheKeys),
      operator.ask(idleMs, operatorKeys),
    ]);
    const writes = await operatorWrites(arena, from, Date.now());
    for (const write of writes.slice(0, 10)) progress(`written all the same: ${describeWrite(write)}`);
    const idling: Idling = {
      runtime: ofRuntime,
      stock: ofStock,
      operator: ofOperator,
      writes: writes.length,
    };
    return idleFigures(idling);
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
}

async function operatorWrites({ auditLogPath, context }: Arena, from: number, to: number) {
  // The server writes its log after its answer.
  await delay(1_000, undefined, { signal: context.signal });
  const writes = await readAudit(auditLogPath);
  return writesBetween(
    writes.filter(({ user }) => user === operatorUser),
    from,
    to,
  );
}
