import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../../hack/wait.ts';
import type { VirtualMachine } from '../../../operator/api/virtualmachine.ts';
import { findCondition } from '../../../operator/controllers/conditions.ts';
import type { History, Wish } from '../../chaos/acto/histories.ts';
import type { TestFabric } from '../fabric-kit.ts';

/** What a VM has come to, without what tells of the way to it or differs by object: one text, to be compared. */
export type RealEnd = string;

const sameForMs = 4_000;

/** Lives through the wishes on real hosts as the VM `name`; a guest that needs a restart in the end gets one. */
export async function liveForReal(lab: TestFabric, name: string, history: History): Promise<RealEnd> {
  for (const wish of history) {
    await apply(lab, name, wish);
    if (wish.until === 'quiet') await comeToRest(lab, name);
    else await delay(wish.until);
  }
  await comeToRest(lab, name);
  const vm = await lab.vm(name);
  if (findCondition(vm, 'RestartRequired')?.status === 'True') {
    // Its guest is made to end as by a crash: what keeps it running starts it again.
    await (await lab.hostOf(name)).virsh(['destroy', domainOf(name)]);
  }
  return comeToRest(lab, name);
}

/** Deletes the VM, and waits until it is gone from API and host. */
export async function endLife(lab: TestFabric, name: string): Promise<void> {
  await lab.kubectl('delete', 'vm', name, '--timeout=120s');
}

async function apply(lab: TestFabric, name: string, { spec, labels }: Wish): Promise<void> {
  const manifest = {
    apiVersion: 'vmfabric.io/v1alpha1',
    kind: 'VirtualMachine',
    metadata: { name, namespace: 'default', labels },
    spec,
  };
  await lab.apply(manifest);
}

/** Waits until the operator has judged the latest spec, and what there is has been the same for some seconds. */
async function comeToRest(lab: TestFabric, name: string): Promise<RealEnd> {
  let [last, since] = ['', performance.now()];
  return waitFor(
    `${name} to come to rest`,
    async () => {
      const end = await endOf(lab, name);
      if (end !== last) [last, since] = [end ?? '', performance.now()];
      return end !== undefined && performance.now() - since >= sameForMs ? end : undefined;
    },
    { timeoutMs: 180_000, everyMs: 500 },
  );
}

/** Undefined while something is still to be done. */
async function endOf(lab: TestFabric, name: string): Promise<RealEnd | undefined> {
  const vm = await lab.vm(name);
  const { generation, uid } = vm.metadata;
  const { conditions = [], hostName, powerState, allocated, interfaces = [] } = vm.status ?? {};
  if (conditions.length === 0 || vm.status?.observedGeneration !== generation) return undefined;
  if (findCondition(vm, 'Ready')?.status === 'Unknown') return undefined;
  const domain = hostName ? await domainXml(lab, name) : undefined;
  const end = {
    conditions: conditions.map(({ type, status, reason, message }) => [type, status, reason, message]),
    ...{ hostName, powerState, allocated },
    interfaces: interfaces.map((one) => ({ name: one.name, macAddress: one.macAddress })),
    domain: domain?.split('\n'),
  };
  return anonymous(JSON.stringify(end, null, 1), vm, uid);
}

async function domainXml(lab: TestFabric, name: string): Promise<string | undefined> {
  const host = await lab.hostOf(name);
  return host.virsh(['dumpxml', '--inactive', domainOf(name)]);
}

const domainOf = (name: string) => `default_${name}`;

/** Without uid, derived addresses and placement generation, which are another object's own. */
function anonymous(text: string, vm: VirtualMachine, uid: string): string {
  const chosen = new Set(vm.spec.interfaces.flatMap(({ macAddress }) => macAddress ?? []));
  const derived = (vm.status?.interfaces ?? [])
    .map(({ macAddress }) => macAddress)
    .filter((mac) => !chosen.has(mac));
  return [...derived.map((mac, index) => [mac, `derived ${index}`] as const), [uid, 'uid'] as const]
    .reduce((all, [own, word]) => all.replaceAll(own, word), text)
    .replaceAll(/placementGeneration[^0-9]{1,3}\d+/g, 'placementGeneration');
}
