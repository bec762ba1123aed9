import fc from 'fast-check';
import { virtualMachineSpec } from '../../../operator/api/virtualmachine.ts';
import { mayBecome } from './cel-rules.ts';
import { type PartOfSpec, partsOfSpecs, type Surroundings, specs, type WrittenSpec } from './specs.ts';

/** What the user wants of a VM from some moment on: what `kubectl apply` is given. */
export interface Wish {
  spec: WrittenSpec;
  labels: Readonly<Record<string, string>>;
  /** How long until the next wish; `quiet` waits until nothing happens any more. */
  until: number | 'quiet';
}

/** What became of a VM's manifest over time; the last wish is the one that counts. */
export type History = readonly Wish[];

/** What a user changes at one time: some members of the spec get another value, some are taken out. */
interface Change {
  parts: PartOfSpec;
  without: readonly (keyof WrittenSpec)[];
  labels?: Wish['labels'];
  until: Wish['until'];
  /** The user goes back to the wish that came so many before, and this change is no other. */
  back?: number;
}

export interface HistoryOptions {
  surroundings: Surroundings;
  /** HostPools to live in, undefined for none in the spec; it stays the same for all of a history. */
  pools: readonly (string | undefined)[];
  /** Values that policies select by. */
  labels: Readonly<Record<string, readonly string[]>>;
}

/** Histories of 3 to 6 wishes, each of them valid in itself and as a change of the one before. */
export function histories(options: HistoryOptions): fc.Arbitrary<History> {
  const { surroundings, pools } = options;
  const first = fc.record({ spec: specs(surroundings), labels: labels(options), until });
  return fc
    .record({
      pool: fc.constantFrom(...pools),
      first,
      changes: fc.array(changes(options), { minLength: 2, maxLength: 5 }),
    })
    .map(({ pool, first: start, changes: list }) => compose(start, list).map((wish) => inPool(wish, pool)))
    .filter(isValid);
}

/** Long enough for a binding, a start, an address, or for everything. */
export const until: fc.Arbitrary<Wish['until']> = fc.oneof(
  { weight: 1, arbitrary: fc.constant('quiet' as const) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 20, 200, 1000, 2500, 10_000) },
);

function labels({ labels: known }: HistoryOptions): fc.Arbitrary<Wish['labels']> {
  const members = Object.entries(known).map(([key, values]) => [key, fc.constantFrom(...values)]);
  return fc.record(Object.fromEntries(members), { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<
    Wish['labels']
  >;
}

const droppable = (Object.keys(virtualMachineSpec.shape) as (keyof WrittenSpec)[]).filter(
  (name) => virtualMachineSpec.shape[name].safeParse(undefined).success && name !== 'kernel',
);

function changes(options: HistoryOptions): fc.Arbitrary<Change> {
  return fc.record(
    {
      parts: partsOfSpecs(options.surroundings),
      without: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.subarray(droppable, { maxLength: 2 }) },
      ),
      until,
      labels: labels(options),
      back: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
    },
    { requiredKeys: ['parts', 'without', 'until', 'back'], noNullPrototype: true },
  );
}

function compose(first: Wish, list: readonly Change[]): History {
  const wishes = [first];
  for (const { parts, without, labels: relabelled, until: pause, back = 0 } of list) {
    const before = wishes.at(-1) ?? first;
    const earlier = back > 0 ? wishes.at(-1 - back) : undefined;
    const changed = Object.fromEntries(
      Object.entries({ ...before.spec, ...parts }).filter(
        ([name]) => !without.includes(name as keyof WrittenSpec),
      ),
    ) as WrittenSpec;
    const spec = withOneSize(changed, before.spec);
    const wish = earlier ?? { spec, labels: relabelled ?? before.labels };
    wishes.push({ ...wish, until: pause });
  }
  return wishes;
}

/** Who names a class takes out the size that stood there, and the other way round. */
function withOneSize(spec: WrittenSpec, before: WrittenSpec): WrittenSpec {
  const { classRef, cpu, memory, ...rest } = spec;
  const isSized = memory?.size !== undefined;
  if (classRef && !(isSized && before.classRef)) return { ...rest, classRef };
  const size = memory?.size ?? before.memory?.size ?? '1Gi';
  return { ...rest, ...(cpu ? { cpu } : {}), memory: { ...memory, size } };
}

/** A VM cannot move to another HostPool, so all of its history is in one. */
function inPool(wish: Wish, pool: string | undefined): Wish {
  const { placement, ...rest } = wish.spec;
  const { hostPoolRef: _, ...selection } = placement ?? {};
  const placed = { ...selection, ...(pool === undefined ? {} : { hostPoolRef: { name: pool } }) };
  const isEmpty = Object.keys(placed).length === 0;
  return { ...wish, spec: { ...rest, ...(isEmpty ? {} : { placement: placed }) } as WrittenSpec };
}

function isValid(history: History): boolean {
  return history.every(({ spec }, index) => {
    const { success, data } = virtualMachineSpec.safeParse(spec);
    const before = history[index - 1];
    return success && mayBecome(virtualMachineSpec, before && virtualMachineSpec.parse(before.spec), data);
  });
}
