import type { HostChoice } from '../../operator/placement/what-if/question.ts';
import { type Given, type Options, UsageError } from '../command.ts';

/** One question of the command line, in its words. */
export type Step = { option: string } & (
  | { kind: 'fit'; shape: string }
  | { kind: 'lose' | 'drain'; hosts: HostChoice }
  | { kind: 'add'; count: number; like: string; labels: Record<string, string> }
  | { kind: 'overcommit'; cpuPercent?: number; memoryPercent?: number }
  | { kind: 'place' }
  | { kind: 'rebalance' }
);

type StepOf<K extends Step['kind']> = Omit<Extract<Step, { kind: K }>, 'option'>;

const readers: Readonly<Record<string, (value: string) => StepOf<Step['kind']>>> = {
  fit: (shape) => ({ kind: 'fit', shape }),
  lose: (value) => ({ kind: 'lose', hosts: choiceOf('lose', value) }),
  drain: (value) => ({ kind: 'drain', hosts: choiceOf('drain', value) }),
  add: addition,
  overcommit,
  'place-waiting': () => ({ kind: 'place' }),
  rebalance: () => ({ kind: 'rebalance' }),
};

export const stepOptions = {
  fit: { type: 'string', multiple: true },
  lose: { type: 'string', multiple: true },
  drain: { type: 'string', multiple: true },
  add: { type: 'string', multiple: true },
  overcommit: { type: 'string', multiple: true },
  'place-waiting': { type: 'boolean' },
  rebalance: { type: 'boolean' },
} as const satisfies Options;

/** The questions in the order in which they were given. @throws UsageError that names the one which is wrong */
export function stepsOf(given: readonly Given[]): Step[] {
  return given.flatMap((one) => {
    if (one.kind !== 'option') return [];
    const read = readers[one.name];
    return read
      ? [{ ...read(one.value ?? ''), option: `--${one.name}${one.value ? ` ${one.value}` : ''}` } as Step]
      : [];
  });
}

/** `a,b`: hosts by name; `KEY=VALUE`: all of a domain. */
function choiceOf(option: string, value: string): HostChoice {
  const parts = listOf(value);
  const [first] = parts;
  if (first === undefined)
    throw new UsageError(`--${option}: name hosts, as in h1,h2, or a domain, as in rack=r3`);
  const at = first.indexOf('=');
  if (at < 0) return { hosts: parts };
  if (parts.length > 1 || at === 0)
    throw new UsageError(
      `--${option} ${value}: give one domain at a time, as in rack=r3; repeat --${option} for others`,
    );
  return { topologyKey: first.slice(0, at), domain: first.slice(at + 1) };
}

/** `COUNT=HOST[,LABEL=VALUE…]` */
function addition(value: string): StepOf<'add'> {
  const [[count = '', like = ''] = [], ...labels] = pairsOf('add', value, 'COUNT=HOST, as in 10=h1');
  if (!/^[1-9]\d{0,4}$/.test(count))
    throw new UsageError(
      `--add ${value}: the number of hosts must be a whole one from 1 to 99999, as in 10=h1`,
    );
  return { kind: 'add', count: Number(count), like, labels: Object.fromEntries(labels) };
}

/** `cpu=PERCENT,memory=PERCENT` */
function overcommit(value: string): StepOf<'overcommit'> {
  const pairs = pairsOf('overcommit', value, 'cpu=PERCENT or memory=PERCENT, as in cpu=300');
  const percents = pairs.map(([name, percent]) => {
    if (name !== 'cpu' && name !== 'memory')
      throw new UsageError(`--overcommit ${value}: there is cpu and memory, and not ${name}`);
    if (!/^[1-9]\d{0,4}$/.test(percent))
      throw new UsageError(
        `--overcommit ${value}: ${name} must be a whole percentage from 1 on, as in cpu=300`,
      );
    return [`${name}Percent`, Number(percent)];
  });
  return { kind: 'overcommit', ...Object.fromEntries(percents) };
}

/** `a=b,c=d` @throws UsageError with what is right */
export function pairsOf(option: string, value: string, right: string): [string, string][] {
  const pairs = listOf(value).map((part): [string, string] => {
    const at = part.indexOf('=');
    if (at <= 0 || at === part.length - 1) throw new UsageError(`--${option} ${value}: must be ${right}`);
    return [part.slice(0, at), part.slice(at + 1)];
  });
  if (pairs.length === 0) throw new UsageError(`--${option}: must be ${right}`);
  return pairs;
}

const listOf = (value: string) => value.split(',').filter((part) => part !== '');
