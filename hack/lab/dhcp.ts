/** The guests' network. It is the same in every lab: nothing outside the lab's own switch sees it. */
export const guestNetwork = {
  /** The switch itself, which is also the DHCP server. */
  serverAddress: '10.77.0.1',
  prefixLength: 16,
  firstAddress: '10.77.1.0',
  lastAddress: '10.77.250.255',
  netmask: '255.255.0.0',
} as const;

/** The command line of the guests' DHCP server on the switch's bridge `br1`; leases are kept in `leasePath`. */
export function dnsmasqCommand(leasePath: string): string[] {
  const { firstAddress, lastAddress, netmask } = guestNetwork;
  return [
    ...['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--pid-file=', '--user=root'],
    ...['--port=0', '--no-resolv', '--bind-interfaces', '--interface=br1', '--except-interface=lo'],
    ...['--dhcp-authoritative', `--dhcp-range=${firstAddress},${lastAddress},${netmask},12h`],
    // Without a route or name server in the offer: the network leads nowhere.
    ...['--dhcp-option=3', '--dhcp-option=6', `--dhcp-leasefile=${leasePath}`],
    // A probe by ping would hold back each first offer for up to three seconds.
    ...['--no-ping', '--log-facility=-'],
  ];
}
