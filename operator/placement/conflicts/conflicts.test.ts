import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../model/policy.ts';
import { matches, type Requirement, type Selector } from '../model/selector.ts';
import { policy, required, SmallWorld, vm } from '../testing/small-world.ts';
import { conflictsAmong, fatalAmong, hostContradiction } from './conflicts.ts';
import { contradiction, implies } from './contradiction.ts';

const preferred = { required: false, weight: 5 } as const;
const host = 'kubernetes.io/hostname';
const of = (name: string, rules: Partial<Policy>) => policy({ app: 'db' }, { name, ...rules });
const texts = (...policies: Policy[]) =>
  conflictsAmong(policies).map(({ policies: [a, b], text }) => `${a} ${b}: ${text}`);
const on = (matchLabels: Record<string, string>) => ({
  hostSelector: { matchLabels },
  enforcement: required,
});
const term = (topologyKey: string, app?: string) => ({
  topologyKey,
  enforcement: required,
  ...(app === undefined ? {} : { vmSelector: { matchLabels: { app } } }),
});

describe('selectors', () => {
  const requirement: fc.Arbitrary<Requirement> = fc.oneof(
    fc.record({
      key: fc.constantFrom('a', 'b'),
      operator: fc.constantFrom('In' as const, 'NotIn' as const),
      values: fc.array(fc.constantFrom('1', '2', '3'), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      key: fc.constantFrom('a', 'b'),
      operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const),
    }),
  );
  const selector: fc.Arbitrary<Selector> = fc.record({
    matchLabels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'), {
      maxKeys: 1,
      noNullPrototype: true,
    }),
    matchExpressions: fc.array(requirement, { maxLength: 2 }),
  });
  const values = [undefined, '1', '2', '3', 'x'];
  const objects = values.flatMap((a) =>
    values.map((b) => ({ ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) })),
  );

  it('contradict each other exactly when nothing matches all of them', () => {
    fc.assert(
      fc.property(fc.array(selector, { minLength: 1, maxLength: 3 }), (selectors) => {
        const matched = objects.some((labels) => selectors.every((one) => matches(one, labels)));
        expect(contradiction(selectors) === undefined).toBe(matched);
      }),
      { numRuns: 1000 },
    );
  });

  it('imply each other only when all that matches one matches the other', () => {
    fc.assert(
      fc.property(selector, selector, (first, second) => {
        if (!implies(first, second)) return;
        for (const labels of objects) if (matches(first, labels)) expect(matches(second, labels)).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(implies({ matchLabels: { a: '1', b: '2' } }, { matchLabels: { b: '2' } })).toBe(true);
    expect(implies({ matchLabels: { a: '1' } }, {})).toBe(true);
  });
});

describe('policies are in conflict', () => {
  it('when no host can have what both ask of it, which each of them alone does not say', () => {
    const ssd = of('a', { hostAffinity: [on({ disk: 'ssd' })] });
    const hdd = of('b', { hostAffinity: [on({ disk: 'hdd' })] });
    expect(texts(ssd, hdd)).toEqual(['a b: no host can have the label disk as hostAffinity asks']);
    expect(
      texts(of('a', { hostAffinity: [on({ disk: 'ssd' }), on({ disk: 'hdd' })] }), { ...ssd, name: 'c' }),
    ).toEqual(['a a: no host can have the label disk as hostAffinity asks']);
    expect(
      texts(ssd, of('b', { hostAffinity: [{ ...on({ disk: 'hdd' }), enforcement: preferred }] })),
    ).toEqual([]);
    expect(texts(ssd, of('b', { hostAffinity: [on({ zone: 'x' })] }))).toEqual([]);
  });

  it('when one keeps apart whom the other wants together, in whatever order and from either side', () => {
    const together = of('a', { vmAffinity: [term('zone', 'web')] });
    const clash = ['a b: vmAffinity over zone wants VMs together that vmAntiAffinity over zone keeps apart'];
    expect(texts(together, of('b', { vmAntiAffinity: [term('zone', 'web')] }))).toEqual(clash);
    const webApart = policy({ app: 'web' }, { name: 'b', vmAntiAffinity: [term('zone', 'db')] });
    expect(texts(together, webApart)).toEqual(clash);
    expect(texts(webApart, together)).toHaveLength(1);
    expect(texts(together, of('b', { vmAntiAffinity: [term('zone', 'mail')] }))).toEqual([]);
    expect(texts(together, of('b', { vmAntiAffinity: [term('rack', 'web')] }))).toEqual([]);
    expect(
      texts(together, of('b', { vmAntiAffinity: [{ ...term('zone', 'web'), enforcement: preferred }] })),
    ).toEqual([]);
  });

  it('when VMs are to be on one host and apart over anything, as a host is in one domain of each', () => {
    const a = of('a', { vmAffinity: [term(host)] });
    expect(texts(a, of('b', { vmAntiAffinity: [term('zone')] }))).toHaveLength(1);
    expect(texts(of('a', { vmAffinity: [term('zone')] }), of('b', { vmAntiAffinity: [term(host)] }))).toEqual(
      [],
    );
  });

  it('when one keeps its hosts for VMs among which the others cannot be that the other wants there', () => {
    const alone = of('a', { exclusive: true });
    expect(texts(alone, of('b', { vmAffinity: [term(host, 'web')] }))).toHaveLength(1);
    expect(texts(alone, of('b', { vmAffinity: [term('zone', 'web')] }))).toEqual([]);
    expect(texts(alone, of('b', { vmAffinity: [term(host, 'db')] }))).toEqual([]);
    expect(texts({ ...alone, vmAffinity: [term(host, 'web')] })).toHaveLength(1);
  });

  it('when both make a gang of their VMs, and when a gang has to be in more domains than it may', () => {
    const gang = { minMembers: 3 };
    expect(texts(of('a', { gang }), of('b', { gang }))).toEqual(['a b: a VM can be of one gang only']);
    const cramped = {
      gang,
      vmAntiAffinity: [term('rack')],
      domainLimits: [{ topologyKey: 'rack', maxDomains: 2 }],
    };
    expect(texts(of('a', cramped))).toHaveLength(1);
    expect(texts(of('a', { ...cramped, gang: { minMembers: 2 } }))).toEqual([]);
  });

  it('without harm when only their strategies differ', () => {
    const found = conflictsAmong([
      of('b', { strategy: 'Pack' }),
      of('a', { strategy: 'Spread' }),
      of('c', {}),
    ]);
    expect(found).toEqual([
      {
        policies: ['b', 'a'],
        isFatal: false,
        text: 'strategies differ; that of a counts, which is first by name',
      },
    ]);
  });
});

describe('a VM', () => {
  it('contradicts its policies when none of the ways it allows is one of theirs', () => {
    const ssd = of('a', { hostAffinity: [on({ disk: 'ssd' })] });
    const selector = (disk: string) => ({ matchLabels: { disk } });
    const ways = (...disks: string[]) => vm('x', { hostAffinity: { required: disks.map(selector) } });
    expect(hostContradiction(vm('x', { hostSelector: selector('hdd') }), [ssd])).toBe('disk');
    expect(hostContradiction(ways('hdd', 'tape'), [ssd])).toBe('disk');
    expect(hostContradiction(ways('hdd', 'ssd'), [ssd])).toBeUndefined();
    expect(hostContradiction(vm('x'), [ssd])).toBeUndefined();
  });
});

it('a fatal conflict leaves no host to a second VM, which the engine agrees with', () => {
  const rules: [Partial<Policy>, Partial<Policy>][] = [
    [{ vmAffinity: [term('hostname')] }, { vmAntiAffinity: [term('hostname')] }],
    [{ hostAffinity: [on({ hostname: 'a' })] }, { hostAffinity: [on({ hostname: 'b' })] }],
  ];
  for (const [one, other] of rules) {
    const labels = { app: 'db' };
    const world = new SmallWorld().host('a').host('b').placed('first', 'a', { labels });
    world.policy(labels, { name: 'one', ...one }).policy(labels, { name: 'other', ...other });
    expect(
      conflictsAmong(world.engine.policiesFor(vm('x', { labels }))).map(({ isFatal }) => isFatal),
    ).toEqual([true]);
    expect(world.decide(vm('x', { labels })).kind).toBe('unplaced');
  }
});

describe('a thousand policies', () => {
  /** So many that keep VMs apart; tells how often what they ask of hosts has been read. */
  function crowd(count: number): { policies: Policy[]; reads: () => number } {
    let reads = 0;
    const hostAffinity = () => {
      reads += 1;
      return [];
    };
    const policies = Array.from({ length: count }, (_, index) =>
      Object.defineProperty(
        of(`p${index}`, { vmAntiAffinity: [term('zone', `a${index}`)] }),
        'hostAffinity',
        {
          get: hostAffinity,
        },
      ),
    );
    return { policies, reads: () => reads };
  }

  it('are read once each where nothing in them can contradict each other', () => {
    const { policies, reads } = crowd(1000);
    expect(conflictsAmong(policies)).toEqual([]);
    expect(fatalAmong(policies)).toBeUndefined();
    expect(reads()).toBeLessThanOrEqual(10 * policies.length);
  });

  it('are found to contradict another one all the same', () => {
    const { policies } = crowd(1000);
    const near = of('near', { vmAffinity: [term('zone', 'a700')] });
    expect(fatalAmong([near, ...policies])?.policies).toEqual(['near', 'p700']);
    expect(fatalAmong([...policies, near])?.policies).toEqual(['p700', 'near']);
  });
});

describe('of any policies', () => {
  const some = <T>(value: T) => fc.constantFrom(undefined, value);
  const app = fc.constantFrom('a', 'b');
  const arbitrary = fc
    .record({
      hosts: fc.constantFrom(undefined, 'ssd', 'hdd'),
      near: fc.option(app, { nil: undefined }),
      far: fc.option(app, { nil: undefined }),
      gang: some({ minMembers: 2 }),
      strategy: fc.constantFrom(undefined, 'Pack' as const, 'Spread' as const),
      exclusive: fc.boolean(),
      domainLimits: some([{ topologyKey: host, maxDomains: 1 }]),
    })
    .map(({ hosts, near, far, gang, strategy, ...rest }) => ({
      ...(hosts ? { hostAffinity: [on({ disk: hosts })] } : {}),
      ...(near ? { vmAffinity: [term(host, near)] } : {}),
      ...(far ? { vmAntiAffinity: [term(host, far)] } : {}),
      ...(gang ? { gang } : {}),
      ...(strategy ? { strategy } : {}),
      exclusive: rest.exclusive,
      ...(rest.domainLimits ? { domainLimits: rest.domainLimits } : {}),
    }));

  it('the first fatal conflict is the first among all', () => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 5 }), (rules) => {
        const policies = rules.map((one, index) => of(`p${index}`, one));
        const first = conflictsAmong(policies).find(({ isFatal }) => isFatal);
        expect(fatalAmong(policies)).toEqual(first);
      }),
    );
  });
});
