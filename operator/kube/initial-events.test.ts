import { expect, it } from 'vitest';
import { InitialEvents } from './initial-events.ts';
import type { KubeObject } from './object.ts';

function object(name: string, resourceVersion: string, uid = name): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, uid, resourceVersion } };
}

const end = { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: true } as const;

it('gives the list at its end, with what changed and went while it came in', () => {
  const initial = new InitialEvents(() => undefined);
  const [a, b, c, a2] = [object('a', '1'), object('b', '2'), object('c', '3'), object('a', '4')];
  for (const added of [a, b, c]) expect(initial.take({ type: 'ADDED', object: added })).toBeUndefined();
  expect(initial.take({ ...end, initialEventsEnd: false })).toBeUndefined();
  initial.take({ type: 'MODIFIED', object: a2 });
  initial.take({ type: 'DELETED', object: b });
  expect(initial.take(end)).toEqual({ items: [a2, c], resourceVersion: '9' });
});

it('keeps no second copy of what is held already in the same version', () => {
  const held = new Map(
    [object('same', '1'), object('older', '1'), object('other', '1')].map((o) => [o.metadata.name, o]),
  );
  const initial = new InitialEvents((key) => held.get(key));
  const newer = object('older', '2');
  const anew = object('other', '1', 'another uid');
  for (const added of [object('same', '1'), newer, anew]) initial.take({ type: 'ADDED', object: added });
  const items = initial.take(end)?.items ?? [];
  expect(items.map((item, index) => item === [held.get('same'), newer, anew][index])).toEqual([
    true,
    true,
    true,
  ]);
});
