import { arch, cpus, release, totalmem } from 'node:os';
import Table from 'cli-table3';

/** What a figure must not exceed, or must reach. */
export type Goal = { max: number } | { min: number };

/** One thing that was measured. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The same thing done by something else, in the same run on the same machine. */
  peer: { name: string; value: number } | null;
  goal: Goal | null;
  /** Whether `value` reaches the goal; true where there is none. */
  met: boolean;
}

/** The one format in which every benchmark reports. */
export interface Report {
  bench: string;
  machine: Record<string, string | number>;
  figures: Figure[];
}

/** A figure with `met` worked out. */
export function figure(
  name: string,
  value: number,
  unit: string,
  more: { peer?: Figure['peer']; goal?: Goal } = {},
): Figure {
  const { peer = null, goal = null } = more;
  return { name, value, unit, peer, goal, met: isMet(value, goal) };
}

function isMet(value: number, goal: Goal | null): boolean {
  if (goal === null) return true;
  return 'max' in goal ? value <= goal.max : value >= goal.min;
}

/** What the figures were measured on; a benchmark adds what matters to it. */
export function thisMachine(): Report['machine'] {
  const [first] = cpus();
  return {
    cpus: cpus().length,
    cpu: first?.model.trim() ?? 'unknown',
    architecture: arch(),
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
  };
}

/** For people: one row for each figure. */
export function reportTable({ bench, machine, figures }: Report): string {
  const table = new Table({
    head: [bench, 'value', 'peer', 'goal', ''],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, value, unit, peer, goal, met } of figures) {
    table.push([
      name,
      `${round(value)} ${unit}`.trim(),
      peer ? `${round(peer.value)} ${unit} (${peer.name})` : '',
      describeGoal(goal),
      goal === null ? '' : met ? 'met' : 'MISSED',
    ]);
  }
  const on = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  return `${table.toString()}\non: ${on.join(', ')}`;
}

function describeGoal(goal: Goal | null): string {
  if (goal === null) return '';
  return 'max' in goal ? `at most ${goal.max}` : `at least ${goal.min}`;
}

/** Three digits are what a benchmark on a shared machine can tell. */
const round = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(3)));

/** Of an even number of values, the mean of the middle two. @throws RangeError when there is none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError('no values to take the median of');
  return (low + high) / 2;
}
