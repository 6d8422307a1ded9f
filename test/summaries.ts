import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
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
): void => {
  writeFileSync(summaryFile(names, folder), JSON.stringify({ ciRun: ciRun(), counts }));
};

/** Undefined when there is none of this run of CI: the tests ended before they could write their sum. */
export const readSummary = (names: readonly string[], folder: string = reportFolder): Counts | undefined => {
  try {
    const summary = JSON.parse(readFileSync(summaryFile(names, folder), 'utf8')) as {
      readonly ciRun: string | null;
      readonly counts: Counts;
    };
    return summary.ciRun === ciRun() ? summary.counts : undefined;
  } catch {
    return undefined;
  }
};
