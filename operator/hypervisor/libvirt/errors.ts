import {
  CallTimeout,
  CertificateRejected,
  ConnectFailed,
  ConnectionClosed,
  EncodeError,
  ErrorCode,
  InvalidTarget,
  LibvirtError,
  NodeLibvirtError,
  ProtocolError,
} from 'node-libvirt';
import { XmlError } from '../../domain/xml.ts';
import { HypervisorError, type HypervisorErrorCode } from '../hypervisor.ts';

/** What libvirt's codes mean to a caller of the port; all others are `Failed`. */
const codes: ReadonlyMap<number, HypervisorErrorCode> = new Map<number, HypervisorErrorCode>([
  [ErrorCode.NO_DOMAIN, 'NotFound'],
  [ErrorCode.DOM_EXIST, 'NameTaken'],
  [ErrorCode.OPERATION_TIMEOUT, 'Busy'],
  [ErrorCode.RESOURCE_BUSY, 'Busy'],
  [ErrorCode.AGENT_UNRESPONSIVE, 'Busy'],
  [ErrorCode.AGENT_UNSYNCED, 'Busy'],
  [ErrorCode.INVALID_ARG, 'Invalid'],
  [ErrorCode.XML_ERROR, 'Invalid'],
  [ErrorCode.XML_DETAIL, 'Invalid'],
  [ErrorCode.XML_INVALID_SCHEMA, 'Invalid'],
  [ErrorCode.CONFIG_UNSUPPORTED, 'Invalid'],
  [ErrorCode.ARGUMENT_UNSUPPORTED, 'Invalid'],
  [ErrorCode.OPERATION_UNSUPPORTED, 'Invalid'],
  [ErrorCode.NO_SUPPORT, 'Invalid'],
]);

/** An error of node-libvirt, or of its answers, as the port's; anything else, such as a signal's reason, comes back as it is. */
export function asPortError(error: unknown): unknown {
  if (error instanceof XmlError)
    return new HypervisorError('Failed', `unreadable answer: ${error.message}`, { cause: error });
  if (!(error instanceof NodeLibvirtError)) return error;
  return new HypervisorError(codeOf(error), error.message, { cause: error });
}

function codeOf(error: NodeLibvirtError): HypervisorErrorCode {
  if (error instanceof LibvirtError) return codes.get(error.code) ?? 'Failed';
  if (error instanceof CallTimeout) return 'Timeout';
  // A certificate or key that is no PEM waits for the same person as one that is not accepted.
  if (error instanceof CertificateRejected || error instanceof InvalidTarget) return 'CertificateRejected';
  if (error instanceof EncodeError) return 'Invalid';
  // A breach of the protocol ends the connection too.
  const gone = [ConnectionClosed, ConnectFailed, ProtocolError].some((kind) => error instanceof kind);
  return gone ? 'Unreachable' : 'Failed';
}

/** Whether libvirt answered with one of these codes. */
export function hasCode(error: unknown, ...expected: ErrorCode[]): boolean {
  return error instanceof LibvirtError && expected.some((code) => code === error.code);
}
