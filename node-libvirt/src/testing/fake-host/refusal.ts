import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { Fault } from '../fake-peer.ts';
import { parseXml, type XmlElement, XmlSyntaxError } from './xml-tree.ts';

/** libvirt's code for XML without a name. */
export const noNameCode = 21;

/** Why a fake host does not do what it was asked for; becomes the error of the reply. */
export class Refusal extends Error {
  readonly code: number;
  readonly domain: number;

  constructor(code: number, message: string, domain: number = ErrorDomain.QEMU) {
    super(message);
    this.code = code;
    this.domain = domain;
  }

  get fault(): Fault {
    return new Fault(this.code, this.message, this.domain);
  }
}

export const operationInvalid = (message: string, domain?: number) =>
  new Refusal(ErrorCode.OPERATION_INVALID, message, domain);

export const invalidArgument = (message: string, domain?: number) =>
  new Refusal(ErrorCode.INVALID_ARG, message, domain);

/** @throws Refusal INVALID_ARG for a flag outside of `known` */
export function checkFlags(flags: number, known: number): void {
  const unknown = (flags & ~known) >>> 0;
  if (unknown !== 0) throw invalidArgument(`flags 0x${unknown.toString(16)} are not supported`);
}

/** The element of a definition. @throws Refusal XML_DETAIL for broken XML, XML_ERROR for another element */
export function parseDefinition(xml: string, rootName: string, domain: number): XmlElement {
  const root = wellFormed(xml, domain);
  if (root.name !== rootName) {
    const message = `the root element is <${root.name}>, not <${rootName}>`;
    throw new Refusal(ErrorCode.XML_ERROR, message, ErrorDomain.XML);
  }
  return root;
}

/** @throws Refusal XML_DETAIL */
export function wellFormed(xml: string, domain: number): XmlElement {
  try {
    return parseXml(xml);
  } catch (error) {
    if (!(error instanceof XmlSyntaxError)) throw error;
    throw new Refusal(ErrorCode.XML_DETAIL, error.message, domain);
  }
}
