import { array, int, opaque, optional, uint } from '../codec.ts';
import { high } from '../procedure.ts';
import { secret, text } from '../structs.ts';
import { uuid } from '../uuid.ts';

/** Secrets that libvirt keeps for disks and pools. */
export const secretProcedures = {
  secretLookupByUuid: high(141, { uuid }, { secret }),
  secretDefineXml: high(142, { xml: text, flags: uint }, { secret }),
  secretGetXmlDesc: high(143, { secret, flags: uint }, { xml: text }),
  secretSetValue: high(144, { secret, value: opaque(65_536), flags: uint }, {}),
  secretGetValue: high(145, { secret, flags: uint }, { value: opaque(65_536) }),
  secretUndefine: high(146, { secret }, {}),
  secretLookupByUsage: high(147, { usageType: int, usageId: text }, { secret }),
  connectListAllSecrets: high(
    287,
    { needResults: int, flags: uint },
    { secrets: array(secret, 16_384), count: uint },
  ),
  connectSecretEventRegisterAny: high(380, { eventId: int, secret: optional(secret) }, { callbackId: int }),
  connectSecretEventDeregisterAny: high(381, { callbackId: int }, {}),
};
