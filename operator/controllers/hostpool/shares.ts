import type { HostPoolStatus } from '../../api/hostpool.ts';
import { exactQuantity } from '../../api/quantity.ts';
import { phraseOf } from '../../placement/explain/amounts.ts';
import { faultText } from '../../placement/explain/shares.ts';
import type { PoolShares } from '../../placement/shares/pool-shares.ts';
import { type Shared, shared } from '../../placement/shares/share.ts';
import { fails, holds, type Verdict } from '../conditions.ts';

/** Faults that one message tells of. */
const told = 5;

/** The shares as the status tells of them, in whole CPUs; undefined for a pool without shares. */
export function sharesInStatus(shares: PoolShares | undefined): HostPoolStatus['shares'] {
  return shares?.report().map(({ name, vms, used, kept, available }) => ({
    ...{ name, virtualMachines: vms },
    ...{ allocated: amounts(used, Math.ceil), reserved: amounts(kept, Math.ceil) },
    available: amounts(available, Math.floor),
  }));
}

/** Whether the shares go together, and hosts have what they reserve. */
export function sharesVerdict({ faults, overdrawn }: PoolShares): Verdict {
  if (faults.length > 0) {
    const more = faults.length > told ? ` And ${faults.length - told} more.` : '';
    const texts = faults.slice(0, told).map(faultText);
    return fails('SharesContradictory', `${texts.join(' ')}${more} Put it right in spec.shares.`);
  }
  const missing = shared.flatMap((name) => (overdrawn[name] > 0 ? [phraseOf(name, overdrawn[name])] : []));
  if (missing.length === 0)
    return holds('SharesComplete', 'All shares hold, and hosts have what they reserve.');
  return fails(
    'ReservationsShort',
    `What shares reserve, and VMs have beside it, is ${missing.join(' and ')} more than hosts have that take VMs. Add hosts, stop or shrink VMs, or reserve less in spec.shares; nothing is done to VMs that are placed.`,
  );
}

function amounts({ cpu, memory }: Record<Shared, number>, round: (cpus: number) => number) {
  return { cpu: round(cpu), memory: exactQuantity(memory) };
}
