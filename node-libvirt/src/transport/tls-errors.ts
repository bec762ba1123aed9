import { CertificateRejected, ConnectFailed, type NodeLibvirtError } from '../errors.ts';

/** OpenSSL's names of what is wrong with a certificate that we were shown. */
const ourVerdicts =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|INVALID_CA$|PATH_LENGTH_|HOSTNAME_MISMATCH$|INVALID_PURPOSE$|ERR_SSL_(EE|CA)_KEY_TOO_SMALL$|ERR_SSL_CERTIFICATE_VERIFY_FAILED$)/;

/** Alerts by which the server says what it thinks of ours. */
const theirVerdicts =
  /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_\w+|UNSUPPORTED_CERTIFICATE|NO_CERTIFICATE|ACCESS_DENIED)$/;

/** Sorts what ended a TLS handshake into "certificate" and "everything else". */
export function handshakeError(where: string, error: NodeJS.ErrnoException): NodeLibvirtError {
  const code = error.code ?? '';
  if (ourVerdicts.test(code)) {
    return new CertificateRejected(
      'client',
      `${where}: the server's certificate is not trusted: ${error.message}`,
      {
        cause: error,
      },
    );
  }
  if (theirVerdicts.test(code)) return rejectedByServer(where, error);
  return new ConnectFailed(`${where}: ${error.message}`, { cause: error });
}

/**
 * With TLS 1.3 the handshake looks complete to the client before the server has looked at its certificate;
 * libvirtd then says no by closing instead of sending its one byte.
 */
export function rejectedByServer(where: string, cause?: Error): CertificateRejected {
  return new CertificateRejected(
    'server',
    `${where}: the server does not accept this client's certificate; check its CA and tls_allowed_dn_list in libvirtd.conf there`,
    cause ? { cause } : undefined,
  );
}
