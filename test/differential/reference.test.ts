import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLibvirt } from '../../node-libvirt/drift/libvirt.ts';
import { ask, buildReference } from './reference.ts';

/** Made up, in the language of the real ones. */
const texts = {
  remote: `
%#include <libvirt/libvirt.h>
const REMOTE_LABEL_MAX = VIR_LABEL_BUFLEN;
typedef string remote_label<REMOTE_LABEL_MAX>;
struct remote_thing { remote_label name; int number; };
union remote_value switch (int type) { case VIR_TYPED_PARAM_INT: int i; };
`,
  qemu: '%#include "remote_protocol.h"\nstruct qemu_thing { remote_thing thing; };\n',
  shared: `
# define VIR_LABEL_BUFLEN (4)
typedef enum { VIR_TYPED_PARAM_INT = 5 } virTypedParameterType;
`,
};

describe('the program made of definitions', () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reference-'));
    const source = join(folder, 'source');
    for (const name of ['remote', 'rpc']) await mkdir(join(source, 'src', name), { recursive: true });
    await writeFile(join(source, 'src/rpc/virnetprotocol.x'), 'const VIR_NOTHING = 1;\n');
    await writeFile(join(source, 'src/remote/remote_protocol.x'), texts.remote);
    await writeFile(join(source, 'src/remote/qemu_protocol.x'), texts.qemu);
    program = await buildReference(
      { version: '0.0.0', suite: 'none', folder: source },
      parseLibvirt('libvirt 0.0.0', texts),
      ['remote_thing', 'qemu_thing', 'remote_value'],
      folder,
    );
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const answer = async (type: number, bytes: string) => {
    const [only] = await ask(program, [{ type, bytes: Buffer.from(bytes, 'hex') }]);
    return only && [only.consumed, only.encoded.toString('hex')];
  };

  it('encodes again what it could decode, and says how much it read', async () => {
    expect(await answer(0, '00000003616263ff00000007ffff')).toEqual([12, '000000036162630000000007']);
    expect(await answer(1, '0000000000000007')).toEqual([8, '0000000000000007']);
  });

  it('refuses what the definition does not allow', async () => {
    expect(await answer(0, '00000005616263646500000000000007')).toBeUndefined();
    expect(await answer(0, '00000003616263')).toBeUndefined();
  });

  it("takes numbers of libvirt's headers from what was read of them", async () => {
    expect(await answer(2, '0000000500000009')).toEqual([8, '0000000500000009']);
    expect(await answer(2, '0000000100000009')).toBeUndefined();
  });

  it('answers in order', async () => {
    const frames = [1, 2, 3].map((number) => ({
      type: 0,
      bytes: Buffer.from([0, 0, 0, 0, 0, 0, 0, number]),
    }));
    const answers = await ask(program, frames);
    expect(answers.map((one) => one?.encoded.at(-1))).toEqual([1, 2, 3]);
  });

  it('must answer every frame', async () => {
    const frame = { type: 3, bytes: Buffer.alloc(0) };
    await expect(ask(program, [frame])).rejects.toThrow('ended with 3 after 0 of 1 answers');
  });
});
