import type { HostPool } from '../../operator/api/hostpool.ts';
import type { VirtualMachine } from '../../operator/api/virtualmachine.ts';
import type { DumpedObjects } from '../../operator/controllers/dump/dump.ts';
import { relabelled } from '../../operator/controllers/dump/relabelled.ts';
import { type Snapshot, snapshotOf, waiting } from '../../operator/controllers/dump/replay.ts';
import { keyOf } from '../../operator/kube/object.ts';
import type { PlacementRequest } from '../../operator/placement/model/decision.ts';
import type { HostState } from '../../operator/placement/model/host.ts';
import type { Labels } from '../../operator/placement/model/selector.ts';
import type { Answer } from '../../operator/placement/what-if/answer.ts';
import type { Question } from '../../operator/placement/what-if/question.ts';
import { whatIf as ask } from '../../operator/placement/what-if/what-if.ts';
import {
  type Command,
  type Environment,
  ExitCode,
  type Invocation,
  NotFoundError,
  namespaceOption,
  optionOf,
  outputOption,
  sourceOptions,
  UsageError,
  wantsJson,
} from '../command.ts';
import { readManifest, shapeOf } from '../manifest.ts';
import { checkClass, missingClass, poolNamed, readSource, type Source, snapshot } from '../source.ts';
import { help } from './help.ts';
import { report } from './report.ts';
import { pairsOf, type Step, stepOptions, stepsOf } from './steps.ts';

export const whatIf: Command = {
  about: 'what would be if hosts were lost, added, drained …; how many more VMs fit',
  help,
  options: {
    ...{ ...sourceOptions, ...namespaceOption, ...outputOption, ...stepOptions },
    ...{
      pool: { type: 'string' },
      labels: { type: 'string' },
      'max-moves': { type: 'string' },
      'exit-code': { type: 'boolean' },
    },
  },

  async run(invocation, environment) {
    const [stray] = invocation.positionals;
    if (stray !== undefined)
      throw new UsageError(`what-if takes options alone, and not ${stray}; see --help`);
    const steps = stepsOf(invocation.given);
    if (steps.length === 0) throw new UsageError('ask something, as in --fit cpu=4,memory=8Gi; see --help');
    const source = await readSource(invocation, environment);
    const taken = snapshot(source);
    const pool = poolNamed(taken.stores, optionOf(invocation, 'pool'));
    const asker = { source, pool, snapshot: taken, invocation, environment };
    const questions = await questionsOf(steps, asker);
    const { name } = pool.metadata;
    const shares = taken.pools.shares.of(name)?.given ?? [];
    const { strategy, failureReserve } = pool.spec;
    const asked = {
      ...{ name, strategy, shares, ...(failureReserve && { failureReserve }) },
      relabelled: (host: HostState, labels: Labels) => relabelled(host, pool, labels),
    };
    const answers = ask(taken.pools.engine, asked, questions);
    const told = answers.map((answer, at) => ({ question: (steps[at] as Step).option, ...answer }));
    environment.terminal.out(wantsJson(invocation) ? JSON.stringify(told, undefined, 2) : report(told));
    const isWithoutPlace = invocation.values['exit-code'] === true && answers.some(leavesOut);
    return isWithoutPlace ? ExitCode.withoutPlace : ExitCode.ok;
  },
};

interface Asker {
  source: Source;
  pool: HostPool;
  snapshot: Snapshot;
  invocation: Invocation;
  environment: Environment;
}

/** An over-commit holds for all questions after it. */
async function questionsOf(steps: readonly Step[], asker: Asker): Promise<Question[]> {
  const questions: Question[] = [];
  let current = asker;
  for (const step of steps) {
    if (step.kind === 'overcommit') current = withOvercommit(current, step);
    questions.push(await questionOf(step, current));
  }
  return questions;
}

