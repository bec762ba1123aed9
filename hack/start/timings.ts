import Table from 'cli-table3';
import { formatSeconds, type StepTime } from './steps.ts';

/** A table of how long each part took. The total is what went by, as some parts run at the same time. */
export function timingsTable(times: readonly StepTime[], totalMs: number): string {
  const table = new Table({
    head: ['part', 'time'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, ms } of times) table.push([name, formatSeconds(ms)]);
  table.push(['all, some at the same time', formatSeconds(totalMs)]);
  return table.toString();
}
