/** What the API server is asked to do, in its own words. `connect` and the like are named by their method. */
export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'other';

/** One request, read as the API server itself reads it for authorization and audit. */
export interface Call {
  verb: Verb;
  /** Empty for the core group. */
  group: string;
  /** Plural; empty for paths that are no resource, such as /healthz and discovery. */
  resource: string;
  /** `status`, `scale`, … */
  subresource?: string;
  namespace?: string;
  name?: string;
  /** It tells what there is: a list, or a watch that begins with it (KEP-3157). */
  isInitial?: true;
}

const writes: ReadonlySet<Verb> = new Set<Verb>(['create', 'update', 'patch', 'delete', 'deletecollection']);

export function isWrite({ verb }: Pick<Call, 'verb'>): boolean {
  return writes.has(verb);
}

/**
 * Reads method and path with query, as the API server's RequestInfoFactory does: `/api/v1/…` or
 * `/apis/GROUP/VERSION/…`, then `[namespaces/NAMESPACE/]RESOURCE[/NAME[/SUBRESOURCE]]`.
 */
export function callOf(method: string, path: string): Call {
  const { pathname, searchParams } = new URL(path, 'https://api');
  const parts = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const [root, group = ''] = parts;
  const isCore = root === 'api';
  const rest = parts.slice(isCore ? 2 : 3);
  const isResource = (isCore || root === 'apis') && rest.length > 0;
  if (!isResource) return { verb: 'other', group: '', resource: '' };
  const isInNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '');
  const namespace = isInNamespace ? rest[1] : undefined;
  const [resource = '', name, subresource] = isInNamespace ? rest.slice(2) : rest;
  const verb = verbOf(method, name, searchParams.get('watch'));
  const isInitial = verb === 'list' || searchParams.get('sendInitialEvents') === 'true';
  return {
    verb,
    ...{ group: isCore ? '' : group, resource },
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(isInitial ? { isInitial } : {}),
  };
}

/** What may follow the name of a namespace without being a resource in it. */
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

function verbOf(method: string, name: string | undefined, watch: string | null): Verb {
  switch (method) {
    case 'GET':
      if (watch === 'true' || watch === '1') return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return 'other';
  }
}
