import type { WorkloadVm } from './workload/model.ts';

/** Somebody who knows hosts and rules, and decides VM by VM. */
export interface Placer {
  /** The host that the VM goes to, counted there from now on; undefined when none does. */
  place(vm: WorkloadVm): string | undefined;
  remove(id: string): void;
}
