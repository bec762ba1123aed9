import { resourceType } from '../../../operator/kube/object.ts';

/** VirtualMachines as any custom resource: without their schemas, whose library costs start-up time and memory. */
export const vmType = resourceType({
  group: 'vmfabric.io',
  version: 'v1alpha1',
  plural: 'virtualmachines',
  kind: 'VirtualMachine',
  namespaced: true,
});
