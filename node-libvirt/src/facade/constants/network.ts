/** Which networks a list is to have; none means all (libvirt: virConnectListAllNetworksFlags). */
export const ListNetworksFlag = {
  Inactive: 1 << 0,
  Active: 1 << 1,
  Persistent: 1 << 2,
  Transient: 1 << 3,
  Autostart: 1 << 4,
  NoAutostart: 1 << 5,
} as const;

/** Which description of a network is wanted (libvirt: virNetworkXMLFlags). */
export const NetworkXmlFlag = { Inactive: 1 } as const;

/** For defining a network (libvirt: virNetworkDefineFlags). */
export const NetworkDefineFlag = { Validate: 1 } as const;

/** For starting a network that has no definition (libvirt: virNetworkCreateFlags). */
export const NetworkCreateFlag = { Validate: 1 } as const;

/** What is done to a part of a network (libvirt: virNetworkUpdateCommand). */
export const NetworkUpdateCommand = { None: 0, Modify: 1, Delete: 2, AddLast: 3, AddFirst: 4 } as const;

/** Which part of a network is changed (libvirt: virNetworkUpdateSection). */
export const NetworkUpdateSection = {
  None: 0,
  Bridge: 1,
  Domain: 2,
  Ip: 3,
  IpDhcpHost: 4,
  IpDhcpRange: 5,
  Forward: 6,
  ForwardInterface: 7,
  ForwardPf: 8,
  Portgroup: 9,
  DnsHost: 10,
  DnsTxt: 11,
  DnsSrv: 12,
} as const;

/**
 * What a change of a network acts on; 0 is the running network if it runs, else its definition
 * (libvirt: virNetworkUpdateFlags).
 */
export const NetworkUpdateFlag = { Current: 0, Live: 1, Config: 2 } as const;

/** Families of addresses, in the order of libvirt's numbers (libvirt: virIPAddrType). */
export const IpAddressType = ['ipv4', 'ipv6'] as const;
export type IpAddressType = (typeof IpAddressType)[number];

/** For defining a network filter (libvirt: virNWFilterDefineFlags). */
export const NwFilterDefineFlag = { Validate: 1 } as const;

/** Which interfaces of a host a list is to have; none means all (libvirt: virConnectListAllInterfacesFlags). */
export const ListInterfacesFlag = { Inactive: 1, Active: 2 } as const;

/** Which description of a host's interface is wanted (libvirt: virInterfaceXMLFlags). */
export const InterfaceXmlFlag = { Inactive: 1 } as const;
