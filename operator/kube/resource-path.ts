import type { ResourceType } from './object.ts';

/** URL path of a collection, or of one object when `name` is given. */
export function pathOf(
  type: ResourceType,
  ref: { namespace?: string | undefined; name?: string },
  more: { subresource?: string; query?: Record<string, string> } = {},
): string {
  const root = type.group ? `/apis/${type.group}/${type.version}` : `/api/${type.version}`;
  const namespace =
    type.namespaced && ref.namespace ? `/namespaces/${encodeURIComponent(ref.namespace)}` : '';
  const name = ref.name ? `/${encodeURIComponent(ref.name)}` : '';
  const subresource = more.subresource ? `/${more.subresource}` : '';
  const query = new URLSearchParams(more.query).toString();
  return `${root}${namespace}/${type.plural}${name}${subresource}${query ? `?${query}` : ''}`;
}
