import type { Resources } from './resources.ts';
import type { Labels } from './selector.ts';

/** What keeps VMs away that do not tolerate it; as a taint of a Kubernetes Node. */
export interface Taint {
  key: string;
  value?: string | undefined;
  /** PreferNoSchedule counts as points; NoExecute as NoSchedule, as placement evicts nothing. */
  effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** Cells with higher numbers are left out: no machine has more. */
export const mostCells = 128;

/** One NUMA node of the host: how much of CPUs, memory and huge pages VMs of one cell may have of it. */
export interface Cell {
  limits: Resources;
}

export interface Unavailable {
  yes: false;
  reason: string;
  /** The machine that its VMs are on does not answer, so that they cannot be moved away either. */
  isLost?: true;
}

export interface HostState {
  name: string;
  pool: string;
  labels: Labels;
  /** Whether VMs may start here; when not, `reason` is a short clause for a person ("is cordoned", "is not connected"). */
  available: { yes: true } | Unavailable;
  /** What VMs may have in all, after over-commit and after what the host keeps for itself. */
  limits: Resources;
  taints?: readonly Taint[];
  /** What a VM can ask for by name: `network/blue`, `kernel/small`, `cpu-model/Skylake`, `machine/q35`. */
  offers?: readonly string[];
  /** By their numbers on the host; without them a VM that wants one cell has no place here. */
  cells?: readonly Cell[];
}
