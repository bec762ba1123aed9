import { errorCodeName, isRetryableCode } from './error-codes.ts';

/** Everything this package throws on purpose, except an AbortSignal's own reason. */
export abstract class NodeLibvirtError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What a server tells of an error. */
export interface LibvirtErrorFields {
  code: number;
  domain: number;
  level: number;
  message: string;
  /** The procedure that failed, as named in the table of procedures. */
  procedure: string;
}

/** The server answered a call with an error (libvirt: virError). */
export class LibvirtError extends NodeLibvirtError {
  /** Compare with `ErrorCode`. */
  readonly code: number;
  /** Compare with `ErrorDomain`. */
  readonly domain: number;
  /** 1 warning, 2 error. */
  readonly level: number;
  readonly procedure: string;
  /** The same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(fields: LibvirtErrorFields) {
    super(`${fields.procedure}: ${fields.message} (${errorCodeName(fields.code)})`);
    this.code = fields.code;
    this.domain = fields.domain;
    this.level = fields.level;
    this.procedure = fields.procedure;
    this.retryable = isRetryableCode(fields.code);
  }
}

/** An argument cannot be sent: out of its type's range, longer than the protocol allows, no uuid, or a name that there is not. */
export class EncodeError extends NodeLibvirtError {
  readonly retryable = false;
}

/** The peer sent what the protocol does not allow; the connection is closed. */
export class ProtocolError extends NodeLibvirtError {
  readonly retryable = true;
}

/**
 * Who somebody is could not be shown: the server offers no way to authenticate that this client has, does not accept
 * the user's name, password or ssh key, or did not prove in turn that it knows the password or owns its host key.
 */
export class AuthenticationFailed extends NodeLibvirtError {
  readonly retryable = false;
}

/** No connection came about: refused, unreachable, no such socket, or timed out. */
export class ConnectFailed extends NodeLibvirtError {
  readonly retryable: boolean = true;
}

/** The target itself cannot be used, whatever the network does: PEM that is none, a key of another certificate, a host name that is none. */
export class InvalidTarget extends NodeLibvirtError {
  readonly retryable = false;
}

/** The network works, but one side does not accept the other's certificate. */
export class CertificateRejected extends NodeLibvirtError {
  readonly retryable = false;
  /** `client`: we do not trust the server's certificate; `server`: it does not accept ours. */
  readonly by: 'client' | 'server';

  constructor(by: 'client' | 'server', message: string, options?: ErrorOptions) {
    super(message, options);
    this.by = by;
  }
}

/** The connection ended; for a call, the reply will never come. */
export class ConnectionClosed extends NodeLibvirtError {
  readonly retryable = true;
  /** The call had been sent: the server may or may not have carried it out. */
  readonly outcomeUnknown: boolean;

  constructor(message: string, options: ErrorOptions & { outcomeUnknown?: boolean } = {}) {
    super(message, options);
    this.outcomeUnknown = options.outcomeUnknown ?? false;
  }
}

/** The peer sent nothing for as long as keepalive allows. */
export class KeepaliveTimeout extends ConnectionClosed {}

/** The daemon that our peer passes calls on to is gone (modular daemons: virtqemud behind virtproxyd). */
export class HypervisorGone extends ConnectionClosed {}

/** Calls that timed out still hold their slots, and too few slots are left to work with. */
export class TooManyTimedOutCalls extends ConnectionClosed {}

/** No reply within the call's time. */
export class CallTimeout extends NodeLibvirtError {
  readonly retryable = true;
  readonly procedure: string;
  readonly timeoutMs: number;
  /** False when the call was still waiting for a slot and so was never sent. */
  readonly outcomeUnknown: boolean;

  constructor(procedure: string, timeoutMs: number, outcomeUnknown: boolean) {
    const where = outcomeUnknown ? 'no reply' : 'no free slot';
    super(`${procedure}: ${where} within ${timeoutMs} ms`);
    this.procedure = procedure;
    this.timeoutMs = timeoutMs;
    this.outcomeUnknown = outcomeUnknown;
  }
}
