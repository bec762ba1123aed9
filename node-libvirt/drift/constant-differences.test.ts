import { describe, expect, it } from 'vitest';
import { constantDifferences } from './constant-differences.ts';
import { parseLibvirt } from './libvirt.ts';

const release = (name: string, shared: string) => parseLibvirt(name, { remote: '', qemu: '', shared });

const old = release(
  'old',
  `
typedef enum {
    VIR_PAINT_NONE = 0,
    VIR_BRUSH_WET = 1 << 0,
    VIR_BRUSH_NONSHARED = 1 << 1,
    VIR_BRUSH_HIGHEST = 1 << 31
} virPaintFlags;
typedef enum {
    VIR_DOMAIN_NOSTATE = 0,
    VIR_DOMAIN_RUNNING = 1
} virDomainState;
typedef enum {
    VIR_DOMAIN_NOSTATE_UNKNOWN = 0
} virDomainNostateReason;
typedef enum {
    VIR_DOMAIN_RUNNING_UNKNOWN = 0,
    VIR_DOMAIN_RUNNING_FROM_SNAPSHOT = 1, /* (Since: 0.9.2) */
    VIR_DOMAIN_RUNNING_SNAPSHOT = 2 /* (Since: 11.3.0) */
} virDomainRunningReason;
`,
);
const recent = release(
  'recent',
  `
typedef enum {
    VIR_BRUSH_WET = 1 << 0,
    VIR_BRUSH_DRY = 1 << 4
} virPaintFlags;
typedef enum {
    VIR_MOOD_GOOD = 0,
    VIR_MOOD_BAD = 1, /* (Since: 9.10.0) */
    VIR_MOOD_UGLY = 2 /* (Since: 99.1.0) */
} virMood;
typedef enum { VIR_FROM_NONE = 0, VIR_FROM_XEN = 1 } virErrorDomain;
`,
);

const found = (enumName: string | undefined, value: unknown) =>
  constantDifferences([{ name: 'It', enumName, value }], [old, recent]);

describe('flags', () => {
  it('agree with their enum, in part or in whole', () => {
    expect(found('virPaintFlags', { Wet: 1, NonShared: 2, Highest: 2 ** 31 })).toEqual([]);
  });

  it('may be known to one of the releases only', () => {
    expect(found('virPaintFlags', { Dry: 16 })).toEqual([]);
    expect(found('virPaintFlags', { Dry: 8 })).toEqual(['It.Dry: 8 here, 16 in recent']);
  });

  it('differ by value, in each release', () => {
    expect(found('virPaintFlags', { Wet: 2 })).toEqual([
      'It.Wet: 2 here, 1 in old',
      'It.Wet: 2 here, 1 in recent',
    ]);
  });

  it('need a counterpart, and an end of a name is none', () => {
    expect(found('virPaintFlags', { Shared: 2 })).toEqual(['It.Shared: virPaintFlags has no such member']);
    expect(found('virUnknown', { Wet: 1 })).toEqual(['It.Wet: virUnknown has no such member']);
  });

  it('are complete where they claim it', () => {
    expect(found('virErrorDomain', { NONE: 0, XEN: 1 })).toEqual([]);
    expect(found('virErrorDomain', { NONE: 0 })).toEqual(['It: has no name for VIR_FROM_XEN of recent']);
  });

  it('need an enum', () => {
    expect(found(undefined, { Wet: 1 })).toEqual(['It: its docstring names no enum of libvirt']);
  });

  it('are numbers', () => {
    expect(found('virPaintFlags', { Wet: '1' })).toEqual(['It: is neither numbers nor lists of names']);
  });
});

describe('a list of names', () => {
  it('is in the order of the numbers', () => {
    expect(found('virMood', ['Good', 'Bad'])).toEqual([]);
    expect(found('virMood', ['Bad', 'Good'])).toEqual([
      'It.Bad: 0 here, 1 in recent',
      'It.Good: 1 here, 0 in recent',
    ]);
  });

  it('is complete up to the release that it claims, and may end there', () => {
    expect(found('virMood', ['Good'])).toEqual(['It: has no name for VIR_MOOD_BAD of recent']);
    expect(found('virMood', ['Good', 'Bad', 'Ugly'])).toEqual([]);
  });
});

describe('lists in a list', () => {
  it('are each compared with the enum of their own', () => {
    const states = { NoState: ['Unknown'], Running: ['Unknown', 'FromSnapshot', 'Snapshot'] };
    expect(found('virDomainState', states)).toEqual([]);
  });

  it('differ by an order of either, and by what is missing in either', () => {
    const states = { Running: ['Unknown', 'Snapshot'], NoState: ['Known'] };
    expect(found('virDomainState', states)).toEqual([
      'It.Running: 0 here, 1 in old',
      'It.NoState: 1 here, 0 in old',
      'It.Running.Snapshot: 1 here, 2 in old',
      'It.Running: has no name for VIR_DOMAIN_RUNNING_SNAPSHOT of old',
      'It.NoState.Known: virDomainNoStateReason has no such member',
    ]);
  });

  it('are of enums that somebody has named', () => {
    expect(found('virMood', { Good: ['Well'] })).toEqual([
      'It: nobody has said which enums its lists are of',
    ]);
  });
});
