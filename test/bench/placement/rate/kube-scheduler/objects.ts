import type { ApplyObject } from '../../../../../operator/kube/cluster.ts';
import { type KubeObject, resourceType } from '../../../../../operator/kube/object.ts';
import type { AffinityTerm, Amounts, WorkloadHost, WorkloadRule, WorkloadVm } from '../../workload/model.ts';

export interface Pod extends KubeObject {
  spec: { nodeName?: string };
}

export const pods = resourceType<Pod>({
  ...{ group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true },
});

/** More pods than the hosts' CPUs carry: what decides is what decides elsewhere. */
const podsPerNode = 1_000;

/** A host as a Node. */
export function nodeOf({ name, labels, limits }: WorkloadHost): ApplyObject {
  const resources = { ...quantities(limits), pods: String(podsPerNode) };
  return {
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } },
    status: { capacity: resources, allocatable: resources },
  };
}

/** A VM as a Pod with the rules that are for it: a Pod carries its own, where a VM is selected by a policy. */
export function podOf(vm: WorkloadVm, rules: readonly WorkloadRule[]): ApplyObject {
  const { namespace, labels, requests, hostLabels } = vm;
  const name = vm.id.slice(namespace.length + 1);
  const own = rules.filter((rule) => rule.namespace === namespace && selects(rule, vm));
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels } },
    spec: {
      containers: [{ name: 'vm', image: 'none', resources: { requests: quantities(requests) } }],
      // Or its deletion would wait for a kubelet.
      terminationGracePeriodSeconds: 0,
      ...(hostLabels ? { nodeSelector: hostLabels } : {}),
      affinity: {
        podAntiAffinity: required(own, ({ antiAffinity = [] }) => antiAffinity),
        podAffinity: required(own, ({ affinity = [] }) => affinity),
      },
      topologySpreadConstraints: own.flatMap((rule) =>
        (rule.spread ?? []).map((term) => ({
          ...{ ...term, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: rule.selects } },
        })),
      ),
    },
  };
}

function required(rules: readonly WorkloadRule[], termsOf: (rule: WorkloadRule) => readonly AffinityTerm[]) {
  const terms = rules.flatMap((rule) =>
    termsOf(rule).map(({ topologyKey, others = rule.selects }) => ({
      ...{ topologyKey, labelSelector: { matchLabels: others } },
    })),
  );
  return { requiredDuringSchedulingIgnoredDuringExecution: terms };
}

const selects = (rule: WorkloadRule, { labels }: WorkloadVm) =>
  Object.entries(rule.selects).every(([key, value]) => labels[key] === value);

const quantities = (amounts: Amounts) =>
  Object.fromEntries(Object.entries(amounts).map(([dimension, value]) => [dimension, String(value)]));
