import { hostPools, hosts, placementPolicies, virtualMachines } from '../../operator/api/kinds.ts';
import { domainUuidOf, macAddressOf } from '../../operator/domain/identity.ts';
import { readDomain } from '../../operator/domain/read.ts';
import type { KubeObject } from '../../operator/kube/object.ts';
import type { ChaosWorld } from './chaos-world.ts';

/**
 * The state of the world, each piece as text: all objects that the operator writes, and all domains. Left out is what differs
 * between two histories that nobody could tell apart:
 * - uid, resourceVersion: the API server's; `resourceVersion` counts every write, Events included.
 * - creationTimestamp, deletionTimestamp, lastTransitionTime, connection.since: when, not what.
 * - Events: they are told once each or never, and their names are random; whatever matters is in the status too.
 * uids of VMs, and the uuids and MAC addresses that come from them, are replaced by the name of their VM: that they fit
 * together is compared all the same.
 */
export function pictureOf(world: ChaosWorld): string[] {
  const objects = [virtualMachines, hostPools, hosts, placementPolicies].flatMap((type) =>
    world.cluster.objects<KubeObject>(type).map((object) => JSON.stringify(object, timeless, 1)),
  );
  return [...objects, ...domains(world)].map((piece) => withNames(world, piece));
}

/** The same without regard to which of several alike VMs is on which of several alike hosts. */
export function withoutNames(pieces: readonly string[]): string[] {
  return pieces.map((piece) => piece.replaceAll(/\b(h|db-|VM )\d+\b/g, '$1*')).sort();
}

function domains(world: ChaosWorld): string[] {
  const hostOf = new Map(
    world.cluster.objects(virtualMachines).map((vm) => [domainUuidOf(vm), vm.status?.hostName]),
  );
  return world.hypervisor.hosts.flatMap((host) =>
    [...host.domains.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ uuid, name, power, definitionXml, liveXml }) => {
        const isBoundHere = hostOf.get(uuid) === host.name;
        const xml = { ...parsed('definition', definitionXml), ...parsed('live', liveXml) };
        return JSON.stringify({ host: host.name, uuid, name, power, isBoundHere, ...xml }, null, 1);
      }),
  );
}

const whens = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'lastTransitionTime',
  'since',
]);

function timeless(key: string, value: unknown): unknown {
  return whens.has(key) ? undefined : value;
}

function parsed(name: string, xml: string | undefined) {
  return xml === undefined ? {} : { [name]: readDomain(xml) };
}

function withNames(world: ChaosWorld, text: string): string {
  let named = text;
  for (const [index, vm] of world.made.entries()) {
    const name = `${vm.metadata.name}, VM ${index + 1}`;
    named = named.replaceAll(domainUuidOf(vm), `<uuid of ${name}>`);
    // Interfaces may have come since it was made.
    const now = world.findVm(vm.metadata.name);
    for (const one of now?.metadata.uid === vm.metadata.uid ? now.spec.interfaces : vm.spec.interfaces) {
      if (!one.macAddress) named = named.replaceAll(macAddressOf(vm, one), `<MAC of ${one.name} of ${name}>`);
    }
  }
  return named;
}
