import type { PlacementEngine } from '../engine/engine.ts';
import type { PlacementRequest } from '../model/decision.ts';
import { countedLimit, countedRequest, type Resources } from '../model/resources.ts';
import { guestMemoryOf, type PlacedVm } from '../model/vm.ts';
import { EngineRules } from './engine-rules.ts';
import { Fixed, type MoveProblem } from './problem.ts';
import type { MoveRules } from './rules.ts';

/** What an engine does not know and migrations depend on. */
export interface MoveAssumptions {
  /** Bytes per second of each host's link. */
  bandwidth: number;
  /** Bytes per second that each guest dirties. */
  dirtyRate: number;
}

export interface ProblemOptions {
  /** What each VM would ask the engine. */
  ask: (vm: PlacedVm) => PlacementRequest;
  /** Hosts that are to be emptied; VMs of others that take none stay where they are. */
  leaving?: readonly string[];
  assumptions?: MoveAssumptions | undefined;
}

/** A link of 10 Gb/s, and guests that dirty a tenth of it. */
export const defaultMoveAssumptions: MoveAssumptions = { bandwidth: 1.25e9, dirtyRate: 0.125e9 };

/** A pool of an engine as planners of moves see it; hosts, VMs and dimensions are numbers in the order of these lists. */
export interface PoolProblem {
  problem: MoveProblem;
  /** The engine's own; to be used within one of its trials, as each move is told to it. */
  rules: MoveRules;
  hosts: readonly string[];
  vms: readonly PlacedVm[];
  /** The resources. */
  dimensions: readonly string[];
}

/**
 * What planners need to know of a pool, and its rules. A VM that does not run, that is on a host that does not answer, or that
 * says what cannot be true, stays where it is; nothing comes to a host that says so, or to one of a VM that does.
 */
export function problemOf(engine: PlacementEngine, pool: string, options: ProblemOptions): PoolProblem {
  const { ask, leaving = [], assumptions = defaultMoveAssumptions } = options;
  const hosts = engine.hostsOf(pool);
  const perHost = hosts.map((host) => engine.vmsOn(host));
  const vms = perHost.flat();
  const limits = hosts.map((host) => engine.host(host)?.limits ?? {});
  const dimensions = namesIn([...limits, ...vms.map(({ requests }) => requests)]);
  const open = new Set(hosts.filter((host) => engine.takesVms(host)));
  const standings = hosts.map((host) => standingOf(engine, host, leaving));
  const receives = hosts.map((host, at) => open.has(host) && isSound(limits[at] ?? {}, perHost[at] ?? []));
  const problem: MoveProblem = {
    dimensions: dimensions.length,
    hosts: {
      count: hosts.length,
      limits: matrix(limits, dimensions, countedLimit),
      receives: Uint8Array.from(receives, Number),
      bandwidth: new Float64Array(hosts.length).fill(assumptions.bandwidth),
    },
    vms: {
      count: vms.length,
      requests: matrix(
        vms.map(({ requests }) => requests),
        dimensions,
        countedRequest,
      ),
      host: Int32Array.from(perHost.flatMap((there, host) => there.map(() => host))),
      memoryBytes: Float64Array.from(vms, (vm) => countedRequest(guestMemoryOf(vm)) || 0),
      dirtyRate: new Float64Array(vms.length).fill(assumptions.dirtyRate),
      fixed: Uint8Array.from(perHost.flatMap((there, at) => there.map((vm) => fixedOf(vm, standings[at])))),
    },
  };
  return { problem, rules: new EngineRules(engine, hosts, vms, ask), hosts, vms, dimensions };
}

function namesIn(all: readonly Resources[]): string[] {
  const names = new Set<string>();
  for (const one of all) for (const name in one) names.add(name);
  return [...names].sort();
}

/** 0 for what cannot be true. */
function amountOf(of: Resources, name: string, counted: (amount: number) => number): number {
  return counted(of[name] ?? 0) || 0;
}

function matrix(rows: readonly Resources[], names: readonly string[], counted: (amount: number) => number) {
  const values = new Float64Array(rows.length * names.length);
  for (const [row, of] of rows.entries())
    for (const [at, name] of names.entries()) values[row * names.length + at] = amountOf(of, name, counted);
  return values;
}

const isNonsense = (of: Resources, counted: (amount: number) => number) =>
  Object.values(of).some((amount) => Number.isNaN(counted(amount)));

function isSound(limits: Resources, vms: readonly PlacedVm[]): boolean {
  return (
    !isNonsense(limits, countedLimit) && !vms.some(({ requests }) => isNonsense(requests, countedRequest))
  );
}

/** What a host means for moves off it. */
type Standing = 'lets go' | 'keeps' | 'lost';

function standingOf(engine: PlacementEngine, host: string, leaving: readonly string[]): Standing {
  const available = engine.host(host)?.available;
  if (available && !available.yes && available.isLost) return 'lost';
  return available?.yes || leaving.includes(host) ? 'lets go' : 'keeps';
}

function fixedOf({ requests, isStopped }: PlacedVm, standing: Standing | undefined): number {
  if (standing === 'lost') return Fixed.hostLost;
  if (standing !== 'lets go' || isNonsense(requests, countedRequest)) return Fixed.pinned;
  return isStopped ? Fixed.notRunning : Fixed.no;
}