async function questionOf(step: Step, asker: Asker): Promise<Question> {
  switch (step.kind) {
    case 'fit': {
      const vm = await shapedVm(step.shape, asker);
      checkClass(asker.snapshot.stores, vm);
      return { kind: 'fit', request: requestOf(vm, asker) };
    }
    case 'place':
      return placeQuestion(asker);
    case 'overcommit':
      return changeOf(asker);
    case 'rebalance':
      return { kind: 'rebalance', ...maxMovesOf(asker.invocation) };
    default:
      return step;
  }
}

/** Of one whose class is missing nobody knows how much room it takes. */
function placeQuestion(asker: Asker): Question {
  const { stores } = asker.snapshot;
  const here = waiting(stores).filter(
    ({ spec }) => spec.placement.hostPoolRef.name === asker.pool.metadata.name,
  );
  return {
    kind: 'place',
    requests: here.filter((vm) => missingClass(stores, vm) === undefined).map((vm) => requestOf(vm, asker)),
    homeless: here.flatMap((vm) => {
      const missing = missingClass(stores, vm);
      return missing === undefined ? [] : [{ vm: keyOf(vm), message: `${missing}.` }];
    }),
  };
}

function maxMovesOf(invocation: Invocation): { maxMoves?: number } {
  const text = optionOf(invocation, 'max-moves');
  if (text === undefined) return {};
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--max-moves ${text}: must be a whole number from 1 to 999999`);
  return { maxMoves: Number(text) };
}

const requestOf = (vm: VirtualMachine, { snapshot: { pools }, pool }: Asker): PlacementRequest =>
  pools.request(vm, pool);

/** A shape, a manifest, or a VM that there is. */
async function shapedVm(shape: string, { source, snapshot: taken, invocation, environment }: Asker) {
  const { namespace } = source;
  if (/\.(ya?ml|json)$/.test(shape) || shape === '-')
    return readManifest(shape, namespace, environment.terminal);
  const labels = optionOf(invocation, 'labels');
  if (shape.includes('='))
    return shapeOf(shape, {
      namespace,
      labels:
        labels === undefined ? {} : Object.fromEntries(pairsOf('labels', labels, 'KEY=VALUE, as in app=db')),
    });
  const key = shape.includes('/') ? shape : `${namespace}/${shape}`;
  const vm = taken.stores.virtualMachines.get(key);
  if (!vm)
    throw new NotFoundError(
      `--fit ${shape}: there is no VirtualMachine ${key}, and it is neither a shape such as cpu=4,memory=8Gi nor a .yaml file`,
    );
  return { ...vm, metadata: { ...vm.metadata, name: `${vm.metadata.name} more` } };
}

/** The same objects with another over-commit in the pool's spec. */
function withOvercommit(asker: Asker, { cpuPercent, memoryPercent }: Step & { kind: 'overcommit' }): Asker {
  const { overcommit } = asker.pool.spec;
  const percents = {
    cpuPercent: cpuPercent ?? overcommit.cpuPercent,
    memoryPercent: memoryPercent ?? overcommit.memoryPercent,
  };
  const pool = { ...asker.pool, spec: { ...asker.pool.spec, overcommit: percents } };
  const { objects } = asker.source.dump;
  const isThis = ({ metadata }: HostPool) => metadata.name === pool.metadata.name;
  const changed: DumpedObjects = {
    ...objects,
    hostPools: objects.hostPools.map((one) => (isThis(one) ? pool : one)),
  };
  const source = { ...asker.source, dump: { ...asker.source.dump, objects: changed } };
  return { ...asker, pool, source, snapshot: snapshotOf(changed) };
}

/** Hosts and VMs as they are translated now. */
function changeOf({ snapshot: { pools }, pool }: Asker): Question {
  const names = pools.engine.hostsOf(pool.metadata.name);
  return {
    kind: 'change',
    hosts: names.flatMap((name) => pools.engine.host(name) ?? []),
    vms: names.flatMap((name) => pools.engine.vmsOn(name)),
  };
}

function leavesOut(answer: Answer): boolean {
  if (answer.kind === 'lose' || answer.kind === 'place') return answer.homeless.length > 0;
  if (answer.kind === 'drain') return answer.stay.length > 0;
  return answer.kind === 'fit' && answer.fits === 0;
}
