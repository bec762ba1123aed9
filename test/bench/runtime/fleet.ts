import { virtualMachines } from '../../../operator/api/kinds.ts';
import type { Arena } from './arena.ts';
import type { OperatorSpec } from './operator/client.ts';
import { restartOperator } from './operator/process.ts';
import { createPool, emptyNamespace, fleetNamespace, hostNames } from './population.ts';
import { createSettledVms } from './vms.ts';

const vms = 10_000;
const hosts = 300;

/** VMs that are Ready, each with its address, on hosts that are fake. */
export interface Fleet {
  vms: number;
  hosts: number;
  /** What an operator's process needs to know; its user is its own, so that the audit log tells who wrote. */
  operator: OperatorSpec;
  /** Of one object as JSON, without managedFields; the mean. */
  objectBytes: number;
}

export const operatorUser = 'bench-operator';

export async function makeFleet({ api, controlPlane, context }: Arena): Promise<Fleet> {
  const { progress, signal } = context;
  progress(`making ${hosts} Hosts`);
  await createPool(api.cluster, hosts);
  const kubeconfigPath = await controlPlane.kubeconfigFor({ user: operatorUser, groups: ['system:masters'] });
  const operator = { kubeconfigPath, hosts };
  await restartOperator({ ...operator, namespace: emptyNamespace }, { signal });
  progress(`making ${vms} VMs that run on them`);
  const fleet = { namespace: fleetNamespace, count: vms, hosts: hostNames(hosts), signal };
  await createSettledVms(api.cluster, fleet);
  const { items } = await api.cluster.list(virtualMachines);
  const objectBytes = items.reduce((sum, vm) => sum + JSON.stringify(vm).length, 0) / items.length;
  return { vms, hosts, operator, objectBytes };
}
