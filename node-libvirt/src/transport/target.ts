/** libvirtd's socket on this machine, usually `/var/run/libvirt/libvirt-sock`. */
export interface UnixTarget {
  transport: 'unix';
  path: string;
}

/** Unencrypted and unauthenticated: for tests, or inside a tunnel. libvirt's usual port is 16509. */
export interface TcpTarget {
  transport: 'tcp';
  host: string;
  port: number;
}

/** TLS, usually mutual. libvirt's usual port is 16514. `ca`, `cert` and `key` are PEM. */
export interface TlsTarget {
  transport: 'tls';
  host: string;
  port: number;
  ca: string | Buffer;
  /** Ours; without it only a server with `tls_no_verify_certificate` lets us in, which should then want SASL. */
  cert?: string | Buffer | undefined;
  key?: string | Buffer | undefined;
  /** The name or address that the server's certificate must hold. Default: `host`. */
  serverName?: string | undefined;
}

/** Where a libvirt daemon listens. */
export type Target = UnixTarget | TcpTarget | TlsTarget;

/** For messages: `tls://host1:16514`. */
export function describeTarget(target: Target): string {
  if (target.transport === 'unix') return `unix://${target.path}`;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `${target.transport}://${host}:${target.port}`;
}
