import { describe, expect, it } from 'vitest';
import { parseDefinition } from './definition.ts';

/** Made up, in the language of the real ones. */
const sample = `
const NAME_MAX = 80;
const LIST_MAX = 5;
typedef string label<NAME_MAX>;
typedef label *maybe_label;
# define VIR_KEY_BUFLEN (16)
# define VIR_LABEL_BUFLEN (64 + 1)
const LABEL_MAX = VIR_LABEL_BUFLEN;
typedef opaque key[VIR_KEY_BUFLEN];
const MAGIC = 0x20;
enum colour { RED = 0 };
struct thing { label name; key id; /* not sent: int secret; */ };
struct remote_typed_param { label field; };
struct remote_do_it_args { thing what; maybe_label note; unsigned hyper size; unsigned serial; char model[32]; colour c; };
struct remote_do_it_ret { thing all<LIST_MAX>; unsigned char state; remote_typed_param params<LIST_MAX>; };
enum procedures {
    /**
     * @generate: both
     * @priority: high
     */
    REMOTE_PROC_DO_IT = 7,

    /**
     * @generate: both
     */
    REMOTE_PROC_LEAVE_IT = 8
};
`;

describe('a protocol definition', () => {
  const definition = parseDefinition(sample);

  it('gives layouts in the notation of the codecs', () => {
    expect(definition.layoutOf('remote_do_it_args')).toBe(
      '{{string<80> opaque[16]} string<80>? uhyper uint char[32] int}',
    );
    expect(definition.layoutOf('remote_do_it_ret')).toBe('{{string<80> opaque[16]}<5> uint typed<5>}');
    expect(definition.layoutOf('remote_leave_it_args')).toBe('{}');
  });

  it('gives numbers and priorities', () => {
    expect([...definition.procedures]).toEqual([
      ['DO_IT', { number: 7, priority: 'high' }],
      ['LEAVE_IT', { number: 8, priority: 'normal' }],
    ]);
  });

  it('gives numbers that have a name, also those of headers', () => {
    expect(definition.constants.get('LIST_MAX')).toBe(5);
    expect(definition.constants.get('MAGIC')).toBe(32);
    expect(definition.constants.get('VIR_KEY_BUFLEN')).toBe(16);
    expect(definition.constants.get('LABEL_MAX')).toBe(65);
  });

  it('tells the structs with a member of fewer than 32 bits', () => {
    expect(definition.isNarrow('remote_do_it_ret')).toBe(true);
    expect(definition.isNarrow('remote_do_it_args')).toBe(true);
    expect(definition.isNarrow('thing')).toBe(false);
    expect(definition.isNarrow('nothing')).toBe(false);
  });
});
