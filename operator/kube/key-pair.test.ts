import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { KeyPair } from './key-pair.ts';

const dir = mkdtempSync(join(tmpdir(), 'key-pair-'));
afterAll(() => rmSync(dir, { recursive: true }));

function make(name: string): { cert: string; key: string } {
  const [key, cert] = [join(dir, `${name}.key`), join(dir, `${name}.crt`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, '-subj', `/CN=${name}`], {
    stdio: 'ignore',
  });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

const [first, second] = [make('first'), make('second')];

function setUp() {
  let misfits = 0;
  const pair = new KeyPair(() => {
    misfits += 1;
  });
  return { pair, misfits: () => misfits };
}

it('is taken as it is read, and renewed as a whole', () => {
  const { pair, misfits } = setUp();
  expect(pair.renew(first)).toEqual(first);
  expect(pair.renew(second)).toEqual(second);
  expect(misfits()).toBe(0);
});

it.each([
  ['certificate', { cert: second.cert, key: first.key }],
  ['key', { cert: first.cert, key: second.key }],
])('stays what it was while only the %s is new, and asks to look again each time', (_half, mixed) => {
  const { pair, misfits } = setUp();
  pair.renew(first);
  expect([pair.renew(mixed), pair.renew(mixed)]).toEqual([first, first]);
  expect(misfits()).toBe(2);
  expect(pair.renew(second)).toEqual(second);
});

it('is given as it is when nothing fitted before, or when it cannot be read: TLS says what is wrong', () => {
  const mixed = { cert: second.cert, key: first.key };
  expect(setUp().pair.renew(mixed)).toEqual(mixed);
  const { pair, misfits } = setUp();
  pair.renew(first);
  const broken = { cert: 'no PEM', key: 'at all' };
  expect([pair.renew(broken), misfits()]).toEqual([broken, 0]);
});
