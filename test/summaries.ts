import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How long a step of a run took. */
export interface StepTime {
  readonly name: string;
  readonly seconds: number;
}

interface Summary {
  readonly ciRun: string | null;
  readonly counts: Counts;
  readonly times?: readonly StepTime[];
}

export const reportFolder = path.resolve(import.meta.dirname, '..', '.millrace', 'test');

/** Where the sum of a run is kept; `names` are the steps that were asked for. */
const summaryFile = (names: readonly string[], folder: string): string =>
  path.join(folder, `summary-${names.length === 0 ? 'usual' : names.join('-')}.json`);

/** Names one run of .ci/run, which sets it: what an earlier run left must not be counted as this one's. */
const ciRun = (): string | null => process.env.MILLRACE_CI_RUN ?? null;

/** To be called before anything that can fail, so that a run that ends early leaves nothing to be counted. */
export const removeSummary = (names: readonly string[], folder: string = reportFolder): void => {
  mkdirSync(folder, { recursive: true });
  rmSync(summaryFile(names, folder), { force: true });
};

export const writeSummary = (
  names: readonly string[],
  counts: Counts,
  folder: string = reportFolder,
  times: readonly StepTime[] = [],
): void => {
  const summary: Summary = { ciRun: ciRun(), counts, times };
  writeFileSync(summaryFile(names, folder), JSON.stringify(summary));
};

/** Undefined when there is none of this run of CI: the tests ended before they could write their sum. */
export const readSummary = (names: readonly string[], folder: string = reportFolder): Counts | undefined =>
  ownSummary(names, folder)?.counts;

/** The times of the steps of a run; none when it kept none. */
export const readTimes = (names: readonly string[], folder: string = reportFolder): readonly StepTime[] =>
  ownSummary(names, folder)?.times ?? [];

const ownSummary = (names: readonly string[], folder: string): Summary | undefined => {
  try {
    const summary = JSON.parse(readFileSync(summaryFile(names, folder), 'utf8')) as Summary;
    return summary.ciRun === ciRun() ? summary : undefined;
  } catch {
    return undefined;
  }
};
