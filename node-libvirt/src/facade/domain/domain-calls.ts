import type { ByteStream } from '../../connection/byte-stream.ts';
import type { Connection } from '../../connection/connection.ts';
import type { CallOptions } from '../../connection/pending-call.ts';
import type { Args, ProcedureName, Ret } from '../../protocol/procedures.ts';
import { type DomainReference, domainReference } from '../../protocol/structs.ts';
import { type TypedParameter, type TypedValue, typedParameterMap } from '../../protocol/typed-parameter.ts';
import { stringOkay } from '../parameters.ts';

/** The calls that act on one domain. */
export type DomainProcedure = {
  [N in ProcedureName]: Args<N> extends { dom: DomainReference } ? N : never;
}[ProcedureName];

/** What such a call takes besides the domain. */
export type OtherArgs<N extends ProcedureName> = Omit<Args<N>, 'dom'>;

/** Getters that tell how many parameters there are when they are asked for none. */
type ParametersProcedure = {
  [N in DomainProcedure]: Args<N> extends { nparams: number }
    ? Ret<N> extends { params: TypedParameter[]; nparams: number }
      ? N
      : never
    : never;
}[DomainProcedure];

/** Makes calls on one domain. */
export class DomainCalls {
  readonly uuid: string;
  readonly connection: Connection;
  readonly reference: DomainReference;

  constructor(connection: Connection, uuid: string, name?: string) {
    this.uuid = uuid.toLowerCase();
    this.connection = connection;
    this.reference = domainReference(this.uuid, name);
  }

  /** A call that waits for no guest. */
  ask<N extends DomainProcedure>(name: N, args: OtherArgs<N>, options: CallOptions = {}): Promise<Ret<N>> {
    return this.connection.call(name, this.#argsOf<N>(args), options);
  }

  /** A call that may wait for the domain's monitor or agent: one at a time, since a hung one must not take every slot. */
  inLane<N extends DomainProcedure>(name: N, args: OtherArgs<N>, options: CallOptions = {}): Promise<Ret<N>> {
    return this.ask(name, args, { ...options, lane: options.lane ?? this.uuid });
  }

  /** A call about a job under way, whose own call may hold the domain's lane for as long as it lasts. */
  aboutJob<N extends DomainProcedure>(
    name: N,
    args: OtherArgs<N>,
    options: CallOptions = {},
  ): Promise<Ret<N>> {
    return this.ask(name, args, { ...options, lane: options.lane ?? `${this.uuid} job` });
  }

  /** A call whose reply opens a stream. */
  openStream<N extends DomainProcedure>(
    name: N,
    args: OtherArgs<N>,
    options: CallOptions = {},
  ): Promise<ByteStream> {
    return this.connection.openStream(name, this.#argsOf<N>(args), options);
  }

  /** All parameters that a getter has: asks for their number first, as libvirt wants it. */
  async parameters<N extends ParametersProcedure>(
    name: N,
    args: Omit<OtherArgs<N>, 'nparams'> & { flags: number },
    options: CallOptions = {},
  ): Promise<ReadonlyMap<string, TypedValue>> {
    const flags = args.flags | stringOkay;
    const ask = async (nparams: number): Promise<{ nparams: number; params: TypedParameter[] }> => {
      const ret: unknown = await this.inLane(
        name,
        { ...args, nparams, flags } as unknown as OtherArgs<N>,
        options,
      );
      return ret as { nparams: number; params: TypedParameter[] };
    };
    const { nparams } = await ask(0);
    return typedParameterMap(nparams === 0 ? [] : (await ask(nparams)).params);
  }

  #argsOf<N extends DomainProcedure>(args: OtherArgs<N>): Args<N> {
    return { dom: this.reference, ...args } as unknown as Args<N>;
  }
}
