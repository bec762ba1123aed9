import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthenticationFailed } from '../errors.ts';
import { saslPrep } from './saslprep.ts';

describe('saslPrep', () => {
  it.each([
    ['I\u00adX', 'IX', 'a soft hyphen, which nobody sees'],
    ['user', 'user', 'plain text'],
    ['USER', 'USER', 'case'],
    ['\u00aa', 'a', 'a letter that stands for another'],
    ['\u2168', 'IX', 'a Roman numeral of one character'],
    ['e\u0301', '\u00e9', 'an accent of its own'],
    ['a\u00a0b\u3000c', 'a b c', 'spaces of other widths'],
    ['a\u200bb', 'a b', 'a space of no width'],
    ['p\u{1f511}', 'p\u{1f511}', 'what Unicode has assigned since 3.2'],
  ])('makes %j into %j: %s', (text, prepared) => {
    expect(saslPrep(text, 'password')).toBe(prepared);
  });

  it.each([
    ['\u0007', 'a control character of ASCII'],
    ['a\0b', 'NUL'],
    ['a\u0085b', 'a control character beyond ASCII'],
    ['a\ue000', 'private use'],
    ['a\ufdd0', 'no character'],
    ['a\ud800', 'half a surrogate pair'],
    ['a\u202eb', 'a change of direction'],
    ['a\ufffd', 'the replacement for text that could not be decoded'],
    ['a\u2028b', 'a line separator'],
    ['a\u{e0041}', 'a language tag'],
    ['a\u0378', 'what Unicode has not assigned'],
  ])('refuses %j: %s', (text) => {
    expect(() => saslPrep(text, 'password')).toThrow(AuthenticationFailed);
  });

  it.each(['', '\u00ad', '\ufeff'])('refuses %j, of which nothing is left', (text) => {
    expect(() => saslPrep(text, 'user name')).toThrow('the user name for SASL is empty');
  });

  it('does not tell the password in its error', () => {
    expect(() => saslPrep('secret\n', 'password')).toThrow(/^(?!.*secret)/);
  });

  it('changes nothing in what it has made', () => {
    const prepared = (text: string) => {
      try {
        return saslPrep(text, 'password');
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = prepared(text);
        if (once !== undefined) expect(prepared(once)).toBe(once);
      }),
    );
  });
});
