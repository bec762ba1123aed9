import { kinds } from '../../operator/api/kinds.ts';
import { reasons } from '../../operator/api/reasons.ts';
import { apiReference } from './api-reference.ts';
import { crdTemplate, rbacTemplate } from './chart.ts';
import { crdOf, generatedYaml } from './crd.ts';
import type { Files } from './files.ts';
import { nodeLibvirtReference } from './node-libvirt/reference.ts';
import { reasonsReference } from './reasons-reference.ts';

const chart = 'charts/vmfabric/templates';
const libraryReference = 'node-libvirt/docs/api';

/** Folders that hold nothing but what is generated. */
export const ownedFolders = ['crds', `${chart}/crds`, libraryReference];

/** Everything that is generated, by path relative to the checkout. @throws SchemaError */
export function outputs(): Files {
  const crds = kinds.map(crdOf);
  return new Map<string, string>([
    ...crds.map((crd): [string, string] => [`crds/${crd.metadata.name}.yaml`, generatedYaml(crd)]),
    ...crds.map((crd): [string, string] => [`${chart}/crds/${crd.metadata.name}.yaml`, crdTemplate(crd)]),
    [`${chart}/rbac.yaml`, rbacTemplate()],
    ['docs/reference/api.md', apiReference(kinds)],
    ['docs/reference/reasons.md', reasonsReference(reasons)],
    ...[...nodeLibvirtReference()].map(([name, text]): [string, string] => [
      `${libraryReference}/${name}`,
      text,
    ]),
  ]);
}
