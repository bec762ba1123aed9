import { HostConnections } from '../../../../operator/controllers/host/connections.ts';
import { PoolModel } from '../../../../operator/controllers/pool/pool-model.ts';
import { addIndexes, type Stores } from '../../../../operator/controllers/stores.ts';
import { FakeHypervisor } from '../../../../operator/hypervisor/fake.ts';
import type { HostTarget } from '../../../../operator/hypervisor/hypervisor.ts';
import { systemClock } from '../../../../operator/kube/clock.ts';
import { Store } from '../../../../operator/kube/store.ts';
import type { PoolObjects } from './objects.ts';

/** Connections to hosts in memory, all of them up; each host has room for a hundred VMs. */
export async function connect(names: readonly string[]): Promise<HostConnections> {
  const hypervisor = new FakeHypervisor({ clock: systemClock });
  const connections = new HostConnections({ hypervisor, clock: systemClock, random: () => 0 });
  const { promise: allUp, resolve } = Promise.withResolvers<void>();
  let up = 0;
  connections.listen({
    onLink: (name) => {
      if (connections.link(name)?.state === 'Connected') up += 1;
      if (up === names.length) resolve();
    },
    onDomainEvent: () => {},
  });
  for (const name of names) {
    hypervisor.addHost(name, { memoryBytes: 256 * 2 ** 30 });
    connections.ensure({ name, address: name, port: 16514, credentials });
  }
  await allUp;
  return connections;
}

const credentials: HostTarget['credentials'] = { ca: '', certificate: '', key: '' };

/** The operator's caches with all of the objects in them. */
export function cachesOf(objects: PoolObjects): Stores {
  return filled(emptyStores(), objects);
}

/** The same with the placement index behind them, which follows each object. */
export function modelOf(objects: PoolObjects, connections: HostConnections): PoolModel {
  const stores = emptyStores();
  const model = new PoolModel(stores, connections);
  filled(stores, objects);
  return model;
}

function emptyStores(): Stores {
  const onHandlerError = (error: unknown) => {
    throw error;
  };
  const stores: Stores = {
    virtualMachines: new Store({ onHandlerError }),
    virtualMachineClasses: new Store({ onHandlerError }),
    hostPools: new Store({ onHandlerError }),
    hosts: new Store({ onHandlerError }),
    placementPolicies: new Store({ onHandlerError }),
    nodes: new Store({ onHandlerError }),
  };
  addIndexes(stores);
  return stores;
}

/** In the order in which lists arrive that are asked for at once: small ones first. */
function filled(stores: Stores, { pool, nodes, hosts, policies, vms }: PoolObjects): Stores {
  const version = String(nodes.length + hosts.length + policies.length + vms.length + 1);
  stores.hostPools.replace([pool], version);
  stores.placementPolicies.replace(policies, version);
  stores.nodes.replace(nodes, version);
  stores.hosts.replace(hosts, version);
  stores.virtualMachines.replace(vms, version);
  return stores;
}
