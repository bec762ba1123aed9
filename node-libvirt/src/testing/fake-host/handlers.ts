import type { Args, ProcedureName, Ret } from '../../protocol/procedures.ts';
import type { ReceivedCall } from '../fake-peer.ts';
import type { HostState } from './host-state.ts';
import type { Session } from './session.ts';

/** Who calls, by which call. */
export interface Caller {
  session: Session;
  call: ReceivedCall;
}

/** Does what a procedure does, on the state of any host. @throws Refusal */
export type HostHandler<N extends ProcedureName> = (host: HostState, args: Args<N>, caller: Caller) => Ret<N>;

/** Handlers by procedure: one table for all hosts, so that a host costs no more than what it holds. */
export type HostHandlers = { readonly [N in ProcedureName]?: HostHandler<N> };
