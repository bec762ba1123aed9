import { array, hyper, type Infer, int, opaque, optional, string, struct, uhyper, uint } from './codec.ts';
import { typedParameter } from './typed-parameter.ts';
import { uuid } from './uuid.ts';

export const text = string();
export const optionalText = optional(text);

/** How a call names a domain. Servers look at the uuid alone; see `domainReference`. */
export const domain = struct({ name: text, uuid, id: int });
export type DomainReference = Infer<typeof domain>;

export const network = struct({ name: text, uuid });

/** What a server needs to find a domain: its uuid. Name and id are checked by none, but messages of errors say the name. */
export function domainReference(id: string, name = ''): DomainReference {
  return { name, uuid: id, id: -1 };
}

/** Payload of a reply whose status is "error" (libvirt: virNetMessageError). */
export const errorReply = struct({
  code: int,
  domain: int,
  message: optionalText,
  level: int,
  dom: optional(domain),
  str1: optionalText,
  str2: optionalText,
  str3: optionalText,
  int1: int,
  int2: int,
  net: optional(network),
});

export const interfaceAddress = struct({ type: int, addr: text, prefix: uint });

export const domainInterface = struct({
  name: text,
  hwaddr: optionalText,
  addrs: array(interfaceAddress, 2048),
});

export const domainStats = struct({ dom: domain, params: array(typedParameter, 262_144) });

/** How calls name a storage pool; servers look at the uuid alone. */
export const storagePool = struct({ name: text, uuid });
/** How calls name a volume: by its pool and name; `key` is the server's own. */
export const storageVolume = struct({ pool: text, name: text, key: text });
export const nodeDevice = struct({ name: text });
export const secret = struct({ uuid, usageType: int, usageId: text });
export const domainSnapshot = struct({ name: text, dom: domain });
export const domainCheckpoint = struct({ name: text, dom: domain });
export const networkFilter = struct({ name: text, uuid });
export const networkInterface = struct({ name: text, mac: text });

/** `expiryTime` in seconds since the epoch, 0 for a lease without end. */
export const dhcpLease = struct({
  iface: text,
  expiryTime: hyper,
  type: int,
  mac: optionalText,
  iaid: optionalText,
  address: text,
  prefix: uint,
  hostname: optionalText,
  clientId: optionalText,
});

export const diskError = struct({ disk: text, error: int });
export const fileSystem = struct({
  mountpoint: text,
  name: text,
  fstype: text,
  devAliases: array(text, 256),
});
export const memoryStatistic = struct({ tag: int, value: uhyper });
/** `cpu` is the host's CPU that it runs on, or negative. */
export const vcpuInfo = struct({ number: uint, state: int, cpuTime: uhyper, cpu: int });
export const ioThread = struct({ id: uint, cpumap: opaque(2048) });
/** Of the machine: CPU times in nanoseconds, memory in KiB. */
export const nodeStatistic = struct({ field: text, value: uhyper });
