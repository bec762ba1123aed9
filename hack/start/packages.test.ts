import { describe, expect, it } from 'vitest';
import { fabricPackages } from './packages.ts';

/** A machine where these programs answer so. */
const machine = (answers: Record<string, string>) => fabricPackages(async (file) => answers[file]);

describe('packages of a fabric', () => {
  it.each([
    ['nothing', {}, true],
    ['an old Go', { go: 'go version go1.19.8 linux/amd64' }, true],
    ['an old Go and pip', { go: 'go version go1.19.8 linux/amd64', python3: 'pip 23.0.1' }, false],
    ['pip', { python3: 'pip 23.0.1' }, false],
    ['a new Go', { go: 'go version go1.99.0 linux/amd64' }, false],
  ])('hold pip, where there is %s: %#', async (_, answers, expected) => {
    expect((await machine(answers)).includes('python3-pip')).toBe(expected);
  });

  it('hold what the hosts run on, and certificates', async () => {
    expect(await machine({})).toEqual(expect.arrayContaining(['libvirt-daemon-system', 'ca-certificates']));
  });
});
