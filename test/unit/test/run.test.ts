import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { countsOfStage, timeLines } from '../../ci-summary.ts';
import { closingLine, countsOfReport, countsOfStep, sumCounts } from '../../run.ts';
import { readSummary, readTimes, removeSummary, writeSummary } from '../../summaries.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const suiteList = z.array(z.string());
const { faultSuites, matrixSuites, productSuites } = z
  .object({ faultSuites: suiteList, matrixSuites: suiteList, productSuites: suiteList })
  .parse({ ...(await import(path.join(root, 'jest.config.mjs'))) });

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

describe('the sum of CI', () => {
  const counted = { passed: 7, failed: 0, skipped: 2 };

  test('a run of tests counts what it counted, and at least one failure when it exits badly', () => {
    expect(countsOfStage('matrix', 0, () => counted)).toEqual(counted);
    expect(countsOfStage('usual', 1, () => counted).failed).toBe(1);
  });

  test('a run of tests that has kept no count has failed, whatever its exit code', () => {
    expect(countsOfStage('mysql', 0, () => undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test('what another run of CI has kept is not counted, nor what was removed', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'millrace-summaries-'));
    const inRun = <T>(ciRun: string | undefined, action: () => T): T => {
      const before = process.env.MILLRACE_CI_RUN;
      if (ciRun === undefined) delete process.env.MILLRACE_CI_RUN;
      else process.env.MILLRACE_CI_RUN = ciRun;
      try {
        return action();
      } finally {
        if (before === undefined) delete process.env.MILLRACE_CI_RUN;
        else process.env.MILLRACE_CI_RUN = before;
      }
    };
    const read = () => readSummary(['matrix'], folder);
    try {
      expect(inRun('1', read)).toBeUndefined();
      inRun('1', () => writeSummary(['matrix'], counted, folder));
      expect(inRun('1', read)).toEqual(counted);
      expect(inRun('2', read)).toBeUndefined();
      expect(inRun(undefined, read)).toBeUndefined();
      removeSummary(['matrix'], folder);
      expect(inRun('1', read)).toBeUndefined();
      inRun(undefined, () => writeSummary(['matrix'], counted, folder));
      expect(inRun(undefined, read)).toEqual(counted);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('CI names its run', () => {
    expect(readFileSync(path.join(root, '.ci', 'run'), 'utf8')).toMatch(/^export MILLRACE_CI_RUN$/m);
  });

  test('the installation of packages counts as no test, unless it fails', () => {
    expect(countsOfStage('packages', 0)).toEqual({ passed: 0, failed: 0, skipped: 0 });
    expect(countsOfStage('packages', 1).failed).toBe(1);
  });

  test('the time of each stage is told, of the steps of one that has several, and of all', () => {
    const stages = [
      { name: 'packages', seconds: 21 },
      { name: 'usual', seconds: 640 },
      { name: 'demo', seconds: 60 },
    ];
    const stepsOf = (steps: readonly string[]) =>
      steps.length === 0
        ? [
            { name: 'unit', seconds: 39.6 },
            { name: 'product', seconds: 600 },
          ]
        : [{ name: steps[0] ?? '', seconds: 1 }];
    expect(timeLines(stages, stepsOf).map((line) => line.split(/ +/).slice(-3, -1))).toEqual([
      ['packages', '21'],
      ['usual', '640'],
      ['unit', '40'],
      ['product', '600'],
      ['demo', '60'],
      ['all', '721'],
    ]);
  });

  test('the times of the steps are kept with their counts', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'millrace-summaries-'));
    try {
      writeSummary([], counted, folder, [{ name: 'unit', seconds: 39.6 }]);
      expect(readTimes([], folder)).toEqual([{ name: 'unit', seconds: 39.6 }]);
      expect(readTimes(['matrix'], folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a demo counts as one test', () => {
    expect(countsOfStage('demo', 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(countsOfStage('demo', 3)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

// A name that is misspelled there would leave its suite in two stages, and the other one in none.
test.each([...faultSuites, ...matrixSuites, ...productSuites])(
  '%s, which has a stage of its own, is there',
  (suite) => {
    expect(existsSync(path.join(root, 'test', suite))).toBe(true);
  },
);

test('no suite has two stages', () => {
  const all = [...faultSuites, ...matrixSuites, ...productSuites];
  expect(new Set(all).size).toBe(all.length);
});
