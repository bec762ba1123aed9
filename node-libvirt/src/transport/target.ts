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

/**
 * A unix socket on another host, through the program `ssh`: that host needs no certificates, only an account that may
 * use the socket and run `sh`. Nobody is asked anything, so the key must need no passphrase or be in an agent, and the
 * host's key must be known. One process of ssh runs for each connection.
 */
export interface SshTarget {
  transport: 'ssh';
  /** A name, an address, or a Host of ssh's own configuration. */
  host: string;
  user?: string | undefined;
  port?: number | undefined;
  /** As ssh's `-i`. */
  identityFile?: string | undefined;
  /**
   * The daemon's socket there, reached by `nc -U`. Default: libvirt's virt-ssh-helper finds it by `uri`; where that
   * is not installed, /var/run/libvirt/libvirt-sock by `nc -U`.
   */
  socketPath?: string | undefined;
  /** Default: the `uri` that is opened. */
  uri?: string | undefined;
  /** More of ssh's settings, as in ssh_config: `StrictHostKeyChecking=accept-new`. */
  options?: readonly string[] | undefined;
  /** The program. Default: `ssh`. */
  command?: string | undefined;
}

/** Where a libvirt daemon listens. */
export type Target = UnixTarget | TcpTarget | TlsTarget | SshTarget;

/** For messages: `tls://host1:16514`. */
export function describeTarget(target: Target): string {
  if (target.transport === 'unix') return `unix://${target.path}`;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  const user = target.transport === 'ssh' && target.user ? `${target.user}@` : '';
  const port = target.port === undefined ? '' : `:${target.port}`;
  return `${target.transport}://${user}${host}${port}`;
}
