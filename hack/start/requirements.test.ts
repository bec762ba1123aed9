import { describe, expect, it } from 'vitest';
import { MissingRequirement } from '../apt/apt.ts';
import { requireFabricMachine } from './requirements.ts';

const good = { platform: 'linux', arch: 'x64', userId: 0, isolate: async () => '' };

describe('a machine for a fabric', () => {
  it.each([
    ['Linux', { platform: 'darwin', userId: 501 }],
    ['an x86-64 machine', { arch: 'arm64' }],
    ['root', { userId: 1000 }],
    [
      'the right to make namespaces',
      { isolate: () => Promise.reject(new Error('unshare failed: Operation not permitted')) },
    ],
  ])('that lacks %s is told so in one sentence, with a way out', async (what, lack) => {
    const attempt = requireFabricMachine({ ...good, ...lack });
    await expect(attempt).rejects.toThrow(MissingRequirement);
    await expect(attempt).rejects.toThrow(
      new RegExp(`^Missing ${what}: .*npm start -- --kubeconfig FILE\\.$`),
    );
  });

  it('may be this one', async () => {
    await requireFabricMachine(good);
  });
});
