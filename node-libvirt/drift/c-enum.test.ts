import { describe, expect, it } from 'vitest';
import { parseEnums } from './c-enum.ts';

/** Made up, in the manner of the real ones. */
const header = `
typedef enum {
    COLOUR_RED = 0, /* as it is (Since: 0.1.2) */
    COLOUR_GREEN,   /* like a leaf,
                       or a frog (Since: 1.0.0) */

    /* for those, who want {more} (Since: 10.2.0) */
    COLOUR_BLUE = 7,
    COLOUR_PLAIN /* without a version */

# ifdef VIR_ENUM_SENTINELS
    COLOUR_LAST /* (Since: 0.1.3) */
# endif
} virColour;

int virPaint(virColour colour);

typedef enum {
    PAINT_BOTH = PAINT_WET | PAINT_THICK,
    PAINT_WET = (1 << 0),
    PAINT_THICK = 1 << 1,
    PAINT_COLOUR = COLOUR_BLUE,
    PAINT_HIGHEST = 1U << 31,
    PAINT_HEX = 0x10,
    PAINT_NONE = -1
} virPaintFlags;

enum remote_brush { BRUSH_FLAT = 1, BRUSH_ROUND = 2 };
`;

const enums = parseEnums(header);
const valuesOf = (name: string) =>
  Object.fromEntries((enums.get(name) ?? []).map((member) => [member.name, member.value]));

describe('enums', () => {
  it('are named after their type, or their tag', () => {
    expect([...enums.keys()]).toEqual(['virColour', 'virPaintFlags', 'remote_brush']);
    expect(valuesOf('remote_brush')).toEqual({ BRUSH_FLAT: 1, BRUSH_ROUND: 2 });
  });

  it('count on from the last value, and have no member that counts them', () => {
    expect(valuesOf('virColour')).toEqual({
      COLOUR_RED: 0,
      COLOUR_GREEN: 1,
      COLOUR_BLUE: 7,
      COLOUR_PLAIN: 8,
    });
  });

  it('are computed, wherever the named member stands', () => {
    expect(valuesOf('virPaintFlags')).toEqual({
      ...{ PAINT_BOTH: 3, PAINT_WET: 1, PAINT_THICK: 2, PAINT_COLOUR: 7 },
      ...{ PAINT_HIGHEST: -(2 ** 31), PAINT_HEX: 16, PAINT_NONE: -1 },
    });
  });

  it('say since when a member is there, behind it or above it', () => {
    const since = (enums.get('virColour') ?? []).map((member) => member.since);
    expect(since).toEqual(['0.1.2', '1.0.0', '10.2.0', undefined]);
  });

  it('are refused when they cannot be computed', () => {
    expect(() => parseEnums('enum e { A = 2 * 3 };')).toThrow('2 * 3');
  });
});
