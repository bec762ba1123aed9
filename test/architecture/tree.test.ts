import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../hack/paths.ts';
import { filesUnder } from './sources.ts';

const texts = filesUnder('.')
  .filter((path) => /\.(m?ts|mjs|json|ya?ml|md|tpl|txt|sh|go|mod)$|Dockerfile$|^\.ci\/run$/.test(path))
  .filter((path) => path !== 'package-lock.json')
  .map((path) => ({ path, text: readFileSync(join(projectRoot, path), 'utf8') }));

/** Each line that matches, as PATH:NUMBER. */
function linesWith(pattern: RegExp, files = texts): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

describe('the tree', () => {
  // Written in two parts, or this file would be the first to break its rules.
  const tests = texts.filter(({ path }) => path.endsWith('.test.ts'));

  it('holds no note of what is still to be done', () => {
    expect(linesWith(new RegExp(`\\b(${'TO'}${'DO'}|${'FIX'}${'ME'}|${'XX'}${'X'})\\b`))).toEqual([]);
  });

  it('holds no test that is skipped, or that keeps others from running', () => {
    expect(tests.length).toBeGreaterThan(20);
    expect(linesWith(/\b(it|test|describe)\.(only|skip|todo|skipIf|runIf)\b/, tests)).toEqual([]);
    expect(linesWith(/^\s*(xit|xdescribe|fit|fdescribe)\(/, tests)).toEqual([]);
  });

  it('holds no path of one machine', () => {
    // A checkout right under the root, such as /app, may have the name of any folder.
    if (dirname(projectRoot) !== '/')
      expect(linesWith(new RegExp(`(?<!\\w)${RegExp.escape(projectRoot)}(?!\\w)`))).toEqual([]);
    expect(linesWith(/\/(home|Users)\/(?!me\b|USER\b)\w+\//)).toEqual([]);
    // A home folder such as /root is a word of Linux; with something of this project in it, it is one machine's.
    expect(linesWith(new RegExp(`${RegExp.escape(homedir())}/(\\.cache|vmfabric|work)`))).toEqual([]);
  });
});
