/** How many tests or checks ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of vitest's JSON report that is read. */
export interface VitestReport {
  testResults: {
    name: string;
    status: 'passed' | 'failed';
    message?: string;
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[];
  }[];
}

export interface Failure {
  file: string;
  test: string;
  message: string;
}

/** A file that failed without a failing test (it cannot be loaded, a hook failed) counts as one failure. */
export function countReport(report: VitestReport): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of report.testResults) {
    for (const test of assertionResults) counts[outcome(test.status)]++;
    const toldByTest = assertionResults.some((test) => outcome(test.status) === 'failed');
    if (status === 'failed' && !toldByTest) counts.failed++;
  }
  return counts;
}

export function failuresOf(report: VitestReport): Failure[] {
  return report.testResults.flatMap(({ name: file, status, message = '', assertionResults }) => {
    const failed = assertionResults.filter((test) => outcome(test.status) === 'failed');
    if (status === 'failed' && failed.length === 0) return [{ file, test: 'the file itself', message }];
    return failed.map((test) => ({ file, test: test.fullName, message: test.failureMessages?.[0] ?? '' }));
  });
}

export function skippedOf(report: VitestReport): string[] {
  return report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter((test) => outcome(test.status) === 'skipped').map((test) => test.fullName),
  );
}

function outcome(status: string): keyof Counts {
  if (status === 'passed' || status === 'failed') return status;
  return 'skipped'; // pending, todo, disabled
}

export function add(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** The line that machines read. */
export function plainLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Not even a skipped test passes where nobody watches. */
export function exitCode({ failed, skipped }: Counts, env: NodeJS.ProcessEnv): number {
  return failed > 0 || (skipped > 0 && env['CI'] === 'true') ? 1 : 0;
}
