import type { ApplyObject } from './cluster.ts';
import { type KubeObject, resourceType } from './object.ts';

/** A kind of its own for the contract suite: spec, status subresource, nothing that acts on it. */
export interface Widget extends KubeObject {
  spec?: { size?: number; color?: string; labels?: Record<string, string> };
  status?: { ready?: boolean; note?: string; counts?: Record<string, number> };
}

export const widgetType = resourceType<Widget>({
  group: 'contract.vmfabric.io',
  version: 'v1',
  plural: 'widgets',
  kind: 'Widget',
  namespaced: true,
});

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

export const configMapType = resourceType<ConfigMap>({
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
});

export const namespaceType = resourceType({
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
});

export const crdType = resourceType({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
});

const text = { type: 'string' };
const mapOf = (type: string) => ({ type: 'object', additionalProperties: { type } });

const widgetSchema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { size: { type: 'integer' }, color: text, labels: mapOf('string') } },
    status: {
      type: 'object',
      properties: { ready: { type: 'boolean' }, note: text, counts: mapOf('integer') },
    },
  },
};

/** The definition of `Widget` for a real API server. */
export const widgetDefinition: ApplyObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.contract.vmfabric.io' },
  spec: {
    group: 'contract.vmfabric.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: widgetSchema },
      },
    ],
  },
};

/** A Widget to send; `more` is merged into the top level, metadata into metadata. */
export function widget(
  namespace: string,
  name: string,
  more: { metadata?: object; spec?: Widget['spec']; status?: Widget['status'] } = {},
): ApplyObject {
  const { metadata, ...rest } = more;
  return {
    apiVersion: 'contract.vmfabric.io/v1',
    kind: 'Widget',
    metadata: { ...metadata, namespace, name },
    ...rest,
  };
}
