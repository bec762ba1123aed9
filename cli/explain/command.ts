import type { VirtualMachine } from '../../operator/api/virtualmachine.ts';
import { type Choice, type Clears, chooseHost } from '../../operator/controllers/pool/choose-host.ts';
import { keyOf } from '../../operator/kube/object.ts';
import type { PlacementEngine } from '../../operator/placement/engine/engine.ts';
import { meritsSentence } from '../../operator/placement/explain/merits.ts';
import { wouldFit } from '../../operator/placement/explain/would-fit.ts';
import type { Gate } from '../../operator/placement/gate/gate.ts';
import type { PlacementRequest, Rejection, Why } from '../../operator/placement/model/decision.ts';
import type { WouldFit } from '../../operator/placement/model/would-fit.ts';
import {
  type Command,
  type Environment,
  ExitCode,
  type Invocation,
  NotFoundError,
  namespaceOption,
  optionOf,
  outputOption,
  sourceHelp,
  sourceOptions,
  UsageError,
  wantsJson,
} from '../command.ts';
import { readManifest } from '../manifest.ts';
import { checkClass, poolNamed, readSource, type Source, snapshot } from '../source.ts';
import { type Miss, nearMisses } from './near-misses.ts';
import { report } from './report.ts';

/** Of a VM that has a host, or would get one: how that host does beside the best of the others. */
export interface Placed {
  vm: string;
  pool: string;
  kind: 'placed' | 'placeable';
  /** As its Event Placed says, or would; absent when its host would not be chosen any more. */
  merits?: string;
  why: Why;
}

/** Of a VM that fits nowhere. */
export interface Unplaced {
  vm: string;
  pool: string;
  kind: 'unplaced';
  /** Less important VMs that would be stopped for it, and on which host. */
  makesWay?: Pick<Clears, 'host' | 'victims'>;
  /** As in its condition. */
  reason: string;
  message: string;
  /** Who of its gang finds no host beside the others, if that is why: what follows is of that one. */
  member?: string;
  /** All reasons, with the hosts that have them. */
  rejections: readonly Rejection[];
  /** Hosts that lack room alone, with how much. */
  nearest: readonly Miss[];
  wouldFit: readonly WouldFit[];
}

export type Explained = Placed | Unplaced;

export const explain: Command = {
  about: 'why a VM has no host, or why it has this one',
  help: `Usage: kubectl vmfabric explain VM | --filename VM.yaml

Of a VM that finds no host: every reason with how many hosts have it, the hosts that are nearest to having room with what
they lack, and changes by which it would fit, each of which has been tried. Of a VM that has a host: the points of
that host and of the best of the others.

  VM                    NAME or NAMESPACE/NAME
  -f, --filename FILE   a VM that is not created yet, of a manifest; - for standard input
  -n, --namespace NAME  the namespace of a VM named without one
  --exit-code           end with 3 when the VM has no host and finds none
  -o, --output json     for programs
${sourceHelp}`,
  options: {
    ...{ ...sourceOptions, ...namespaceOption, ...outputOption },
    ...{ filename: { type: 'string', short: 'f' }, 'exit-code': { type: 'boolean' } },
  },

  async run(invocation, environment) {
    checkArguments(invocation);
    const source = await readSource(invocation, environment);
    const explained = await explainVm(source, invocation, environment);
    const asJson = wantsJson(invocation);
    environment.terminal.out(asJson ? JSON.stringify(explained, undefined, 2) : report(explained));
    const isWithoutPlace = explained.kind === 'unplaced' && invocation.values['exit-code'] === true;
    return isWithoutPlace ? ExitCode.withoutPlace : ExitCode.ok;
  },
};

function checkArguments(invocation: Invocation): void {
  const hasFile = optionOf(invocation, 'filename') !== undefined;
  if (invocation.positionals.length !== (hasFile ? 0 : 1))
    throw new UsageError('explain takes one VM: explain NAMESPACE/NAME, or --filename VM.yaml');
}

async function explainVm(
  source: Source,
  invocation: Invocation,
  environment: Environment,
): Promise<Explained> {
  const taken = snapshot(source);
  const file = optionOf(invocation, 'filename');
  const vm =
    file === undefined
      ? find(taken.stores.virtualMachines.get(keyIn(source, invocation)), keyIn(source, invocation))
      : await readManifest(file, source.namespace, environment.terminal);
  if (file !== undefined) checkClass(taken.stores, vm);
  const pool = poolNamed(taken.stores, vm.spec.placement.hostPoolRef.name);
  const { pools } = taken;
  const about = { vm: keyOf(vm), pool: pool.metadata.name };
  const isBound = vm.status?.hostName !== undefined;
  const choice = isBound ? undefined : chooseHost(pools, vm, pool);
  if (choice?.kind === 'clears') return { ...about, kind: 'unplaced', ...clearing(choice) };
  if (choice?.kind === 'none') return { ...about, ...refusal(pools, pools.request(vm, pool), choice) };
  const why = pools.engine.why(pools.request(vm, pool));
  if (why) {
    const merits = pools.engine.merits(pools.request(vm, pool), why.chosen.host);
    const told = merits ? { merits: meritsSentence(merits) } : {};
    return { ...about, kind: isBound ? 'placed' : 'placeable', ...told, why };
  }
  throw new NotFoundError(`${about.vm} is on host ${vm.status?.hostName}, of which there is no Host object`);
}

function keyIn({ namespace }: Source, { positionals: [name = ''] }: Invocation): string {
  return name.includes('/') ? name : `${namespace}/${name}`;
}

function find(vm: VirtualMachine | undefined, key: string): VirtualMachine {
  if (!vm) throw new NotFoundError(`there is no VirtualMachine ${key}; see kubectl get vm --all-namespaces`);
  return vm;
}

/** Of a VM for which others would have to make way; nobody has been told of it. */
function clearing({ reason, host, victims }: Clears) {
  const message = `Less important VMs would be shut down on host ${host} to make way for it: ${victims.join(', ')}.`;
  return { reason, message, makesWay: { host, victims }, rejections: [], nearest: [], wouldFit: [] };
}

function refusal(
  { engine, gate }: { engine: PlacementEngine; gate: Gate },
  request: PlacementRequest,
  { reason, message, decision, lacking }: Choice & { kind: 'none' },
): Omit<Unplaced, 'vm' | 'pool'> {
  if (lacking) {
    const { vm: member, rejections, wouldFit } = lacking;
    return { kind: 'unplaced', reason, message, member, rejections, nearest: [], wouldFit };
  }
  const rejections = decision?.rejections ?? [];
  const nearest = nearMisses(engine, request, rejections);
  // Who is not refused for what it asks itself would not fit by asking for something else.
  const offers = decision ? wouldFit(engine, gate, request, rejections).offers : [];
  return { kind: 'unplaced', reason, message, rejections, nearest, wouldFit: offers };
}
