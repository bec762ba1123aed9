import { z } from 'zod';
import { hostSpec, hostStatus } from '../../api/host.ts';
import { hostPoolSpec, hostPoolStatus } from '../../api/hostpool.ts';
import {
  hostPools,
  hosts,
  placementPolicies,
  virtualMachineClasses,
  virtualMachines,
} from '../../api/kinds.ts';
import { placementPolicySpec, placementPolicyStatus } from '../../api/placementpolicy.ts';
import { type VirtualMachine, virtualMachineSpec, virtualMachineStatus } from '../../api/virtualmachine.ts';
import { virtualMachineClassSpec } from '../../api/virtualmachineclass.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import type { Store } from '../../kube/store.ts';
import type { Node } from '../hostpool/membership.ts';
import { nodes, type Stores } from '../stores.ts';

/** One kind of objects that placement is decided from. */
export interface Part<T extends KubeObject = KubeObject> {
  type: ResourceType<T>;
  /** What a dump may hold. */
  schema: z.ZodType;
  /** The object without what no decision depends on and nobody should hand on. */
  pick(object: T): T;
}

const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
});

function object(spec: z.ZodType, status: z.ZodType = z.never()) {
  const type = { apiVersion: z.string(), kind: z.string() };
  return z.object({ ...type, metadata, spec, status: status.optional() });
}

/** All that the operator has in its caches is in a dump: a decision may depend on any of it. */
type Parts = { readonly [K in keyof Stores]: Stores[K] extends Store<infer T> ? Part<T> : never };

/** In the order in which a model is best told of them: hosts are translated by their pools, and VMs go to hosts. */
export const parts: Parts = {
  hostPools: { type: hostPools, schema: object(hostPoolSpec, hostPoolStatus), pick: plain },
  virtualMachineClasses: {
    ...{ type: virtualMachineClasses, schema: object(virtualMachineClassSpec), pick: plain },
  },
  placementPolicies: {
    ...{ type: placementPolicies, schema: object(placementPolicySpec, placementPolicyStatus), pick: plain },
  },
  nodes: { type: nodes, schema: object(z.looseObject({}).optional(), z.looseObject({})), pick: pickNode },
  hosts: { type: hosts, schema: object(hostSpec, hostStatus), pick: plain },
  virtualMachines: {
    ...{ type: virtualMachines, schema: object(virtualMachineSpec, virtualMachineStatus), pick: pickVm },
  },
};

export const partNames = Object.keys(parts) as (keyof Stores)[];

/** Of annotations only the operator's own are kept: kubectl's hold a second copy of all that somebody applied. */
function plain<T extends KubeObject>(of: T): T {
  const { annotations = {}, ownerReferences: _, ...rest } = of.metadata;
  const own = Object.entries(annotations).filter(([key]) => key.startsWith('vmfabric.io/'));
  return {
    ...of,
    metadata: { ...rest, ...(own.length > 0 ? { annotations: Object.fromEntries(own) } : {}) },
  };
}

function pickNode({ status: _, ...node }: Node): Node {
  return plain<Node>(node);
}

/** Command lines may hold secrets; addresses of guests are nobody's affair. */
function pickVm(vm: VirtualMachine): VirtualMachine {
  const { status, spec, ...rest } = plain(vm);
  const { interfaces: _, ...kept } = status ?? {};
  return {
    ...rest,
    spec: { ...spec, ...(spec.kernel ? { kernel: { ...spec.kernel, commandLine: '' } } : {}) },
    ...(status ? { status: kept } : {}),
  };
}
