import {
  CallTimeout,
  CertificateRejected,
  ConnectFailed,
  ConnectionClosed,
  EncodeError,
  ErrorCode,
  InvalidTarget,
  KeepaliveTimeout,
  LibvirtError,
  ProtocolError,
} from 'node-libvirt';
import { describe, expect, it } from 'vitest';
import { HypervisorError } from '../hypervisor.ts';
import { asPortError, hasCode } from './errors.ts';

const answer = (code: number) =>
  new LibvirtError({ code, domain: 10, level: 2, message: 'so it is', procedure: 'domainCreateWithFlags' });

describe('asPortError', () => {
  it.each([
    [answer(ErrorCode.NO_DOMAIN), 'NotFound'],
    [answer(ErrorCode.OPERATION_TIMEOUT), 'Busy'],
    [answer(ErrorCode.CONFIG_UNSUPPORTED), 'Invalid'],
    [answer(ErrorCode.XML_ERROR), 'Invalid'],
    [answer(ErrorCode.INTERNAL_ERROR), 'Failed'],
    [answer(4711), 'Failed'],
    [new CallTimeout('domainCreateWithFlags', 1, true), 'Timeout'],
    [new ConnectionClosed('gone'), 'Unreachable'],
    [new KeepaliveTimeout('silent'), 'Unreachable'],
    [new ConnectFailed('refused'), 'Unreachable'],
    [new ProtocolError('nonsense'), 'Unreachable'],
    [new CertificateRejected('client', 'unknown authority'), 'CertificateRejected'],
    [new InvalidTarget('the key is no PEM'), 'CertificateRejected'],
    [new EncodeError('too long'), 'Invalid'],
  ])('makes %s %s', (error, code) => {
    const translated = asPortError(error);
    expect(translated).toBeInstanceOf(HypervisorError);
    expect(translated).toMatchObject({ code, message: error.message, cause: error });
  });

  it('leaves reasons of signals and mistakes of the program alone', () => {
    for (const error of [new TypeError('x'), 'reason', undefined]) expect(asPortError(error)).toBe(error);
    const own = new HypervisorError('Busy', 'x');
    expect(asPortError(own)).toBe(own);
  });
});

it('hasCode knows answers of libvirt only', () => {
  expect(hasCode(answer(ErrorCode.NO_DOMAIN), ErrorCode.OPERATION_INVALID, ErrorCode.NO_DOMAIN)).toBe(true);
  expect(hasCode(answer(ErrorCode.NO_DOMAIN), ErrorCode.OPERATION_INVALID)).toBe(false);
  expect(hasCode(Object.assign(new Error(), { code: ErrorCode.NO_DOMAIN }), ErrorCode.NO_DOMAIN)).toBe(false);
});
