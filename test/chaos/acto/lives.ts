import { type VirtualMachine, virtualMachineSpec } from '../../../operator/api/virtualmachine.ts';
import { findCondition } from '../../../operator/controllers/conditions.ts';
import { HypervisorError } from '../../../operator/hypervisor/hypervisor.ts';
import type { ChaosWorld } from '../chaos-world.ts';
import type { History, Wish } from './histories.ts';
import { worldForHistories } from './surroundings.ts';

/** The VM that all of this is about. */
export const vmName = 'web-1';

/** What a VM that is made afresh is given of a past. */
export interface Heritage {
  status?: Partial<NonNullable<VirtualMachine['status']>> & { hostName: string };
  /** The domain that is defined on its host, as XML. */
  definition?: string;
  /** Somebody starts the domain by hand. */
  startedByHand?: true;
}

/** A world in which nothing happens any more. */
export interface Outcome {
  world: ChaosWorld;
  /** Whether the domain ran when the last wish was made; undefined when something was under way then. */
  ranBefore: boolean | undefined;
  wasRestarted: boolean;
}

/** Lives through the wishes one after another; a guest that needs a restart in the end gets one. */
export async function liveThrough(history: History): Promise<Outcome> {
  const world = await worldForHistories();
  let ranBefore: boolean | undefined;
  for (const [index, wish] of history.entries()) {
    ranBefore = history[index - 1]?.until === 'quiet' ? world.runsOn(vmName).length > 0 : undefined;
    if (index === 0) world.addVm(vmName, virtualMachineSpec.parse(wish.spec), { labels: wish.labels });
    else change(world, wish);
    if (wish.until === 'quiet') await world.settle();
    else await world.run(wish.until);
  }
  await world.settle();
  return { world, ranBefore, wasRestarted: await restartIfRequired(world) };
}

/** A VM that is made as its user wishes it in the end. */
export async function startAfresh(wish: Wish, heritage: Heritage = {}): Promise<Outcome> {
  const world = await worldForHistories();
  const { status, definition, startedByHand = false } = heritage;
  world.addVm(vmName, virtualMachineSpec.parse(wish.spec), { labels: wish.labels }, status);
  if (definition !== undefined) world.hostOf(vmName).outside.define(definition);
  await world.settle();
  if (startedByHand) {
    startByHand(world);
    await world.settle();
  }
  return { world, ranBefore: undefined, wasRestarted: false };
}

function change(world: ChaosWorld, { spec, labels }: Wish): void {
  world.editVm(vmName, (vm) => {
    vm.spec = virtualMachineSpec.parse(spec);
    vm.metadata.labels = { ...labels };
  });
}

/** What the host has not the hardware for, as huge pages, nobody starts there. */
function startByHand(world: ChaosWorld): void {
  try {
    world.hostOf(vmName).outside.start(world.uuid(vmName));
  } catch (error) {
    if (!(error instanceof HypervisorError)) throw error;
  }
}

/** As a user does who reads the condition: shuts the guest down from inside, and starts it where nobody else does. */
async function restartIfRequired(world: ChaosWorld): Promise<boolean> {
  const vm = world.vm(vmName);
  if (findCondition(vm, 'RestartRequired')?.status !== 'True') return false;
  const { outside } = world.hostOf(vmName);
  outside.guestShutsDown(world.uuid(vmName));
  if (vm.spec.runStrategy === 'Manual') startByHand(world);
  await world.settle();
  return true;
}
