/** Uses both entry points, and has mistakes that the types must find. */
import {
  type Args,
  type Domain,
  ErrorCode,
  LibvirtError,
  openHypervisor,
  type Ret,
  type Target,
} from 'node-libvirt';
import { FakeServer, Fault, VirtualClock } from 'node-libvirt/testing';

export async function isThere(target: Target, uuid: string): Promise<boolean> {
  await using hypervisor = await openHypervisor(target, { uri: null, clock: new VirtualClock() });
  const domain: Domain = hypervisor.domain(uuid);
  try {
    const { name, id }: { name: string; id: number } = await domain.lookup({ timeoutMs: 1000 });
    return name !== '' && id > 0;
  } catch (error) {
    if (error instanceof LibvirtError && error.code === ErrorCode.NO_DOMAIN) return false;
    throw error;
  }
}

const dom = { name: '', uuid: '', id: -1 };
export const args: Args<'domainSetMemoryFlags'> = { dom, memoryKiB: 1n, flags: 0 };
export const ret: Ret<'domainGetState'> = { state: 1, reason: 1 };
export const server = new FakeServer()
  .on('domainGetState', () => new Fault(ErrorCode.NO_DOMAIN))
  .on('domainGetInfo', ({ dom }) => new Fault(ErrorCode.NO_DOMAIN, dom.uuid));

// @ts-expect-error: there is no such transport
export const target: Target = { transport: 'pigeon', path: '/' };
// @ts-expect-error: 64 bits are a bigint
export const wrong: Args<'domainSetMemoryFlags'> = { dom, memoryKiB: 1, flags: 0 };
// @ts-expect-error: there is no such procedure
server.on('domainFly', () => ({}));
