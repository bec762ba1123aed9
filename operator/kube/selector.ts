import type { ListOptions } from './cluster.ts';
import type { KubeObject } from './object.ts';

type Predicate = (labels: Readonly<Record<string, string>>) => boolean;

/**
 * A label selector in kubectl's notation as a predicate: `a=b`, `a==b`, `a!=b`, `a`, `!a`, `a in (b,c)`,
 * `a notin (b,c)`, joined by commas.
 * @throws Error naming the part that is none of these.
 */
export function parseLabelSelector(selector: string): Predicate {
  const requirements = selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseRequirement);
  return (labels) => requirements.every((holds) => holds(labels));
}

function parseRequirement(text: string): Predicate {
  const set = /^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    if (operator === 'in') return (labels) => labels[key] !== undefined && values.has(labels[key]);
    return (labels) => labels[key] === undefined || !values.has(labels[key]);
  }
  const equality = /^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$/.exec(text);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const existence = /^(!?)\s*([\w./-]+)$/.exec(text);
  if (!existence) throw new Error(`label selector: "${text}" is no requirement such as "app=web"`);
  const [, not, key = ''] = existence;
  return (labels) => (labels[key] !== undefined) === (not === '');
}

/** Whether a list or watch with these options shows the object. Field selectors: `metadata.name`, `metadata.namespace`. */
export function selects(options: ListOptions): (object: KubeObject) => boolean {
  const byLabels = parseLabelSelector(options.labelSelector ?? '');
  const byFields = (options.fieldSelector ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map(parseFieldRequirement);
  return (object) =>
    (!options.namespace || object.metadata.namespace === options.namespace) &&
    byLabels(object.metadata.labels ?? {}) &&
    byFields.every((holds) => holds(object));
}

function parseFieldRequirement(text: string): (object: KubeObject) => boolean {
  const match = /^metadata\.(name|namespace)(==|=|!=)(.*)$/.exec(text);
  if (!match)
    throw new Error(`field selector: "${text}" is not known here; metadata.name and metadata.namespace are`);
  const [, field, operator, value] = match;
  return ({ metadata }) => (metadata[field as 'name' | 'namespace'] === value) === (operator !== '!=');
}
