import {
  hostPools,
  placementPolicies,
  virtualMachineClasses,
  virtualMachines,
} from '../../operator/api/kinds.ts';
import { secrets } from '../../operator/controllers/host/credentials.ts';
import { applyMergePatch } from '../../operator/kube/merge-patch.ts';
import type { KubeObject, ObjectRef, ResourceType } from '../../operator/kube/object.ts';
import type { ChaosWorld } from './chaos-world.ts';

/** The kinds that users write. */
const userKinds: Record<UserKind, { type: ResourceType; namespace?: string }> = {
  VirtualMachine: { type: virtualMachines, namespace: 'shop' },
  HostPool: { type: hostPools },
  PlacementPolicy: { type: placementPolicies, namespace: 'shop' },
  VirtualMachineClass: { type: virtualMachineClasses },
  Secret: { type: secrets, namespace: 'vmfabric-system' },
};
export type UserKind = 'VirtualMachine' | 'VirtualMachineClass' | 'HostPool' | 'PlacementPolicy' | 'Secret';

export type Step =
  /** Makes objects with these specs; the rest is filled in as by `World` and the API server's defaults. */
  | { putVm: string; spec?: object; labels?: Record<string, string> }
  | { putPolicy: string; spec: object }
  | { putClass: string; spec: object }
  | { putPool: object }
  | { putSecret: 'good' | 'empty' }
  /** A merge patch on the whole object, as by `kubectl patch`. */
  | { patch: UserKind; name: string; with: object }
  | { delete: UserKind; name: string }
  /** A machine answers at the address of this name, whether or not a pool names it. */
  | { addMachine: string }
  | { machine: string; becomes: 'down' | 'cutOff' | 'withoutPower' | 'up' }
  /** How guests on machines that are there take a request to shut down; for VMs made after it. */
  | { guests: 'obedient' | 'deaf' }
  | { waitUntilGone: UserKind; name: string }
  /** Until it has its host: whatever the operator does with it has just begun. */
  | { waitUntilBound: string }
  | { waitMs: number }
  /** Time passes until nothing has been written for a while. */
  | 'settle';

/** A piece of history as data. */
export interface Scenario {
  name: string;
  /** Undisturbed; everything settles after it. */
  setup: readonly Step[];
  /** Disturbed at each write in turn; everything settles after them. */
  steps: readonly Step[];
  /** VMs and hosts are alike; which gets which depends on the order of decisions, and that is nobody's concern. */
  isAnyHostRight?: true;
  /** The user changed their mind so soon that an operator that was away need not do what would be undone. */
  mayDoLess?: true;
}

/** Lets the world live through the step. */
export async function live(world: ChaosWorld, step: Step): Promise<void> {
  if (step === 'settle') await world.settle();
  else if ('waitMs' in step) await world.run(step.waitMs);
  else if ('putVm' in step) world.addVm(step.putVm, step.spec, { labels: step.labels ?? {} });
  else if ('putPolicy' in step) world.putPolicy(step.putPolicy, step.spec);
  else if ('putClass' in step) world.putClass(step.putClass, step.spec);
  else if ('putPool' in step) world.putPool(step.putPool);
  else if ('putSecret' in step) world.putSecret(...(step.putSecret === 'empty' ? [{}] : []));
  else if ('addMachine' in step) world.addMachine(step.addMachine);
  else if ('guests' in step) world.programGuests(step.guests);
  else if ('waitUntilGone' in step) await waitUntilGone(world, step.waitUntilGone, step.name);
  else if ('waitUntilBound' in step) await waitUntilBound(world, step.waitUntilBound);
  else if ('machine' in step) changeMachine(world, step);
  else if ('patch' in step) patch(world, step);
  else world.cluster.remove(userKinds[step.delete].type, refOf(step.delete, step.name));
}

function patch(world: ChaosWorld, step: Extract<Step, { patch: UserKind }>): void {
  world.cluster.edit<KubeObject>(userKinds[step.patch].type, refOf(step.patch, step.name), (draft) =>
    Object.assign(draft, applyMergePatch(draft, step.with)),
  );
}

async function waitUntilGone(world: ChaosWorld, kind: UserKind, name: string): Promise<void> {
  for (let seconds = 0; world.cluster.peek(userKinds[kind].type, refOf(kind, name)); seconds += 1) {
    if (seconds > 600) throw new Error(`${kind} ${name} does not go`);
    await world.run(1000);
  }
}

/** Watches are made anew now and then, and see nothing for up to a second. An operator that is struck may never come to it. */
async function waitUntilBound(world: ChaosWorld, name: string): Promise<void> {
  for (let ms = 0; ms < 5000 && !world.vm(name).status?.hostName; ms += 1) await world.run(1);
}

function changeMachine(world: ChaosWorld, { machine, becomes }: Extract<Step, { machine: string }>): void {
  const host = world.hypervisor.host(machine);
  const changes = {
    down: () => host.goDown(),
    cutOff: () => host.cutOff(),
    withoutPower: () => host.losePower(),
    up: () => host.heal(),
  };
  changes[becomes]();
}

function refOf(kind: UserKind, name: string): ObjectRef {
  const { namespace } = userKinds[kind];
  return namespace === undefined ? { name } : { namespace, name };
}
