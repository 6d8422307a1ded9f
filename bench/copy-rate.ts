import { isEveryTableLive, waitForStatus } from '../demo/operator.ts';
import {
  type BenchContext,
  type ComparedRates,
  compareRates,
  inTurns,
  stepDeadlineMs,
  targetTableOf,
} from './bench-context.ts';
import { pipeTable } from './psql.ts';
import { countRows, qualified, watchCopyRate } from './watch-target.ts';

/** The table that is copied. Its rows are there before the replication, so that none of them is also an event. */
export const copiedTable = 'copied_flights';

export interface ProductCopy {
  readonly sourceId: number;
  readonly targetId: number;
  /** Where the source has the table; PostgreSQL's default when left out. */
  readonly schema?: string;
  /** Rows per second, as seen from the target, of the copy that begins after the call. */
  watch(): Promise<number>;
}

/** Saves a replication of the table and returns what measures its copy, as `start` with force_resync runs it in the container. */
export const productCopy = async (
  { api, signal }: Pick<BenchContext, 'api' | 'signal'>,
  { sourceId, targetId, schema, watch }: ProductCopy,
): Promise<() => Promise<number>> => {
  const { replication_id: replicationId } = await api.createReplication(
    sourceId,
    targetId,
    [copiedTable],
    schema,
  );
  return async () => {
    const watching = watch();
    await api.startReplication(replicationId, { forceResync: true });
    const reached = waitForStatus(api, replicationId, 'The copy', isEveryTableLive, {
      deadlineMs: stepDeadlineMs,
      signal,
      // On the machine that is measured, an answer of the API takes a few percent of the time between two at half a second.
      pollEveryMs: 2_000,
    });
    // A start that fails would otherwise leave the watcher waiting for its deadline.
    const [rate] = await Promise.all([watching, reached]);
    await api.stopReplication(replicationId);
    return rate;
  };
};

/**
 * The product's copy against one psql pipe: the same table, the same servers, the same primary key at the target, both seen
 * from the target.
 */
export const measureCopyRate = async (context: BenchContext): Promise<ComparedRates> => {
  const { target, databases, sizes, say, signal } = context;
  const targetTable = targetTableOf(context, copiedTable);
  const filled = await fillCopiedTable(context);
  say(`  ${copiedTable}: ${filled.toLocaleString('en')} rows`);

  const watch = (): Promise<number> => watchCopyRate(target, targetTable, filled, signal);
  const ours = await productCopy(context, { ...context, watch });
  const peers = async (): Promise<number> => {
    await target.query(`TRUNCATE ${qualified(targetTable)}`);
    const [rate] = await Promise.all([
      watch(),
      pipeTable(
        { config: databases.source, table: qualified(copiedTable) },
        { config: databases.target, table: qualified(targetTable) },
      ),
    ]);
    return rate;
  };

  const rounds = await inTurns(sizes.rounds, { Millrace: ours, 'psql pipe': peers }, say);
  return compareRates(rounds.map((rates) => ({ ours: rates.Millrace, peers: rates['psql pipe'] })));
};

/** Fills the table at the source, unless another benchmark has done so. Returns its rows. */
export const fillCopiedTable = async ({ source, sizes }: BenchContext): Promise<number> => {
  const table = qualified(copiedTable);
  const [found] = (await source.query<{ oid: string | null }>('SELECT to_regclass($1) AS oid', [table])).rows;
  if (found?.oid != null) return countRows(source, copiedTable);
  await source.query(`CREATE TABLE ${table} (LIKE flights INCLUDING ALL)`);
  for (let times = 0; times < sizes.copyTimes; times += 1) {
    await source.query(
      `INSERT INTO ${table}
       SELECT (f.r).* FROM (
         SELECT jsonb_populate_record(flights, jsonb_build_object('year', year + $1::int)) AS r FROM flights
       ) AS f`,
      [100 * times],
    );
  }
  await source.query(`ANALYZE ${table}`);
  return countRows(source, copiedTable);
};
