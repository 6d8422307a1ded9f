import { describe, expect, test } from '@jest/globals';
import { closingLine, countsOfReport, countsOfStep, sumCounts } from '../../run.ts';

describe('the sum of npm test', () => {
  test('a suite that could not be loaded counts as a failure', () => {
    expect(
      countsOfReport({
        numPassedTests: 4,
        numFailedTests: 1,
        numPendingTests: 2,
        numTodoTests: 1,
        numRuntimeErrorTestSuites: 1,
      }),
    ).toEqual({ passed: 4, failed: 2, skipped: 3 });
  });

  test('a step that exits badly without a failed test counts as a failure', () => {
    expect(countsOfStep({ passed: 4, failed: 0, skipped: 0 }, 1).failed).toBe(1);
    expect(countsOfStep({ passed: 4, failed: 2, skipped: 0 }, 1).failed).toBe(2);
    expect(countsOfStep({ passed: 4, failed: 0, skipped: 0 }, 0).failed).toBe(0);
  });

  test('the closing line sums every step', () => {
    const total = sumCounts([
      { passed: 1, failed: 0, skipped: 0 },
      { passed: 10, failed: 2, skipped: 3 },
    ]);
    expect(closingLine(total)).toBe('11 passed, 2 failed, 3 skipped');
  });
});
