import type { PlacementEngine } from '../engine/engine.ts';
import { wouldFitSentence } from '../explain/would-fit.ts';
import type { Gate } from '../gate/gate.ts';
import type { Placement, PlacementRequest } from '../model/decision.ts';
import type { Policy } from '../model/policy.ts';
import { type Fit, fitGang, type Lacking, lackingBeside } from './fit-gang.ts';

export type Assembled =
  /** Where each of those who come goes, by VM id. */
  | { kind: 'placed'; placements: ReadonlyMap<string, Placement> }
  /** Too few are there. */
  | { kind: 'incomplete'; message: string }
  /** `lacking`: who finds no host beside the others, where that is why. */
  | { kind: 'unplaced'; message: string; lacking?: Lacking };

/** How many others of the gang are tried at once: the more it lacks, the longer each try takes. */
const substitutesFor = (missing: number) => Math.max(1, Math.min(16, Math.floor(1000 / missing)));

/**
 * Hosts for as many members of the policy's gang as are missing, or for none: the first of `asked` if they fit; for one that
 * does not, and keeps the others from coming, the next one. The engine and all at the gate are left as they were.
 */
export function assemble(
  engine: PlacementEngine,
  gate: Gate,
  { policy, missing, asked }: { policy: Policy; missing: number; asked: readonly PlacementRequest[] },
): Assembled {
  if (asked.length < missing) return incomplete(policy, missing - asked.length);
  const substitutes = asked.slice(missing, missing + substitutesFor(missing));
  let team = asked.slice(0, missing);
  let first: Assembled | undefined;
  for (;;) {
    const fit = fitGang(engine, gate, team);
    if (fit.kind === 'placed') return fit;
    first ??= unplaced(policy, fit, lackingBeside(engine, gate, team, fit));
    const substitute = fit.vm === undefined ? undefined : substitutes.shift();
    if (!substitute) return first;
    team = [...team.filter(({ vm }) => vm.id !== fit.vm), substitute];
  }
}

function incomplete({ name, gang }: Policy, lacking: number): Assembled {
  const least = gang?.minMembers ?? 0;
  const message = `Policy ${name} places its VMs as a gang of at least ${least}; ${least - lacking} of them can be placed now, so it waits for ${lacking} more.`;
  return { kind: 'incomplete', message };
}

function unplaced(
  { name }: Policy,
  fit: Fit & { kind: 'unplaced' },
  lacking: Lacking | undefined,
): Assembled {
  const ways = lacking ? wouldFitSentence(lacking.wouldFit) : '';
  const message = `The gang of policy ${name} ${whyNot(fit)} ${ways}`.trimEnd();
  return { kind: 'unplaced', message, ...(lacking ? { lacking } : {}) };
}

/** What keeps the gang away, as a predicate. */
function whyNot({ message, vm, isRefused }: Fit & { kind: 'unplaced' }): string {
  return isRefused
    ? `may not come as a whole, so none of it is placed. ${message}`
    : `does not fit as a whole, so none of it is placed. Beside the others ${vm} finds no host: ${message}`;
}
