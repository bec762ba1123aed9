import { placementPolicies, virtualMachines } from '../../../../operator/api/kinds.ts';
import { type PlacementPolicySpec, placementPolicySpec } from '../../../../operator/api/placementpolicy.ts';
import { findCondition } from '../../../../operator/controllers/conditions.ts';
import { domainUuidOf } from '../../../../operator/domain/identity.ts';
import { hugePageSizeOf } from '../../../../operator/placement/model/resources.ts';
import type { ChaosWorld } from '../../chaos-world.ts';
import { brokenPromises } from '../promises.ts';
import type { Crowd, Happening, Newcomer, WrittenPolicy } from './crowd.ts';
import { faultsAtRest, isKeptOut } from './oracles.ts';
import { placedIn, type Rest, restOf, waitingIn } from './rest.ts';
import { worldForCrowd } from './surroundings.ts';
import { lastOne, victimsOfLast, wrongVictims } from './victims.ts';
import { Witness } from './witness.ts';

/** What became of a crowd. */
export interface CrowdEnd {
  /** In sentences; none when all is as promised. */
  faults: string[];
  /** What happened and how VMs ended, by name; each as often as it did. */
  ends: string[];
}

/** Lives through all that befalls the crowd, until nothing happens any more; then the last one comes. */
export async function liveAsCrowd(crowd: Crowd): Promise<CrowdEnd> {
  const world = await worldForCrowd(crowd);
  const witness = new Witness(world);
  for (const happening of crowd.happenings) {
    befall(world, happening);
    witness.note();
    if (happening.until === 'quiet') await world.settle();
    else await world.run(happening.until);
  }
  await world.settle();
  const before = restOf(world);
  const early = [...faultsAtRest(before), ...faultsOf(world)];
  make(world, lastOne, crowd.last);
  witness.note();
  await world.settle();
  const after = restOf(world);
  world.kill();
  const last = after.people.get(`${crowd.last.namespace}/${lastOne}`);
  const victims = victimsOfLast(world);
  const wrong = last ? wrongVictims(before, last, victims) : ['the last one is not there'];
  const late = [...faultsAtRest(after), ...faultsOf(world), ...wrong];
  return {
    faults: [...early, ...late, ...witness.faults],
    ends: endsOf(after, witness.stops, victims.length),
  };
}

/** How VMs ended, and what was of use in it, each as often as it was. */
function endsOf(rest: Rest, stops: number, victimsOfLast: number): string[] {
  const reasons = [...rest.people.values()].map(
    ({ object }) => findCondition(object, 'Ready')?.reason ?? 'none',
  );
  const places = placedIn(rest).flatMap(({ cell, requests }) => [
    ...(cell === undefined ? [] : ['in one cell']),
    ...(Object.keys(requests).some(hugePageSizeOf) ? ['in huge pages'] : []),
  ]);
  const refused = waitingIn(rest).flatMap(({ state }) =>
    rest.shares.refusal('default', [state], []) ? ['kept out by a share'] : [],
  );
  const spared = waitingIn(rest).flatMap((one) => (isKeptOut(rest, one) ? ['kept out by a protection'] : []));
  const stopped = Array<string>(stops).fill('stopped for another');
  return [...reasons, ...places, ...refused, ...spared, ...stopped, `the last one stops ${victimsOfLast}`];
}

function befall(world: ChaosWorld, happening: Happening): void {
  if (happening.kind === 'comes') make(world, `vm-${world.made.length}`, happening.vm);
  else if (happening.kind === 'operator dies') world.die();
  else if ('which' in happening) befallPolicy(world, happening);
  else befallOne(world, happening);
}

/** One of those that are there and are not going, if there is any. */
function befallOne(world: ChaosWorld, happening: Extract<Happening, { whom: number }>): void {
  const there = world.cluster.objects(virtualMachines).filter(({ metadata }) => !metadata.deletionTimestamp);
  const one = there[happening.whom % there.length]?.metadata;
  if (!one) return;
  if (happening.kind === 'goes') world.cluster.remove(virtualMachines, one);
  else
    world.cluster.edit(virtualMachines, one, ({ spec }) => {
      if (happening.kind === 'is to') spec.runStrategy = happening.runStrategy;
      else setPriority(spec.placement, happening.priority);
    });
}

function befallPolicy(world: ChaosWorld, happening: Extract<Happening, { which: number }>): void {
  const policies = world.cluster.objects(placementPolicies);
  const one = policies[happening.which % policies.length]?.metadata;
  if (!one) return;
  world.cluster.edit(placementPolicies, one, ({ spec }) => {
    if (happening.kind === 'policy is worth') setPriority(spec, happening.priority);
    else setPreemption(spec, happening.preemption);
  });
}

function setPreemption(spec: PlacementPolicySpec, preemption: WrittenPolicy['preemption']): void {
  const said = placementPolicySpec.shape.preemption.parse(preemption);
  if (said) spec.preemption = said;
  else delete spec.preemption;
}

function setPriority(of: { priority?: number | undefined }, priority: number | undefined): void {
  if (priority === undefined) delete of.priority;
  else of.priority = priority;
}

function make(world: ChaosWorld, name: string, { namespace, labels, spec }: Newcomer): void {
  world.addVm(name, spec, { namespace, labels });
}

/** Nothing is lost or left behind: each domain is that of a VM that has its host there, and none ran twice. */
function faultsOf(world: ChaosWorld): string[] {
  const hostOf = new Map(
    world.cluster.objects(virtualMachines).map((vm) => [domainUuidOf(vm), vm.status?.hostName]),
  );
  const strays = world.hypervisor.hosts.flatMap(({ name: host, domains }) =>
    [...domains.values()].flatMap(({ uuid, name }) =>
      hostOf.get(uuid) === host ? [] : [`${host} has a domain of ${name}, which is not there`],
    ),
  );
  return [...strays, ...world.doubles, ...brokenPromises(world)];
}
