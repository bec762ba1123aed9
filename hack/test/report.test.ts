import { describe, expect, it } from 'vitest';
import { add, countReport, exitCode, failuresOf, plainLine, skippedOf, type VitestReport } from './report.ts';
import { choose, stages } from './stages.ts';

const report: VitestReport = {
  testResults: [
    {
      name: '/p/a.test.ts',
      status: 'failed',
      assertionResults: [
        { fullName: 'a adds', status: 'passed' },
        { fullName: 'a divides', status: 'failed', failureMessages: ['by zero'] },
        { fullName: 'a waits', status: 'pending' },
      ],
    },
    { name: '/p/b.test.ts', status: 'failed', message: 'cannot be loaded', assertionResults: [] },
    {
      name: '/p/c.test.ts',
      status: 'failed',
      message: 'afterAll failed',
      assertionResults: [{ fullName: 'c', status: 'passed' }],
    },
    { name: '/p/d.test.ts', status: 'passed', assertionResults: [{ fullName: 'd', status: 'todo' }] },
  ],
};

describe('the report of a test run', () => {
  it('counts tests, and files that failed by themselves', () => {
    expect(countReport(report)).toEqual({ passed: 2, failed: 3, skipped: 2 });
  });

  it('names each failure with its file and what it said', () => {
    expect(failuresOf(report)).toEqual([
      { file: '/p/a.test.ts', test: 'a divides', message: 'by zero' },
      { file: '/p/b.test.ts', test: 'the file itself', message: 'cannot be loaded' },
      { file: '/p/c.test.ts', test: 'the file itself', message: 'afterAll failed' },
    ]);
    expect(skippedOf(report)).toEqual(['a waits', 'd']);
  });

  it('sums up in one plain line', () => {
    const sum = add({ passed: 400, failed: 0, skipped: 1 }, { passed: 12, failed: 2, skipped: 0 });
    expect(plainLine(sum)).toBe('412 passed, 2 failed, 1 skipped');
  });

  it.each([
    [{ passed: 1, failed: 0, skipped: 0 }, {}, 0],
    [{ passed: 1, failed: 1, skipped: 0 }, {}, 1],
    [{ passed: 1, failed: 0, skipped: 1 }, {}, 0],
    [{ passed: 1, failed: 0, skipped: 1 }, { CI: 'true' }, 1],
  ])('%j with %j ends with %i', (counts, env, code) => {
    expect(exitCode(counts, env)).toBe(code);
  });
});

describe('stages', () => {
  const chosenNames = (...args: string[]) => choose(args).chosen.map(({ name }) => name);

  it('are all by default, cheapest first', () => {
    expect(chosenNames()).toEqual([
      ...['types', 'lint', 'generated', 'unit', 'chaos'],
      ...['differential', 'integration', 'e2e'],
    ]);
  });

  it('can be chosen, in their own order', () => {
    expect(chosenNames('unit', 'types')).toEqual(['types', 'unit']);
  });

  it('can be narrowed down to paths', () => {
    const { chosen, filters } = choose(['unit', 'operator/placement']);
    expect(chosen.map(({ name }) => name)).toEqual(['unit']);
    expect(filters).toEqual(['operator/placement']);
  });

  it.each([
    [['operator/kube'], /operator\/kube: name the stage/],
    [['types', 'operator/kube'], /name the stage/],
    [['--watch'], /Unknown option --watch; name stages \(types, lint,/],
  ])('refuse %j', (args, message) => {
    expect(() => choose(args)).toThrow(message);
  });

  it('write the report to where it is looked for', () => {
    for (const { isVitest, command } of stages) {
      expect(command.some((part) => part.includes('{report}'))).toBe(isVitest);
    }
  });
});
