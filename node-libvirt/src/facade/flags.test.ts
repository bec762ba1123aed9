import { describe, expect, it } from 'vitest';
import { EncodeError } from '../errors.ts';
import { CreateFlag, StatsFlag, SuspendTarget } from './constants/index.ts';
import { type FlaggedOptions, type Flags, flagBits, numberOf } from './flags.ts';

/** As JavaScript may, where types would not let it. */
function untyped(value: unknown): never {
  return value as never;
}

describe('flagBits', () => {
  it.each<[string, Flags<typeof CreateFlag> | undefined, number]>([
    ['nothing', undefined, 0],
    ['an empty list', [], 0],
    ['one name', ['Paused'], 1],
    ['names', ['Paused', 'Validate'], 1 | 16],
    ['a name twice', ['Paused', 'Paused'], 1],
    ['a name that stands for none', ['None'], 0],
    ['or-ed numbers', CreateFlag.Paused | CreateFlag.ForceBoot, 1 | 8],
    ['a number newer than the names', 2 ** 20, 2 ** 20],
  ])('makes bits of %s', (_what, flags, bits) => {
    expect(flagBits(CreateFlag, flags)).toBe(bits);
  });

  it('keeps the highest bit, in names and in what `|` makes negative', () => {
    expect(flagBits(StatsFlag, ['NoWait', 'EnforceStats'])).toBe(2 ** 29 + 2 ** 31);
    expect(flagBits(StatsFlag, StatsFlag.NoWait | StatsFlag.EnforceStats)).toBe(2 ** 29 + 2 ** 31);
  });

  it('lets what is no 32 bits through to the codec, which refuses it', () => {
    expect(flagBits(CreateFlag, 2 ** 32)).toBe(2 ** 32);
    expect(flagBits(CreateFlag, 0.5)).toBe(0.5);
  });

  it.each(['paused', 'toString', '__proto__'])('says of %s which flags there are', (name) => {
    const act = () => flagBits(CreateFlag, ['Paused', untyped(name)]);
    expect(act).toThrow(EncodeError);
    expect(act).toThrow(`"${name}" is none of None, Paused, AutoDestroy,`);
  });

  it.each([['Paused'], [null], [{}]])('refuses %j, which is no list', (flags) => {
    const act = () => flagBits(CreateFlag, untyped(flags));
    expect(act).toThrow(EncodeError);
    expect(act).toThrow('flags are a list of None, Paused,');
  });
});

describe('numberOf', () => {
  it('takes a name or the number', () => {
    expect(numberOf(SuspendTarget, 'Hybrid')).toBe(2);
    expect(numberOf(SuspendTarget, SuspendTarget.Disk)).toBe(1);
    expect(numberOf(SuspendTarget, 7)).toBe(7);
  });

  it('says which names there are', () => {
    expect(() => numberOf(SuspendTarget, untyped('Ram'))).toThrow('"Ram" is none of Mem, Disk, Hybrid');
  });
});

describe('the compiler', () => {
  it('knows the names of each call', () => {
    const options: FlaggedOptions<typeof CreateFlag> = { flags: ['Paused', 'Validate'] };
    // @ts-expect-error There is no such name.
    expect(() => flagBits(CreateFlag, ['Pausd'])).toThrow(EncodeError);
    // @ts-expect-error The flags are those of another call.
    expect(() => flagBits(StatsFlag, options.flags)).toThrow(EncodeError);
    // @ts-expect-error There is no such name.
    expect(() => numberOf(SuspendTarget, 'Ram')).toThrow(EncodeError);
  });
});
