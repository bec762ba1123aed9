/** Which devices of a host a list is to have; none means all (libvirt: virConnectListAllNodeDeviceFlags). */
export const ListNodeDevicesFlag = {
  CapSystem: 1 << 0,
  CapPciDev: 1 << 1,
  CapUsbDev: 1 << 2,
  CapUsbInterface: 1 << 3,
  CapNet: 1 << 4,
  CapScsiHost: 1 << 5,
  CapScsiTarget: 1 << 6,
  CapScsi: 1 << 7,
  CapStorage: 1 << 8,
  CapFcHost: 1 << 9,
  CapVports: 1 << 10,
  CapScsiGeneric: 1 << 11,
  CapDrm: 1 << 12,
  CapMdevTypes: 1 << 13,
  CapMdev: 1 << 14,
  CapCcwDev: 1 << 15,
  CapCssDev: 1 << 16,
  CapVdpa: 1 << 17,
  CapApCard: 1 << 18,
  CapApQueue: 1 << 19,
  CapApMatrix: 1 << 20,
  CapVpd: 1 << 21,
  CapCcwgroupDev: 1 << 22,
  CapCcwgroupMember: 1 << 23,
  Persistent: 1 << 28,
  Transient: 2 ** 29,
  Inactive: 2 ** 30,
  Active: 2 ** 31,
} as const;

/** Which description of a host's device is wanted (libvirt: virNodeDeviceXMLFlags). */
export const NodeDeviceXmlFlag = { Inactive: 1 } as const;

/** For making a device that has no definition (libvirt: virNodeDeviceCreateXMLFlags). */
export const NodeDeviceCreateFlag = { Validate: 1 } as const;

/** For defining a device (libvirt: virNodeDeviceDefineXMLFlags). */
export const NodeDeviceDefineFlag = { Validate: 1 } as const;
