import { AuthenticationFailed } from '../errors.ts';

/** RFC 3454, table C.1.2: becomes a plain space. */
const otherSpaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** RFC 3454, table B.1: characters that nobody sees, such as the soft hyphen. */
const mappedToNothing = /[\u00ad\u1806\u200c\u2060\ufeff]|\u200d|\u034f|[\u180b-\u180d]|[\ufe00-\ufe0f]/gu;

/**
 * RFC 3454, tables C.2 to C.9, and what no version of Unicode has assigned: control characters, private use,
 * halves of surrogate pairs, no characters, and characters that change how others are shown. The two tone marks of
 * table C.8 are missing: no text in the form NFKC holds them.
 */
const prohibited =
  /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u2ff0-\u2ffb\ufff9-\ufffd\u200e\u200f\u202a-\u202e\u206a-\u206f\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;

/**
 * The one form of a user name or password that both sides compute with (RFC 4013, SASLprep), so that it does not matter
 * how a keyboard composes "é". It differs from the RFC in two points: Unicode is Node's version instead of 3.2, which
 * allows what was assigned since; and the rule on mixing right-to-left with left-to-right text is not applied, as it
 * changes no text and only refuses some.
 * @param what names the text in messages, which never hold the text itself
 * @throws AuthenticationFailed when nothing is left or it holds a character that may not be in it
 */
export function saslPrep(text: string, what: string): string {
  const prepared = text.replace(mappedToNothing, '').replace(otherSpaces, ' ').normalize('NFKC');
  if (prepared === '') throw new AuthenticationFailed(`the ${what} for SASL is empty`);
  if (prohibited.test(prepared)) {
    throw new AuthenticationFailed(
      `the ${what} for SASL holds a character that SASLprep (RFC 4013) does not allow, such as a control character`,
    );
  }
  return prepared;
}
