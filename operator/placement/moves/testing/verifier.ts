import type { MoveLimits } from '../links.ts';
import type { MoveProblem } from '../problem.ts';
import type { Move } from '../waves.ts';
import type { Bound } from './problems.ts';

/** What a VM of the wave does at one moment. */
type Stage = 'not begun' | 'moves' | 'is there';

/**
 * What is wrong with a plan, as sentences. Shares no code with the planners: it recounts everything anew in every state
 * that the plan can go through, which are all mixtures of moves that have not begun, are at it and have ended (all of
 * them for small waves, else the extremes).
 */
export function faultsOf(bound: Bound, waves: readonly (readonly Move[])[], limits: MoveLimits): string[] {
  const { problem } = bound;
  const at = [...problem.vms.host];
  const start = countsOf(
    bound,
    at.map((host) => [host]),
  );
  const faults = faultsOfList(problem, waves.flat());
  for (const wave of waves) {
    faults.push(...faultsOfWave(problem, wave, limits));
    for (const { vm, from } of wave) if (at[vm] !== from) faults.push(`VM ${vm} is not on ${from}`);
    for (const stages of momentsOf(wave.length)) {
      const places = at.map((host) => [host]);
      for (const [index, { vm, from, to }] of wave.entries()) places[vm] = placesAt(stages[index], from, to);
      faults.push(...faultsOfState(bound, places, wave, stages, start));
    }
    for (const { vm, to } of wave) at[vm] = to;
  }
  return [...new Set(faults)];
}

function faultsOfList({ vms, hosts }: MoveProblem, moves: readonly Move[]): string[] {
  const faults: string[] = [];
  if (new Set(moves.map(({ vm }) => vm)).size < moves.length) faults.push('a VM moves twice');
  for (const { vm, from, to } of moves) {
    if (from === to) faults.push(`VM ${vm} goes where it is`);
    if (vms.fixed?.[vm]) faults.push(`VM ${vm} is fixed`);
    if (hosts.receives?.[to] === 0) faults.push(`host ${to} takes no VMs`);
  }
  return faults;
}

function faultsOfWave(
  { hosts, uplinks, vms }: MoveProblem,
  wave: readonly Move[],
  limits: MoveLimits,
): string[] {
  const faults: string[] = [];
  if (wave.length === 0) faults.push('a wave is empty');
  if (wave.length > limits.total) faults.push('too many at once');
  const uplinkOf = (host: number) => hosts.uplink?.[host] ?? -1;
  for (let host = 0; host < hosts.count; host++)
    if (wave.filter(({ from, to }) => from === host || to === host).length > limits.perHost)
      faults.push(`too many at once on host ${host}`);
  for (const [uplink] of (uplinks ?? []).entries()) {
    const over = wave.filter(({ from, to }) => (uplinkOf(from) === uplink) !== (uplinkOf(to) === uplink));
    if (over.length > limits.perUplink) faults.push(`too many at once over uplink ${uplink}`);
  }
  for (const { vm, from, to } of wave) {
    const own = Math.min(hosts.bandwidth[from] as number, hosts.bandwidth[to] as number) / limits.perHost;
    if ((vms.dirtyRate[vm] as number) >= own) faults.push(`VM ${vm} dirties faster than it is sent`);
  }
  return faults;
}

/** All mixtures of a small wave; of a large one those where all, the first or the last have ended. */
function momentsOf(size: number): Stage[][] {
  const stages: Stage[] = ['not begun', 'moves', 'is there'];
  if (size > 5)
    return ['moves' as const, ...Array.from({ length: size }, (_, ended) => ended)].flatMap((ended) => {
      if (ended === 'moves') return [Array<Stage>(size).fill('moves')];
      const moment = Array.from(
        { length: size },
        (_, index): Stage => (index < ended ? 'is there' : 'moves'),
      );
      return [moment, moment.toReversed()];
    });
  let all: Stage[][] = [[]];
  for (let index = 0; index < size; index++)
    all = all.flatMap((moment) => stages.map((stage) => [...moment, stage]));
  return all;
}

function placesAt(stage: Stage | undefined, from: number, to: number): number[] {
  if (stage === 'not begun') return [from];
  return stage === 'moves' ? [from, to] : [to];
}

interface Counts {
  used: number[][];
  /** How many VMs of a group a domain has, by `group/domain`. */
  close: Map<string, number>;
}

function countsOf({ problem, group, domain }: Bound, places: readonly (readonly number[])[]): Counts {
  const { dimensions, vms, hosts } = problem;
  const used = Array.from({ length: hosts.count }, () => Array<number>(dimensions).fill(0));
  const close = new Map<string, number>();
  for (const [vm, where] of places.entries()) {
    for (const host of where)
      for (let d = 0; d < dimensions; d++)
        (used[host] as number[])[d] = (used[host]?.[d] ?? 0) + (vms.requests[vm * dimensions + d] as number);
    const domains = new Set(where.map((host) => domain[host]));
    if ((group[vm] as number) < 0) continue;
    for (const one of domains) close.set(`${group[vm]}/${one}`, (close.get(`${group[vm]}/${one}`) ?? 0) + 1);
  }
  return { used, close };
}

/** What was too much in the beginning may stay so, but on the hosts to which something comes. */
function faultsOfState(
  bound: Bound,
  places: readonly (readonly number[])[],
  wave: readonly Move[],
  stages: readonly Stage[],
  start: Counts,
): string[] {
  const { dimensions, hosts, vms } = bound.problem;
  const faults: string[] = [];
  const { used, close } = countsOf(bound, places);
  for (const [index, amount] of used.flat().entries()) {
    const usable = (hosts.limits[index] as number) - (hosts.reserve?.[index] ?? 0);
    if (amount > Math.max(usable, start.used.flat()[index] as number))
      faults.push(`host ${Math.floor(index / dimensions)} carries ${amount} of ${usable}`);
  }
  for (const [index, { vm, to }] of wave.entries()) {
    if (stages[index] === 'not begun') continue;
    for (let d = 0; d < dimensions; d++) {
      const usable =
        (hosts.limits[to * dimensions + d] as number) - (hosts.reserve?.[to * dimensions + d] ?? 0);
      if ((vms.requests[vm * dimensions + d] as number) > 0 && (used[to]?.[d] ?? 0) > usable)
        faults.push(`VM ${vm} comes to host ${to}, which has no room`);
    }
  }
  for (const [key, count] of close)
    if (count > Math.max(1, start.close.get(key) ?? 0)) faults.push(`group/domain ${key} has ${count}`);
  return faults;
}
