import { describe, expect, it } from 'vitest';
import { parseLabelSelector, selects } from './selector.ts';

const labels = { app: 'web', tier: 'front' };

describe('parseLabelSelector', () => {
  it.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app=db', false],
    ['app!=db', true],
    ['absent!=x', true],
    ['app', true],
    ['absent', false],
    ['!absent', true],
    ['!app', false],
    ['app in (db, web)', true],
    ['app in (db)', false],
    ['app notin (db)', true],
    ['absent notin (db)', true],
    ['app in (web,db),tier=front', true],
    ['app=web,tier=back', false],
    ['example.com/role=', false],
  ])('%s: %s', (selector, expected) => {
    expect(parseLabelSelector(selector)(labels)).toBe(expected);
  });

  it('names the part that it cannot read', () => {
    expect(() => parseLabelSelector('app=web,tier>1=2')).toThrow('"tier>1=2"');
  });
});

it('selects by namespace and field', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'A',
    metadata: { name: 'n', namespace: 'x', uid: '', resourceVersion: '1' },
  };
  expect(selects({ namespace: 'x', fieldSelector: 'metadata.name=n' })(object)).toBe(true);
  expect(selects({ namespace: 'y' })(object)).toBe(false);
  expect(selects({ fieldSelector: 'metadata.name!=n' })(object)).toBe(false);
  expect(() => selects({ fieldSelector: 'spec.a=1' })).toThrow('"spec.a=1"');
});
