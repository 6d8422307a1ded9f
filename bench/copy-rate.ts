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
import { qualified, watchCopyRate } from './watch-target.ts';

/** The table that is copied. Its rows are there before the replication, so that none of them is also an event. */
const copiedTable = 'copied_flights';

/**
 * The product's copy, as `start` with force_resync runs it in the container, against one psql pipe: the same table,
 * the same servers, the same primary key at the target, both seen from the target.
 */
export const measureCopyRate = async (context: BenchContext): Promise<ComparedRates> => {
  const { target, databases, api, sizes, say, signal } = context;
  const targetTable = targetTableOf(context, copiedTable);
  const filled = await fillTable(context);
  say(`  ${copiedTable}: ${filled.toLocaleString('en')} rows`);

  const { replication_id: replicationId } = await api.createReplication(context.sourceId, context.targetId, [
    copiedTable,
  ]);
  const ours = async (): Promise<number> => {
    const watching = watchCopyRate(target, targetTable, filled, signal);
    await api.startReplication(replicationId, { forceResync: true });
    const reached = waitForStatus(api, replicationId, 'The copy', isEveryTableLive, {
      deadlineMs: stepDeadlineMs,
      signal,
    });
    // A start that fails would otherwise leave the watcher waiting for its deadline.
    const [rate] = await Promise.all([watching, reached]);
    await api.stopReplication(replicationId);
    return rate;
  };
  const peers = async (): Promise<number> => {
    await target.query(`TRUNCATE ${qualified(targetTable)}`);
    const [rate] = await Promise.all([
      watchCopyRate(target, targetTable, filled, signal),
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

const fillTable = async ({ source, sizes }: BenchContext): Promise<number> => {
  await source.query(`CREATE TABLE ${qualified(copiedTable)} (LIKE flights INCLUDING ALL)`);
  let rows = 0;
  for (let times = 0; times < sizes.copyTimes; times += 1) {
    const inserted = await source.query(
      `INSERT INTO ${qualified(copiedTable)}
       SELECT (f.r).* FROM (
         SELECT jsonb_populate_record(flights, jsonb_build_object('year', year + $1::int)) AS r FROM flights
       ) AS f`,
      [100 * times],
    );
    rows += inserted.rowCount ?? 0;
  }
  await source.query(`ANALYZE ${qualified(copiedTable)}`);
  return rows;
};
