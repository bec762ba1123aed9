import { describe, expect, it } from 'vitest';
import { parseDefinition } from './definition.ts';
import { differences } from './differences.ts';

/** Made up, in the language of the real ones. */
const sample = `
const NAME_MAX = 80;
const LIST_MAX = 5;
typedef string label<NAME_MAX>;
typedef label *maybe_label;
typedef opaque key[VIR_UUID_BUFLEN];
enum colour { RED = 0 };
struct thing { label name; key id; /* not sent: int secret; */ };
struct remote_typed_param { label field; };
struct remote_do_it_args { thing what; maybe_label note; unsigned hyper size; char model[32]; colour c; };
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
      '{{string<80> opaque[16]} string<80>? uhyper char[32] int}',
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
});

describe('differences', () => {
  it('names every procedure that a definition has otherwise', () => {
    const other = sample.replace('REMOTE_PROC_DO_IT = 7', 'REMOTE_PROC_CONNECT_OPEN = 3');
    const found = differences(parseDefinition(other), parseDefinition(''));
    expect(found).toContain('connectOpen: number is 1 here, 3 there');
    expect(found).toContain('connectOpen: args is {string<4194304>? uint} here, {} there');
    expect(found).toContain('domainGetState: unknown there');
    expect(found).toContain('qemuDomainAgentCommand: unknown there');
  });
});
