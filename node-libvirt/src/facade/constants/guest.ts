/** For opening a console (libvirt: virDomainConsoleFlags). */
export const ConsoleFlag = { Force: 1, Safe: 2 } as const;

/** For opening a channel (libvirt: virDomainChannelFlags). */
export const ChannelFlag = { Force: 1 } as const;

/** What key codes mean (libvirt: virKeycodeSet). */
export const KeycodeSet = {
  Linux: 0,
  Xt: 1,
  Atset1: 2,
  Atset2: 3,
  Atset3: 4,
  Osx: 5,
  XtKbd: 6,
  Usb: 7,
  Win32: 8,
  Qnum: 9,
} as const;

/** Where to ask for a domain's addresses (libvirt: virDomainInterfaceAddressesSource). */
export const AddressSource = { lease: 0, agent: 1, arp: 2 } as const;
export type AddressSource = keyof typeof AddressSource;

/** Where to ask for a guest's host name (libvirt: virDomainGetHostnameFlags). */
export const HostnameSource = { Lease: 1, Agent: 2 } as const;

/** What to ask a guest agent for; none means all that it can tell (libvirt: virDomainGuestInfoTypes). */
export const GuestInfoType = {
  Users: 1 << 0,
  Os: 1 << 1,
  Timezone: 1 << 2,
  Hostname: 1 << 3,
  Filesystem: 1 << 4,
  Disks: 1 << 5,
  Interfaces: 1 << 6,
  Load: 1 << 7,
} as const;

/** For setting a guest's clock (libvirt: virDomainSetTimeFlags). */
export const SetTimeFlag = { Sync: 1 } as const;

/** For setting a password in a guest (libvirt: virDomainSetUserPasswordFlags). */
export const PasswordFlag = { Encrypted: 1 } as const;

/** What is done with the keys; none replaces all that are there (libvirt: virDomainAuthorizedSSHKeysSetFlags). */
export const SshKeysFlag = { Append: 1, Remove: 2 } as const;

/** Values for an agent's response timeout in place of seconds (libvirt: virDomainAgentResponseTimeoutValues). */
export const AgentTimeout = { Block: -2, Default: -1, NoWait: 0 } as const;

/**
 * Values for the timeout of one agent command in place of seconds
 * (libvirt: virDomainQemuAgentCommandTimeoutValues).
 */
export const AgentCommandTimeout = { Min: -2, Block: -2, Default: -1, NoWait: 0, Shutdown: 60 } as const;
