import { array, int, optional, uint } from '../codec.ts';
import { high, normal } from '../procedure.ts';
import { nodeDevice, optionalText, text } from '../structs.ts';

/** Devices of the host, and taking them out of its hands for a guest. */
export const nodeDeviceProcedures = {
  nodeDeviceLookupByName: high(113, { name: text }, { dev: nodeDevice }),
  nodeDeviceGetXmlDesc: normal(114, { name: text, flags: uint }, { xml: text }),
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
};
