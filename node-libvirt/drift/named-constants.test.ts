import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declarationsIn, namedConstants } from './named-constants.ts';

const source = `
/** What to paint with (libvirt: virPaintFlags). */
export const PaintFlag = { Wet: 1 } as const;
export type PaintFlag = keyof typeof PaintFlag;

/** libvirt: virColour. */
export const colours: readonly string[] = ['Red'];

/**
 * The moods, in several
 * lines (virMood).
 */
export const moods = {
  Good: ['Well'],
} as const;

/** Says nothing of where it is from. */
export const Nameless = { A: 1 };

export const Bare = { A: 1 };

/** A call (libvirt: virPaint). */
export function paint() {}

export const number = 1;
`;

describe('declarations', () => {
  it('are the exported objects and lists, with the enum that the docstring right above names', () => {
    expect(declarationsIn(source)).toEqual([
      { name: 'PaintFlag', enumName: 'virPaintFlags' },
      { name: 'colours', enumName: 'virColour' },
      { name: 'moods', enumName: 'virMood' },
      { name: 'Nameless', enumName: undefined },
      { name: 'Bare', enumName: undefined },
    ]);
  });
});

describe('the constants of this package', () => {
  it('are found in all of its folders, with their values', async () => {
    const found = await namedConstants(join(import.meta.dirname, '../src'));
    const constant = (name: string) => found.find((one) => one.name === name);
    expect(constant('ErrorCode')).toMatchObject({ enumName: 'virErrorNumber', value: { NO_DOMAIN: 42 } });
    expect(constant('PacketType')).toMatchObject({ enumName: 'virNetMessageType', value: { Stream: 3 } });
    expect(constant('domainStates')).toMatchObject({ enumName: 'virDomainState' });
    expect(constant('lifecycleEvents')).toMatchObject({ enumName: 'virDomainEventType' });
    expect(constant('CreateFlag')).toMatchObject({ enumName: 'virDomainCreateFlags', value: { Paused: 1 } });
    expect(found.length).toBeGreaterThan(25);
  });
});
