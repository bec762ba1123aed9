import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority } from '../testing/certificates.ts';
import type { Identity } from '../testing/listeners.ts';
import { secureContextFor } from './secure-contexts.ts';

let dir: string;
let ca: string;
let one: Identity;
let other: Identity;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'node-libvirt-contexts-'));
  const authority = new TestAuthority(dir, 'ca');
  ca = authority.cert;
  one = authority.issue('one', 'DNS:one');
  other = authority.issue('other', 'DNS:other');
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('contexts of credentials', () => {
  it('are one for the same, as texts or as bytes', () => {
    const context = secureContextFor({ ca, ...one });
    expect(secureContextFor({ ca, ...one })).toBe(context);
    const bytes = { cert: Buffer.from(one.cert), key: Buffer.from(one.key) };
    expect(secureContextFor({ ca: Buffer.from(ca), ...bytes })).toBe(context);
  });

  it('are others when any of the three is another, or is not there', () => {
    const contexts = [
      secureContextFor({ ca, ...one }),
      secureContextFor({ ca, ...other }),
      secureContextFor({ ca: ca + one.cert, ...one }),
      secureContextFor({ ca }),
    ];
    expect(new Set(contexts).size).toBe(4);
  });

  it('of long ago are let go', () => {
    const context = secureContextFor({ ca, ...one });
    for (let rotation = 0; rotation < 40; rotation++)
      secureContextFor({ ca: `${ca}${'\n'.repeat(rotation + 1)}`, ...one });
    expect(secureContextFor({ ca, ...one })).not.toBe(context);
  });

  it('cannot be made of what does not match', () => {
    expect(() => secureContextFor({ ca, cert: one.cert, key: other.key })).toThrow(/key values mismatch/);
  });
});
