import { ErrorCode, ErrorDomain } from '../../error-codes.ts';
import { Affect, MetadataType } from '../../facade/constants/index.ts';
import type { FakeDomain } from './domain.ts';
import type { DomainDefinition } from './domain-definition.ts';
import { withMetadata } from './metadata.ts';
import { checkFlags, invalidArgument, operationInvalid, Refusal, wellFormed } from './refusal.ts';

/** Which text of a domain is meant, as calls name it. */
export interface MetadataQuery {
  type: number;
  uri: string | null;
  flags: number;
}

const refused = (message: string) => invalidArgument(message, ErrorDomain.DOMAIN);

/** @throws Refusal NO_DOMAIN_METADATA when there is none */
export function getMetadata(domain: FakeDomain, { type, uri, flags }: MetadataQuery): string {
  if (flags === (Affect.Live | Affect.Config)) throw refused('live and config exclude each other');
  const side = affected(domain, flags);
  const description = side.live ? domain.live : domain.definition;
  const found = description && textOf(description, type, uri);
  if (found === undefined)
    throw new Refusal(ErrorCode.NO_DOMAIN_METADATA, 'there is no such metadata', ErrorDomain.DOMAIN);
  return found;
}

function textOf(description: DomainDefinition, type: number, uri: string | null): string | undefined {
  if (type === MetadataType.Description) return description.description;
  if (type === MetadataType.Title) return description.title;
  if (uri === null) throw refused('an element is found by its namespace, which is missing');
  return description.metadata.find((element) => element.uri === uri)?.xml;
}

/** What is set; null takes it away. */
export type MetadataChange = MetadataQuery & { metadata: string | null; key: string | null };

export function setMetadata(domain: FakeDomain, change: MetadataChange): void {
  const replace = replacement(change);
  const { live, config } = affected(domain, change.flags);
  if (live && domain.live) domain.live = replace(domain.live);
  if (config && domain.definition) domain.definition = replace(domain.definition);
}

function replacement({ type, metadata, key, uri }: MetadataChange) {
  const text = metadata || undefined;
  switch (type) {
    case MetadataType.Description:
      return (before: DomainDefinition) => ({ ...before, description: text });
    case MetadataType.Title:
      if (metadata?.includes('\n')) throw refused('a title has one line');
      return (before: DomainDefinition) => ({ ...before, title: text });
    case MetadataType.Element:
      return elementReplacement(text, key, uri);
    default:
      throw refused(`metadata of the type ${type} is unknown`);
  }
}

function elementReplacement(text: string | undefined, key: string | null, uri: string | null) {
  if (uri === null) throw refused('the namespace is missing');
  if (text !== undefined && key === null) throw refused('the prefix of the namespace is missing');
  const element = text === undefined ? undefined : wellFormed(text, ErrorDomain.DOMAIN);
  const change = { uri, prefix: key ?? '', element };
  return (before: DomainDefinition) => ({ ...before, metadata: withMetadata(before.metadata, change) });
}

/** Which sides flags mean: without any, the running domain where it runs, else its definition. */
function affected(domain: FakeDomain, flags: number): { live: boolean; config: boolean } {
  checkFlags(flags, Affect.Live | Affect.Config);
  const live = (flags & Affect.Live) !== 0;
  const config = (flags & Affect.Config) !== 0;
  if (live && !domain.isActive) throw operationInvalid(`${domain.name} is not running`, ErrorDomain.DOMAIN);
  if (config && !domain.definition) throw operationInvalid(`${domain.name} is transient`, ErrorDomain.DOMAIN);
  if (live || config) return { live, config };
  return { live: domain.isActive, config: !domain.isActive };
}
