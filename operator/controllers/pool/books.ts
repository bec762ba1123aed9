import type { HostPool } from '../../api/hostpool.ts';
import { parseBytes } from '../../api/quantity.ts';
import type { HostState } from '../../placement/model/host.ts';
import type { Resources } from '../../placement/model/resources.ts';
import type { PlacedVm } from '../../placement/model/vm.ts';
import { hugePagesIn } from '../host/numa-cells.ts';
import { takesVms } from '../hostpool/standing.ts';
import type { HostView } from './translate.ts';

/** A host as those see it who reckon with room. */
export interface HostRoom {
  view: HostView;
  state: HostState;
  limits: Resources;
  takesVms: boolean;
}

/** One who keeps account of what hosts have and VMs use, beside the engine. */
export interface Books {
  /** What is asked for otherwise than before begins empty: the pool's hosts and VMs are to be told anew. */
  seePool(pool: HostPool): void;
  removePool(name: string): void;
  seeHost(room: HostRoom): void;
  removeHost(name: string): void;
  seeVm(pool: string, vm: PlacedVm): void;
  removeVm(id: string): void;
}

/**
 * Just after a start no host is connected yet, and what its status says is believed: what is lost and found again within
 * seconds would be news.
 */
export function roomOfHost(view: HostView, state: HostState, isFirstAttempt: boolean): HostRoom {
  const { host, link } = view;
  const told = host.status?.allocatable;
  const onRecord = told && {
    ...state.limits,
    ...{ cpu: told.cpu, memory: parseBytes(told.memory) },
    ...hugePagesIn(host),
  };
  return {
    ...{ view, state },
    limits: (!link?.facts && onRecord) || state.limits,
    takesVms: isFirstAttempt ? takesVms(host) : state.available.yes,
  };
}
