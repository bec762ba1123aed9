import type { Policy } from '../model/policy.ts';
import type { Labels } from '../model/selector.ts';
import { Counts } from './counts.ts';
import type { Namespace } from './namespace.ts';
import type { Population } from './population.ts';
import type { Rules } from './rules.ts';
import type { PlacedRecord } from './vms.ts';

/** The VMs of one namespace whose labels no policy can tell apart: all that rules can tell of them is said once. */
export class LabelSet {
  readonly namespace: Namespace;
  readonly key: string;
  /** Those that policies name. */
  readonly labels: Labels;
  readonly vms = new Set<PlacedRecord>();
  readonly byRow = new Counts();
  /** The populations that are kept up and select these labels. */
  readonly populations = new Set<Population>();
  /** Compiled when first asked for, of this version of the namespace's policies. */
  rules: Rules | undefined;
  rulesVersion = -1;
  /** The policies that bear on these labels, of this version. */
  bearing: readonly Policy[] = [];
  bearingVersion = -1;
  /** The exclusive policies that select these labels. */
  circle = '';

  constructor(namespace: Namespace, key: string, labels: Labels) {
    this.namespace = namespace;
    this.key = key;
    this.labels = labels;
  }

  add(vm: PlacedRecord): void {
    this.vms.add(vm);
    this.count(vm.row, 1);
  }

  remove(vm: PlacedRecord): void {
    this.vms.delete(vm);
    this.count(vm.row, -1);
  }

  /** So many VMs more are on the row, as rules count them. */
  count(row: number, amount: number): void {
    this.byRow.add(row, amount);
    for (const population of this.populations) population.add(row, amount);
  }
}

/** The same for labels in whatever order. */
export function labelKey(labels: Labels): string {
  const keys = Object.keys(labels);
  if (keys.length > 1) keys.sort();
  let key = '';
  for (const name of keys) key += `${JSON.stringify(name)}${JSON.stringify(labels[name])}`;
  return key;
}
