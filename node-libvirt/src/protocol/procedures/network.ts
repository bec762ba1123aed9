import { array, int, optional, uint } from '../codec.ts';
import { high, normal } from '../procedure.ts';
import { dhcpLease, network, networkFilter, networkInterface, optionalText, text } from '../structs.ts';
import { uuid } from '../uuid.ts';

/** Virtual networks, filters of their traffic, and the interfaces of the host. */
export const networkProcedures = {
  networkCreate: normal(39, { net: network }, {}),
  networkDestroy: high(42, { net: network }, {}),
  networkGetXmlDesc: high(43, { net: network, flags: uint }, { xml: text }),
  networkGetAutostart: high(44, { net: network }, { autostart: int }),
  networkGetBridgeName: high(45, { net: network }, { name: text }),
  networkLookupByName: high(46, { name: text }, { net: network }),
  networkLookupByUuid: high(47, { uuid }, { net: network }),
  networkSetAutostart: high(48, { net: network, autostart: int }, {}),
  networkUndefine: high(49, { net: network }, {}),
  interfaceLookupByName: high(128, { name: text }, { iface: networkInterface }),
  interfaceGetXmlDesc: normal(130, { iface: networkInterface, flags: uint }, { xml: text }),
  networkIsActive: high(152, { net: network }, { active: int }),
  networkIsPersistent: high(153, { net: network }, { persistent: int }),
  interfaceIsActive: high(156, { iface: networkInterface }, { active: int }),
  nwfilterLookupByName: high(175, { name: text }, { nwfilter: networkFilter }),
  nwfilterLookupByUuid: high(176, { uuid }, { nwfilter: networkFilter }),
  nwfilterGetXmlDesc: high(177, { nwfilter: networkFilter, flags: uint }, { xml: text }),
  nwfilterUndefine: high(181, { nwfilter: networkFilter }, {}),
  connectListAllNetworks: high(
    283,
    { needResults: int, flags: uint },
    { nets: array(network, 16_384), count: uint },
  ),
  connectListAllInterfaces: high(
    284,
    { needResults: int, flags: uint },
    { ifaces: array(networkInterface, 16_384), count: uint },
  ),
  connectListAllNwfilters: high(
    286,
    { needResults: int, flags: uint },
    { filters: array(networkFilter, 16_384), count: uint },
  ),
  networkUpdate: high(
    291,
    { net: network, command: uint, section: uint, parentIndex: int, xml: text, flags: uint },
    {},
  ),
  connectNetworkEventRegisterAny: high(313, { eventId: int, net: optional(network) }, { callbackId: int }),
  connectNetworkEventDeregisterAny: high(314, { callbackId: int }, {}),
  networkGetDhcpLeases: normal(
    341,
    { net: network, mac: optionalText, needResults: int, flags: uint },
    { leases: array(dhcpLease, 65_536), count: uint },
  ),
  nwfilterDefineXmlFlags: high(431, { xml: text, flags: uint }, { nwfilter: networkFilter }),
  networkDefineXmlFlags: high(432, { xml: text, flags: uint }, { net: network }),
  networkCreateXmlFlags: high(437, { xml: text, flags: uint }, { net: network }),
};
