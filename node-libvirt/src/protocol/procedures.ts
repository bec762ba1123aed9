import type { Procedure } from './procedure.ts';
import { blockProcedures } from './procedures/block-device.ts';
import { connectionProcedures } from './procedures/connection.ts';
import { domainProcedures } from './procedures/domain.ts';
import { guestProcedures } from './procedures/guest-agent.ts';
import { hostProcedures } from './procedures/host.ts';
import { migrationProcedures } from './procedures/migration.ts';
import { networkProcedures } from './procedures/network.ts';
import { nodeDeviceProcedures } from './procedures/node-device.ts';
import { secretProcedures } from './procedures/secret.ts';
import { snapshotProcedures } from './procedures/snapshot.ts';
import { storageProcedures } from './procedures/storage.ts';
import { tuningProcedures } from './procedures/tuning.ts';

/**
 * Every call this client can make. Numbers, field order, types and limits are facts of libvirt's remote
 * protocol, a stable ABI that only gains messages; names are libvirt's in camel case.
 */
export const procedures = {
  ...connectionProcedures,
  ...hostProcedures,
  ...domainProcedures,
  ...migrationProcedures,
  ...tuningProcedures,
  ...blockProcedures,
  ...snapshotProcedures,
  ...guestProcedures,
  ...networkProcedures,
  ...storageProcedures,
  ...nodeDeviceProcedures,
  ...secretProcedures,
};

/** A name that `Connection.call` takes. */
export type ProcedureName = keyof typeof procedures;
/** What a call takes. */
export type Args<N extends ProcedureName> =
  (typeof procedures)[N] extends Procedure<infer A, infer _> ? A : never;
/** What a call gives. */
export type Ret<N extends ProcedureName> =
  (typeof procedures)[N] extends Procedure<infer _, infer R> ? R : never;

/** The table's entry for a name, typed. */
export function procedureOf<N extends ProcedureName>(name: N): Procedure<Args<N>, Ret<N>> {
  return procedures[name] as unknown as Procedure<Args<N>, Ret<N>>;
}
