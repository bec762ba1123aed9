import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlock, type WaitingKind } from './deadlock.ts';

/** A kind of VMs with the label `app`; each want is `policy:app`. */
const kind = (app: string, ...wants: string[]): WaitingKind => ({
  labels: { app },
  wants: wants.map((want) => {
    const [policy = '', other = ''] = want.split(':');
    return { policy, selector: { matchLabels: { app: other } } };
  }),
});
const circle = (...kinds: [WaitingKind, ...WaitingKind[]]) => deadlock(kinds[0], kinds);

describe('VMs wait for each other', () => {
  it('in a circle of any length, also of one policy, and those who wait for such a circle', () => {
    expect(circle(kind('a', 'p:b'), kind('b', 'q:a'))).toEqual(['p', 'q']);
    expect(circle(kind('a', 'p:b'), kind('b', 'q:c'), kind('c', 'r:a'))).toEqual(['p', 'q', 'r']);
    expect(circle(kind('a', 'p:b'), kind('b', 'p:a'))).toEqual(['p']);
    expect(circle(kind('x', 'o:a'), kind('a', 'p:b'), kind('b', 'q:a'))).toEqual(['p', 'q']);
  });

  it('not where somebody may go first, or is missing', () => {
    expect(circle(kind('a', 'p:b'), kind('b'))).toBeUndefined();
    expect(circle(kind('a', 'p:b'), kind('b', 'q:c'), kind('c'))).toBeUndefined();
    expect(circle(kind('a', 'p:b'))).toBeUndefined();
    expect(circle(kind('a', 'p:b', 'p:gone'), kind('b', 'q:a'))).toBeUndefined();
    expect(circle(kind('b', 'q:a'), kind('a', 'p:b', 'p:gone'))).toBeUndefined();
  });
});

/** Places whoever may be placed, one kind after the other, for as long as there is one. */
function placeAll(kinds: readonly WaitingKind[]): Set<WaitingKind> {
  const placed = new Set<WaitingKind>();
  const isThere = (app: string | undefined) => [...placed].some(({ labels }) => labels['app'] === app);
  const mayGo = ({ wants }: WaitingKind) =>
    wants.every(({ selector }) => isThere(selector.matchLabels?.['app']));
  for (;;) {
    const next = kinds.find((one) => !placed.has(one) && mayGo(one));
    if (!next) return placed;
    placed.add(next);
  }
}

const apps = ['a', 'b', 'c', 'd', 'e'];

it('nobody is told so who can be placed, and who cannot is told so or waits for somebody that is missing', () => {
  const wants = fc.subarray(apps, { maxLength: 2 });
  const some = fc
    .subarray(apps, { minLength: 1 })
    .chain((present) =>
      fc.tuple(
        ...present.map((app) =>
          wants.map((others) =>
            kind(app, ...others.filter((one) => one !== app).map((one) => `${app}-${one}:${one}`)),
          ),
        ),
      ),
    );
  fc.assert(
    fc.property(some, (kinds) => {
      const placed = placeAll(kinds);
      const isHere = (app: string | undefined) => kinds.some(({ labels }) => labels['app'] === app);
      for (const one of kinds) {
        const found = deadlock(one, kinds);
        if (placed.has(one)) expect(found).toBeUndefined();
        const reached = reachedFrom(one, kinds);
        const isMissing = reached.some(({ wants: all }) =>
          all.some(({ selector }) => !isHere(selector.matchLabels?.['app'])),
        );
        if (!placed.has(one) && !isMissing) expect(found?.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
});

function reachedFrom(first: WaitingKind, kinds: readonly WaitingKind[]): WaitingKind[] {
  const reached = new Set([first]);
  for (const one of reached)
    for (const { selector } of one.wants)
      for (const other of kinds)
        if (other.labels['app'] === selector.matchLabels?.['app']) reached.add(other);
  return [...reached];
}
