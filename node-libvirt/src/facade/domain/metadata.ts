import { ErrorCode } from '../../error-codes.ts';
import { LibvirtError } from '../../errors.ts';
import { MetadataType } from '../constants/index.ts';
import type { FlaggedOptions } from '../flagged-options.ts';
import type { DomainCalls } from './domain-calls.ts';

/** An element of one's own in a domain's `<metadata>`. */
export interface MetadataElement {
  /** Namespace URI; identifies the element. */
  uri: string;
  /** Namespace prefix that libvirt stores it with. */
  prefix: string;
  /** The element as XML; null removes it. */
  xml: string | null;
}

/** Sets or removes an element; flags: Affect. */
export async function setElement(
  calls: DomainCalls,
  { xml: metadata, prefix: key, uri }: MetadataElement,
  options: FlaggedOptions,
): Promise<void> {
  await calls.inLane('domainSetMetadata', { type: MetadataType.Element, metadata, key, uri }, options);
}

/** The element with this namespace; NO_DOMAIN_METADATA if there is none. */
export async function element(calls: DomainCalls, uri: string, options: FlaggedOptions): Promise<string> {
  const args = { type: MetadataType.Element, uri };
  return (await calls.ask('domainGetMetadata', args, options)).metadata;
}

/** Title or description; undefined if there is none. */
export async function textOf(
  calls: DomainCalls,
  type: number,
  options: FlaggedOptions,
): Promise<string | undefined> {
  try {
    return (await calls.ask('domainGetMetadata', { type, uri: null }, options)).metadata;
  } catch (error) {
    if (error instanceof LibvirtError && error.code === ErrorCode.NO_DOMAIN_METADATA) return undefined;
    throw error;
  }
}

/** Sets title or description; null removes it. */
export async function setText(
  calls: DomainCalls,
  type: number,
  metadata: string | null,
  options: FlaggedOptions,
): Promise<void> {
  await calls.inLane('domainSetMetadata', { type, metadata, key: null, uri: null }, options);
}
