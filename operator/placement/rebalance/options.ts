import { defaultCopySettings } from '../moves/copy.ts';
import { defaultMoveLimits } from '../moves/links.ts';
import type { MoveOptions } from './movable.ts';

/** What is to be lowered. */
export type Objective =
  /** The fullest host, down to so far above the mean; hosts below the mean are filled by the way. */
  | { kind: 'balance'; tolerance: number }
  /** Only what hosts carry above the knee, the utilisation from which VMs get less than they ask for. */
  | { kind: 'relieve'; knee: number };

/** What makes a move worth its while. */
export interface Worth {
  /** The least gain of a move, in parts of a host. */
  minGain: number;
  /** How long the balance is expected to last; the gain times this must not be less than the seconds the move takes. */
  stableSeconds: number;
}

export interface RebalanceOptions extends MoveOptions {
  objective: Objective;
  /** Of each load dimension; 0 leaves one out; default all 1. */
  weights?: readonly number[];
  worth: Worth;
  /** No plan at all unless this part, at least, is done of what is to do: see `Targets.distance`. */
  minImprovement: number;
}

/**
 * A move pays when the balance lasts an hour, which is also the time between two moves of one VM. A tenth of improvement
 * is what Proxmox asks for.
 */
export const defaultRebalanceOptions: RebalanceOptions = {
  objective: { kind: 'balance', tolerance: 0.02 },
  maxMoves: 60,
  worth: { minGain: 0.001, stableSeconds: 3600 },
  coolDownSeconds: 3600,
  minImprovement: 0.1,
  limits: defaultMoveLimits,
  copy: defaultCopySettings,
};
