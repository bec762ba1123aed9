/** The part of an object's metadata that a controller reads. Objects in a store are frozen. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Where a kind lives in the API; `T` is the type of its objects. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set; it only carries `T` for inference. */
  readonly objectType?: T;
}

/** Declares a kind: `resourceType<Node>({ group: '', version: 'v1', … })`. */
export function resourceType<T extends KubeObject>(
  type: Omit<ResourceType<T>, 'objectType'>,
): ResourceType<T> {
  return Object.freeze({ ...type });
}

/** Names one object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  namespace?: string;
  name: string;
}

/** The key of an object in stores and queues: `namespace/name`, or `name` for cluster-scoped kinds. */
export type ObjectKey = string;

export function keyOf(ref: ObjectRef | KubeObject): ObjectKey {
  const { namespace, name } = 'metadata' in ref ? ref.metadata : ref;
  return namespace ? `${namespace}/${name}` : name;
}

export function refOf(key: ObjectKey): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** `vmfabric.io/v1alpha1`, or `v1` for the core group. */
export function apiVersionOf(type: ResourceType): string {
  return type.group ? `${type.group}/${type.version}` : type.version;
}

/** What changes when a user changes the object, or another takes its place, and not when its status does. */
export function intentOf({ metadata }: KubeObject): string {
  return `${metadata.uid} ${metadata.generation} ${metadata.deletionTimestamp}`;
}
