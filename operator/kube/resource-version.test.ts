import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareResourceVersions } from './resource-version.ts';

it('orders as the numbers do, up to 128 bits', () => {
  const version = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      const order = compareResourceVersions(a.toString(), b.toString());
      expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

it('tells versions apart that are one Number', () => {
  expect(compareResourceVersions('9007199254740993', '9007199254740992')).toBeGreaterThan(0);
});

it.each(['', '007', '1a', '-1', '1.0'])('refuses "%s", which has no order', (version) => {
  expect(() => compareResourceVersions('1', version)).toThrow(`resourceVersion "${version}"`);
});
