import { describe, expect, it } from 'vitest';
import { CertificateRejected, ConnectFailed } from '../errors.ts';
import { handshakeError } from './tls-errors.ts';

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

describe('handshakeError', () => {
  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'client'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'client'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'client'],
    ['CERT_HAS_EXPIRED', 'client'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'client'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'server'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'server'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'server'],
    ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'server'],
  ])('takes %s for a certificate that the %s does not accept', (code, by) => {
    const error = handshakeError('tls://host1:16514', failure(code));
    expect(error).toBeInstanceOf(CertificateRejected);
    expect(error).toMatchObject({
      by,
      cause: { code },
      message: expect.stringContaining('tls://host1:16514'),
    });
  });

  it.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND', 'ERR_SSL_WRONG_VERSION_NUMBER', ''])(
    'takes "%s" for a connection that did not come about',
    (code) => {
      expect(handshakeError('x', failure(code))).toBeInstanceOf(ConnectFailed);
    },
  );
});
