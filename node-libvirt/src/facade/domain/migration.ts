import type { TypedParameter } from '../../protocol/typed-parameter.ts';
import { MigrateFlag } from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
import { asLongAsItTakes } from '../long-call.ts';
import type { DomainCalls } from './domain-calls.ts';

/** How a domain moves; the flag PeerToPeer is always added. Without a value, libvirt's own default. */
export interface MigrationOptions extends FlaggedOptions<typeof MigrateFlag> {
  /** In MiB/s. */
  bandwidth?: bigint | undefined;
  /** In MiB/s, once post-copy has begun. */
  postCopyBandwidth?: bigint | undefined;
  /** Where QEMU connects to, such as tcp://10.0.0.2; libvirt's choice otherwise. */
  migrateUri?: string | undefined;
  /** On which address the destination's QEMU listens. */
  listenAddress?: string | undefined;
  /** The name that the destination's certificate must have, where it is not that of `migrateUri`. */
  tlsDestination?: string | undefined;
  /** What the domain shall be there; only what a guest does not notice may differ. */
  destinationXml?: string | undefined;
  /** Its definition there, with PersistDestination. */
  persistentXml?: string | undefined;
  /** Its name there, where that is to change. */
  destinationName?: string | undefined;
  /** Where a viewer of its display is sent. */
  graphicsUri?: string | undefined;
  /** The disks to copy, by target name, with NonSharedDisk; default all that are not shared or read-only. */
  disks?: readonly string[] | undefined;
  /** The port, or the whole address, of the disks' copying at the destination. */
  disksPort?: number | undefined;
  disksUri?: string | undefined;
  /** With the flag Compressed: the methods, such as xbzrle, mt, zlib or zstd. */
  compression?: readonly string[] | undefined;
  /** Memory for the method xbzrle, in bytes. */
  compressionCacheBytes?: bigint | undefined;
  /** With the flag AutoConverge: by how many percent the guest is slowed down, at first and with each step. */
  autoConvergeInitial?: number | undefined;
  autoConvergeIncrement?: number | undefined;
  /** With the flag Parallel. */
  parallelConnections?: number | undefined;
}

type Value = TypedParameter['value'];

/** libvirt: VIR_MIGRATE_PARAM_*. A list is one parameter for each of its values. */
function parametersOf(options: MigrationOptions): TypedParameter[] {
  const named: [string, TypedParameter['type'], Value | readonly Value[] | undefined][] = [
    ['bandwidth', 'ullong', options.bandwidth],
    ['bandwidth.postcopy', 'ullong', options.postCopyBandwidth],
    ['migrate_uri', 'string', options.migrateUri],
    ['listen_address', 'string', options.listenAddress],
    ['tls.destination', 'string', options.tlsDestination],
    ['destination_xml', 'string', options.destinationXml],
    ['persistent_xml', 'string', options.persistentXml],
    ['migrate_disks', 'string', options.disks],
    ['destination_name', 'string', options.destinationName],
    ['graphics_uri', 'string', options.graphicsUri],
    ['disks_port', 'int', options.disksPort],
    ['disks_uri', 'string', options.disksUri],
    ['compression', 'string', options.compression],
    ['compression.xbzrle.cache', 'ullong', options.compressionCacheBytes],
    ['auto_converge.initial', 'int', options.autoConvergeInitial],
    ['auto_converge.increment', 'int', options.autoConvergeIncrement],
    ['parallel.connections', 'int', options.parallelConnections],
  ];
  return named.flatMap(([field, type, given]) => {
    const values = Array.isArray(given) ? (given as readonly Value[]) : given === undefined ? [] : [given];
    return values.map((value) => ({ field, type, value }) as TypedParameter);
  });
}

/**
 * Moves a domain to the daemon at `destination`, a libvirt URI as the source host sees it: the two hosts do it between
 * them, whatever becomes of this connection. Takes as long as it takes, so give it a connection of its own.
 * @throws LibvirtError OPERATION_ABORTED when the job was aborted; the domain then runs on where it was
 */
export async function migrate(
  calls: DomainCalls,
  destination: string,
  options: MigrationOptions,
): Promise<void> {
  const { reference: dom, connection } = calls;
  const args = {
    dom,
    dconnuri: destination,
    params: parametersOf(options),
    cookieIn: new Uint8Array(),
    flags: flagBits(MigrateFlag, options.flags) | MigrateFlag.PeerToPeer,
  };
  await connection.call('domainMigratePerform3Params', args, asLongAsItTakes(options));
}
