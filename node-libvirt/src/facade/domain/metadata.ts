import { ErrorCode } from '../../error-codes.ts';
import { LibvirtError } from '../../errors.ts';
import { Affect, MetadataType } from '../constants/index.ts';
import { type FlaggedOptions, flagBits } from '../flags.ts';
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

/** Sets or removes an element. */
export async function setElement(
  calls: DomainCalls,
  { xml: metadata, prefix: key, uri }: MetadataElement,
  options: FlaggedOptions<typeof Affect>,
): Promise<void> {
  const args = { type: MetadataType.Element, metadata, key, uri, flags: flagBits(Affect, options.flags) };
  await calls.inLane('domainSetMetadata', args, options);
}

/** The element with this namespace; NO_DOMAIN_METADATA if there is none. */
export async function element(
  calls: DomainCalls,
  uri: string,
  options: FlaggedOptions<typeof Affect>,
): Promise<string> {
  const args = { type: MetadataType.Element, uri, flags: flagBits(Affect, options.flags) };
  return (await calls.ask('domainGetMetadata', args, options)).metadata;
}

/** Title or description; undefined if there is none. */
export async function textOf(
  calls: DomainCalls,
  type: number,
  options: FlaggedOptions<typeof Affect>,
): Promise<string | undefined> {
  const args = { type, uri: null, flags: flagBits(Affect, options.flags) };
  try {
    return (await calls.ask('domainGetMetadata', args, options)).metadata;
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
  options: FlaggedOptions<typeof Affect>,
): Promise<void> {
  const args = { type, metadata, key: null, uri: null, flags: flagBits(Affect, options.flags) };
  await calls.inLane('domainSetMetadata', args, options);
}
