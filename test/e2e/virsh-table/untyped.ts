import { createHash } from 'node:crypto';
import type {
  Args,
  ByteStream,
  Domain,
  HypervisorConnection,
  ProcedureName,
  Ret,
  TypedParameter,
} from 'node-libvirt';

/**
 * Calls that this client has no method for, or that find an object by its name as virsh does.
 * A row whose operation gets a method is to use that instead.
 */

/** The domain of this name. */
export async function domain(hypervisor: HypervisorConnection, name = 'twin'): Promise<Domain> {
  return hypervisor.domain((await domainNamed(hypervisor, name)).uuid, name);
}

export const domainNamed = async ({ connection }: HypervisorConnection, name: string) =>
  (await connection.call('domainLookupByName', { name })).dom;

type About<Key extends string, N extends ProcedureName> = Omit<Args<N>, Key>;

/** Calls about the domain `twin`. */
export const ofTwin = about('dom', (hypervisor) => domainNamed(hypervisor, 'twin'));

/** Calls about the network of this name. */
export const ofNetwork = (name: string) =>
  about('net', async ({ connection }) => (await connection.call('networkLookupByName', { name })).net);

/** Calls about the storage pool of this name. */
export const ofPool = (name: string) =>
  about('pool', async ({ connection }) => (await connection.call('storagePoolLookupByName', { name })).pool);

/** Calls about the secret of this uuid. */
export const ofSecret = (uuid: string) =>
  about('secret', async ({ connection }) => (await connection.call('secretLookupByUuid', { uuid })).secret);

/** A call about something that is looked up first, as in virsh. */
function about<Key extends string>(key: Key, find: (hypervisor: HypervisorConnection) => Promise<unknown>) {
  return async <N extends ProcedureName>(
    hypervisor: HypervisorConnection,
    name: N,
    args: About<Key, N>,
  ): Promise<Ret<N>> =>
    hypervisor.connection.call(name, { [key]: await find(hypervisor), ...args } as unknown as Args<N>);
}

/** Parameters as virsh prints them. */
export const printed = (parameters: readonly TypedParameter[]): Record<string, string> =>
  Object.fromEntries(parameters.map(({ field, value }) => [field, `${value}`]));

/** All that comes of a stream, as the hash of it. */
export async function contentOf(stream: ByteStream): Promise<string> {
  return contentHash(Buffer.concat(await stream.toArray()));
}

export const contentHash = (content: Buffer) => createHash('sha256').update(content).digest('hex');
