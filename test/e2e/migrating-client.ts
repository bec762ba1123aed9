import { once } from 'node:events';
import { openHypervisor, type TlsTarget } from 'node-libvirt';

/** What the client of a process of its own is to migrate, slowly; its only message. */
export interface Errand {
  target: TlsTarget;
  uuid: string;
  uri: string;
  flags: number;
}

const [{ target, uuid, uri, flags }] = (await once(process, 'message')) as [Errand];
const hypervisor = await openHypervisor(target);
await hypervisor.domain(uuid).migrate(uri, { flags, bandwidth: 1n });
