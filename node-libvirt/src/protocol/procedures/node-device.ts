import { array, int, optional, uint } from '../codec.ts';
import { high, normal } from '../procedure.ts';
import { nodeDevice, optionalText, text } from '../structs.ts';

/** Devices of the host, and taking them out of its hands for a guest. */
export const nodeDeviceProcedures = {
  nodeDeviceLookupByName: high(113, { name: text }, { dev: nodeDevice }),
  nodeDeviceGetXmlDesc: normal(114, { name: text, flags: uint }, { xml: text }),
  nodeDeviceGetParent: high(115, { name: text }, { parentName: optionalText }),
  nodeDeviceListCaps: high(117, { name: text, maxnames: int }, { names: array(text, 65_536) }),
  nodeDeviceReAttach: normal(119, { name: text }, {}),
  nodeDeviceReset: normal(120, { name: text }, {}),
  nodeDeviceCreateXml: normal(123, { xmlDesc: text, flags: uint }, { dev: nodeDevice }),
  nodeDeviceDestroy: high(124, { name: text }, {}),
  connectListAllNodeDevices: high(
    285,
    { needResults: int, flags: uint },
    { devices: array(nodeDevice, 65_536), count: uint },
  ),
  nodeDeviceDetachFlags: normal(301, { name: text, driverName: optionalText, flags: uint }, {}),
  connectNodeDeviceEventRegisterAny: high(
    374,
    { eventId: int, dev: optional(nodeDevice) },
    { callbackId: int },
  ),
  connectNodeDeviceEventDeregisterAny: high(375, { callbackId: int }, {}),
  nodeDeviceDefineXml: normal(428, { xmlDesc: text, flags: uint }, { dev: nodeDevice }),
  nodeDeviceUndefine: high(429, { name: text, flags: uint }, {}),
  nodeDeviceCreate: high(430, { name: text, flags: uint }, {}),
  nodeDeviceGetAutostart: high(433, { name: text }, { autostart: int }),
  nodeDeviceSetAutostart: high(434, { name: text, autostart: int }, {}),
  nodeDeviceIsPersistent: high(435, { name: text }, { persistent: int }),
  nodeDeviceIsActive: high(436, { name: text }, { active: int }),
};
