import { z } from 'zod';
import type { ObjectMeta } from '../kube/object.ts';

/**
 * The group and version of every kind. All schemas here are the only source: TypeScript types, CRDs and the reference
 * come from them. Keywords of CRDs that zod has no word for travel in `.meta({ 'x-kubernetes-…': … })`.
 */
export const group = 'vmfabric.io';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

/** An object of a kind as the API server returns it: defaults applied. */
export interface Resource<Spec, Status> {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: Spec;
  status?: Status;
}

/** One CEL rule; `rule` and `message` as in x-kubernetes-validations. */
export interface CelRule {
  rule: string;
  message?: string;
  messageExpression?: string;
  fieldPath?: string;
  reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
}

export function cel(...rules: CelRule[]) {
  return { 'x-kubernetes-validations': rules };
}

export function listMap(...keys: string[]) {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
}
export const listSet = { 'x-kubernetes-list-type': 'set' };
export const listAtomic = { 'x-kubernetes-list-type': 'atomic' };

/** RFC 1123 label: what Kubernetes calls objects, and hosts take as a host name. */
export const dnsLabel = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);

/** RFC 1123 subdomain: the name of a Node or any cluster-scoped object. */
export const dnsSubdomain = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);

/** An amount of bytes as a Kubernetes quantity in whole bytes. */
export const byteQuantity = z
  .string()
  .min(1)
  .max(20)
  .regex(/^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/);

export const labelKey = z
  .string()
  .min(1)
  .max(317)
  .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/);
export const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/);

export const labels = z.record(z.string().max(317), labelValue).meta({ maxProperties: 64 });

export const labelSelector = z.object({
  matchLabels: labels.optional().describe('Labels that must all be there with exactly these values.'),
  matchExpressions: z
    .array(
      z.object({
        key: labelKey.describe('The label the requirement is about.'),
        operator: z
          .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
          .describe('How the label relates to the values: In, NotIn, Exists or DoesNotExist.'),
        values: z
          .array(labelValue)
          .max(64)
          .meta(listAtomic)
          .optional()
          .describe('The values for In and NotIn; none for Exists and DoesNotExist.'),
      }),
    )
    .max(32)
    .meta(listAtomic)
    .optional()
    .describe('Requirements that must all hold.'),
});
export type LabelSelector = z.output<typeof labelSelector>;

export const condition = z.object({
  type: z.string().min(1).max(63).describe('What the condition is about.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  observedGeneration: z
    .int32()
    .min(0)
    .optional()
    .describe('The generation of the spec that it was judged by.'),
  lastTransitionTime: z.iso.datetime().describe('When status last changed.'),
  reason: z.string().min(1).max(128).describe('One word from the table of reasons in the reference.'),
  message: z
    .string()
    .max(4096)
    .describe('A sentence for a person: what is wrong, with what, and what would help.'),
});
export type Condition = z.output<typeof condition>;
export type ConditionStatus = Condition['status'];

export const conditions = z
  .array(condition)
  .max(16)
  .meta(listMap('type'))
  .optional()
  .describe('What is true of it now.');

export const observedGeneration = z
  .int32()
  .min(0)
  .optional()
  .describe('The generation of the spec that this status tells of.');
