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

/**
 * A string that must match `pattern`; `message` says what is right in its place, which the API server's own message,
 * a quotation of the expression, does not. The generator makes a CEL rule of the two.
 */
export function matching(pattern: RegExp, message: string) {
  return z
    .string()
    .regex(pattern, message)
    .meta({ [patternMessage]: message });
}
/** Keyword that carries the message of `matching` to the generator; it is in no CRD. */
export const patternMessage = 'x-vmfabric-pattern-message';

const dnsLabelPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** RFC 1123 label: what Kubernetes calls objects, and hosts take as a host name. */
export const dnsLabel = matching(
  dnsLabelPattern,
  'must be lower-case letters, digits and dashes, and begin and end with a letter or digit',
)
  .min(1)
  .max(63);
/** The same in places of which there may be so many that a rule would exceed the API server's budget for CEL. */
export const plainDnsLabel = z.string().min(1).max(63).regex(dnsLabelPattern);

/** RFC 1123 subdomain: the name of a Node or any cluster-scoped object. */
export const dnsSubdomain = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  'must be lower-case letters, digits, dashes and dots, and begin and end with a letter or digit',
)
  .min(1)
  .max(253);

/** An amount of bytes as a Kubernetes quantity in whole bytes. */
export const byteQuantity = matching(
  /^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/,
  'must be an amount of bytes such as 512Mi or 4Gi: a number and one of Ki, Mi, Gi, Ti, Pi, k, M, G, T, P',
)
  .min(1)
  .max(20);

const labelKeyPattern = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

export const labelKey = matching(labelKeyPattern, 'must be a label key such as example.com/rack or rack')
  .min(1)
  .max(317);
/** The same for long lists, as plainDnsLabel. */
export const plainLabelKey = z.string().min(1).max(317).regex(labelKeyPattern);
/** A plain pattern: as a rule, over every label of every host, it would exceed the API server's budget for CEL. */
export const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/);

export const labels = z.record(z.string().max(317), labelValue).meta({ maxProperties: 64 });

/** How important VMs are; the bounds are those of Kubernetes' PriorityClass. */
export const priority = z.int32().min(-1_000_000_000).max(1_000_000_000).optional();

function selector(key: z.ZodString, mostRequirements: number) {
  return z.object({
    matchLabels: labels.optional().describe('Labels that must all be there with exactly these values.'),
    matchExpressions: z
      .array(
        z
          .object({
            key: key.describe('The label the requirement is about.'),
            operator: z
              .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
              .describe('How the label relates to the values: In, NotIn, Exists or DoesNotExist.'),
            values: z
              .array(labelValue)
              .max(64)
              .meta(listAtomic)
              .optional()
              .describe('The values for In and NotIn; none for Exists and DoesNotExist.'),
          })
          .meta(
            cel({
              rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
              message: 'values must be given for In and NotIn, and left out for Exists and DoesNotExist',
            }),
          ),
      )
      .max(mostRequirements)
      .meta(listAtomic)
      .optional()
      .describe('Requirements that must all hold.'),
  });
}

export const labelSelector = selector(labelKey, 32);
/** The same for the items of long lists. */
export const smallLabelSelector = selector(plainLabelKey, 8);
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
