import { array, type Infer, int, optional, string, struct, uint } from './codec.ts';
import { typedParameter } from './typed-parameter.ts';
import { uuid } from './uuid.ts';

export const text = string();
export const optionalText = optional(text);

/** How a call names a domain. Servers look at the uuid alone; see `domainReference`. */
export const domain = struct({ name: text, uuid, id: int });
export type DomainReference = Infer<typeof domain>;

export const network = struct({ name: text, uuid });

/** What a server needs to find a domain: its uuid. Name and id are checked by none. */
export function domainReference(id: string): DomainReference {
  return { name: '', uuid: id, id: -1 };
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
