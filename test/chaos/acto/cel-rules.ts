import type { z } from 'zod';
import type { CelRule } from '../../../operator/api/common.ts';
import { parseBytes } from '../../../operator/api/quantity.ts';
import type { PoolShare as Share } from '../../../operator/api/shares.ts';
import { layersOf, nodeOf } from './schema-walk.ts';

type Json = Record<string, unknown>;
/** `self` and `oldSelf` as a CEL rule has them: with defaults set. A rule about a change holds at a creation. */
type Predicate = (self: unknown, oldSelf?: unknown) => boolean;

/** What the CEL rules of the CRDs say, by their text, as far as the patterns of zod do not say it. */
const predicates: Readonly<Record<string, Predicate>> = {
  'has(self.classRef) || has(self.memory) && has(self.memory.size)': (self) =>
    has(self, 'classRef') || has(self, 'memory', 'size'),
  '!has(self.classRef) || !has(self.cpu) || !has(self.cpu.cores)': (self) =>
    !has(self, 'classRef') || !has(self, 'cpu', 'cores'),
  '!has(self.classRef) || !has(self.memory) || !has(self.memory.size)': (self) =>
    !has(self, 'classRef') || !has(self, 'memory', 'size'),
  '!has(self.classRef) || !has(self.memory) || !has(self.memory.hugePageSize)': (self) =>
    !has(self, 'classRef') || !has(self, 'memory', 'hugePageSize'),
  "!has(self.hugePageSize) || !has(self.size) || !isQuantity(self.size) || int(quantity(self.size).asApproximateFloat() + 0.5) % (self.hugePageSize == '1Gi' ? 1073741824 : 2097152) == 0":
    (self) => {
      const { size, hugePageSize } = self as { size?: string; hugePageSize?: string };
      return !size || !hugePageSize || parseBytes(size) % parseBytes(hugePageSize) === 0;
    },
  '!has(self.memory.hugePageSize) || !has(self.overcommit) || !has(self.overcommit.memoryPercent)': (self) =>
    !has(self, 'memory', 'hugePageSize') || !has(self, 'overcommit', 'memoryPercent'),
  'has(self.kernel)': (self) => (self as Json)['kernel'] !== undefined,
  'has(self.nodeSelector) || size(self.staticHosts) > 0': (self) => {
    const { nodeSelector, staticHosts } = self as { nodeSelector?: unknown; staticHosts: unknown[] };
    return nodeSelector !== undefined || staticHosts.length > 0;
  },
  "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)": (self) => {
    const { operator, values = [] } = self as { operator: string; values?: unknown[] };
    return ['In', 'NotIn'].includes(operator) === values.length > 0;
  },
  "!isQuantity(self) || quantity(self).compareTo(quantity('16Mi')) >= 0 && quantity(self).compareTo(quantity('16Ti')) <= 0":
    (self) => parseBytes(self as string) >= 16 * 2 ** 20 && parseBytes(self as string) <= 16 * 2 ** 40,
  "has(self.key) || self.operator == 'Exists'": (self) => {
    const { key, operator } = self as { key?: string; operator: string };
    return key !== undefined || operator === 'Exists';
  },
  "self.operator == 'Equal' || !has(self.value)": (self) => {
    const { operator, value } = self as { operator: string; value?: string };
    return operator === 'Equal' || value === undefined;
  },
  "!(self.name in ['cpu', 'memory']) && !self.name.startsWith('hugepages-')": (self) =>
    !/^(cpu|memory|hugepages-.*)$/s.test((self as { name: string }).name),
  '!has(self.parentName) || self.parentName != self.name': (self) => {
    const { name, parentName } = self as Share;
    return parentName !== name;
  },
  '!has(self.reservation) || !has(self.limit) || !has(self.reservation.cpuCores) || !has(self.limit.cpuCores) || self.reservation.cpuCores <= self.limit.cpuCores':
    (self) => {
      const { reservation, limit } = self as Share;
      return (reservation?.cpuCores ?? 0) <= (limit?.cpuCores ?? Number.POSITIVE_INFINITY);
    },
  '!has(self.reservation) || !has(self.limit) || !has(self.reservation.memory) || !has(self.limit.memory) || !isQuantity(self.reservation.memory) || !isQuantity(self.limit.memory) || quantity(self.reservation.memory).compareTo(quantity(self.limit.memory)) <= 0':
    (self) => {
      const { reservation, limit } = self as Share;
      if (reservation?.memory === undefined || limit?.memory === undefined) return true;
      return parseBytes(reservation.memory) <= parseBytes(limit.memory);
    },
  'self.all(share, !has(share.parentName) || self.exists(parent, parent.name == share.parentName))': (
    self,
  ) => {
    const names = new Set((self as Share[]).map(({ name }) => name));
    return (self as Share[]).every(({ parentName }) => parentName === undefined || names.has(parentName));
  },
  'self.hostPoolRef == oldSelf.hostPoolRef': (self, oldSelf) =>
    oldSelf === undefined || isSame((self as Json)['hostPoolRef'], (oldSelf as Json)['hostPoolRef']),
};

/** The CEL rules that stand at this very schema. */
export function rulesOf(schema: z.ZodType): readonly CelRule[] {
  return (schema.meta()?.['x-kubernetes-validations'] as CelRule[] | undefined) ?? [];
}

/**
 * Whether a value as it is stored keeps the rule, at a creation or as a change of `oldSelf`.
 * @throws Error for a rule that nobody has written down here yet
 */
export function keeps({ rule }: CelRule, self: unknown, oldSelf?: unknown): boolean {
  const predicate = predicates[rule];
  if (!predicate) throw new Error(`what does the CEL rule mean? Write it down in cel-rules.ts: ${rule}`);
  return predicate(self, oldSelf);
}

/**
 * Whether the stored value may take the place of the old one, or of none, by the CEL rules of the schema and of the
 * objects in it. Items of lists are not looked into: the schema has no rule about how those change.
 */
export function mayBecome(schema: z.ZodType, old: unknown, value: unknown): boolean {
  const rules = layersOf(schema).flatMap(rulesOf);
  if (!rules.every((rule) => keeps(rule, value, old))) return false;
  const node = nodeOf(schema, '');
  if (node.kind !== 'object') return true;
  const member = (from: unknown, name: string) => (from as Json | undefined)?.[name];
  return Object.entries(node.members).every(
    ([name, below]) =>
      member(value, name) === undefined || mayBecome(below, member(old, name), member(value, name)),
  );
}

/** Whether there is a member at the end of the path. */
function has(self: unknown, ...path: string[]): boolean {
  return path.reduce((value, name) => (value as Json | undefined)?.[name], self) !== undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
