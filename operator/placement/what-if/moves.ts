import { type Blocked, type DrainPlan, planDrain } from '../drain/plan.ts';
import { cpu, memory } from '../model/resources.ts';
import type { PlacedVm } from '../model/vm.ts';
import type { CopyCost } from '../moves/copy.ts';
import { type PoolProblem, problemOf } from '../moves/engine-problem.ts';
import type { Move } from '../moves/waves.ts';
import { defaultRebalanceOptions } from '../rebalance/options.ts';
import { planRebalance } from '../rebalance/plan.ts';
import { ReserveRules } from '../reserve/reserve-rules.ts';
import type { DrainAnswer, MoveStep, RebalanceAnswer, Stays } from './answer.ts';
import type { QuestionOf } from './question.ts';
import type { Supposition } from './supposition.ts';

export function drain(supposed: Supposition, question: QuestionOf<'drain'>): DrainAnswer {
  const { engine, pool, ask } = supposed;
  const hosts = supposed.hosts(question.hosts);
  const { assumptions } = question;
  const of = problemOf(engine, pool.name, { ask, leaving: hosts, assumptions });
  const leaving = hosts.map((host) => of.hosts.indexOf(host));
  const plan = engine.trial(() => planDrain(of.problem, leaving, of.rules));
  for (const name of hosts) close(supposed, name);
  const waves = settle(supposed, of, plan.waves, ({ makesRoomFor }) =>
    makesRoomFor === undefined ? {} : { makesRoomFor: nameOf(of, makesRoomFor) },
  );
  return { kind: 'drain', waves, stay: staying(supposed, of, plan), hosts: emptied(of, plan) };
}

/** More would hardly be read; on thousands of hosts they would also take long to find. */
const defaultMaxMoves = 100;

/** CPUs and memory are balanced; of other resources a host has enough or not. */
export function rebalance(supposed: Supposition, question: QuestionOf<'rebalance'>): RebalanceAnswer {
  const { maxMoves = defaultMaxMoves, assumptions } = question;
  const { engine, pool, ask } = supposed;
  const of = problemOf(engine, pool.name, { ask, assumptions });
  const isBalanced = (resource: string) => resource === cpu || resource === memory;
  const weights = of.dimensions.map((resource) => (isBalanced(resource) ? 1 : 0));
  // Whoever asks wants to see what there is to gain, be it little.
  const options = { ...defaultRebalanceOptions, weights, maxMoves, minImprovement: 0 };
  const reserve = supposed.reserve();
  const beside = reserve && new ReserveRules(reserve, of.hosts, of.vms);
  const plan = engine.trial(() => planRebalance(of.problem, of.rules, options, beside));
  const waves = settle(supposed, of, plan.waves, ({ gain }) => ({ gain }));
  const balance = of.dimensions.flatMap((resource, at) => {
    const [before, after] = [plan.before[at], plan.after[at]];
    if (!before || !after || !isBalanced(resource)) return [];
    return [
      {
        resource,
        fullest: { before: before.fullest, after: after.fullest },
        deviation: { before: before.deviation, after: after.deviation },
      },
    ];
  });
  return { kind: 'rebalance', waves, balance };
}

function close({ engine }: Supposition, name: string): void {
  const host = engine.host(name);
  if (host?.available.yes) engine.upsertHost({ ...host, available: { yes: false, reason: 'is drained' } });
}

/** Tells the engine of the moves, and names them. */
function settle<M extends Move & { cost: CopyCost }>(
  supposed: Supposition,
  of: PoolProblem,
  waves: readonly (readonly M[])[],
  more: (move: M) => Partial<MoveStep>,
): MoveStep[][] {
  return waves.map((wave) =>
    wave.map((move) => {
      const to = of.hosts[move.to] as string;
      const { host: from, cell: _, ...vm } = of.vms[move.vm] as PlacedVm;
      const cell = supposed.engine.cellOn(supposed.ask({ ...vm, host: to }), to);
      supposed.engine.upsertVm({ ...vm, host: to, ...(cell === undefined ? {} : { cell }) });
      const { seconds, downtimeSeconds } = move.cost;
      const memoryBytes = of.problem.vms.memoryBytes[move.vm] as number;
      return { vm: vm.id, from, to, memoryBytes, seconds, downtimeSeconds, ...more(move) };
    }),
  );
}

/** Why each stays is asked once all others are where they go. */
function staying({ engine, ask }: Supposition, of: PoolProblem, { blocked }: DrainPlan): Stays[] {
  return blocked.map((one) => {
    const vm = of.vms[one.vm] as PlacedVm;
    const decision = one.because === 'NoDestination' ? engine.place(ask(vm)) : undefined;
    const message = decision?.kind === 'unplaced' ? decision.message : messages[one.because];
    return { vm: vm.id, host: vm.host, because: one.because, message };
  });
}

const messages: Record<Blocked['because'], string> = {
  Pinned: 'It must not be moved.',
  HostLost:
    'Its host does not answer: nothing can be migrated off it, and nobody knows whether it runs there still.',
  NotRunning: 'It does not run, so there is nothing to migrate live; it keeps its host while it is halted.',
  DirtiesTooFast: 'It writes to its memory faster than the link sends it; shut it down to move it.',
  NoDestination:
    'No host takes it beside the other moves; hosts with room are refused by rules that count those, too.',
};

function emptied(of: PoolProblem, { hosts }: DrainPlan): DrainAnswer['hosts'] {
  return hosts.map(({ host, emptyAfter }) => ({
    host: of.hosts[host] as string,
    ...(emptyAfter === undefined ? {} : { emptyAfter }),
  }));
}

const nameOf = (of: PoolProblem, vm: number) => (of.vms[vm] as PlacedVm).id;
