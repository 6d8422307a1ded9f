import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { compareSides } from '../demo/comparison.ts';
import type { CsvFiles } from '../demo/data-set.ts';
import type { DemoDatabase } from '../demo/demo-database.ts';
import { kindOf } from '../demo/demo-kinds.ts';
import type { StateFolder } from '../local/state-folder.ts';
import {
  type BenchContext,
  type ComparedRates,
  compareRates,
  inTurns,
  targetTableOf,
} from './bench-context.ts';
import { copiedTable, fillCopiedTable, productCopy } from './copy-rate.ts';
import { dumpTable, loadDump } from './mariadb-client.ts';
import { fillMariadb, type MariadbDatabases, withConnection } from './mariadb-databases.ts';
import { loadByPgloader } from './pgloader.ts';
import { watchMariadbCopyRate } from './watch-mariadb.ts';
import { qualified, watchCopyRate } from './watch-target.ts';

/** MariaDB to PostgreSQL, against pgloader: the same table into the same table, both seen from the target. */
export const measureCopyFromMariadb = async (
  context: BenchContext,
  mariadb: MariadbDatabases,
  { csvFiles, folder }: { readonly csvFiles: CsvFiles; readonly folder: Pick<StateFolder, 'logs'> },
): Promise<ComparedRates> => {
  const { target, databases, sizes, say, signal } = context;
  const filled = await fillMariadb(mariadb.source, csvFiles, sizes.copyTimes);
  say(`  ${copiedTable}: ${filled.toLocaleString('en')} rows`);
  const ends = { source: mariadb.source, target: databases.target };
  const targetTable = targetTableOf({ databases: ends }, copiedTable);
  const watch = (): Promise<number> => watchCopyRate(target, targetTable, filled, signal);
  const verify = verifyOnce(ends, targetTable);

  const copy = await productCopy(context, {
    ...{ sourceId: mariadb.sourceId, targetId: context.targetId },
    schema: kindOf(mariadb.source).schemaOf(mariadb.source),
    watch,
  });
  const ours = async (): Promise<number> => {
    const rate = await copy();
    await verify('Millrace');
    return rate;
  };
  const peers = async (): Promise<number> => {
    await target.query(`TRUNCATE ${qualified(targetTable)}`);
    const tables = {
      source: { database: ends.source, table: copiedTable },
      target: { database: ends.target, table: targetTable },
    };
    const [rate] = await Promise.all([
      watch(),
      loadByPgloader(tables, join(folder.logs, 'pgloader.log'), signal),
    ]);
    await verify('pgloader');
    return rate;
  };
  const rounds = await inTurns(sizes.rounds, { Millrace: ours, pgloader: peers }, say);
  return compareRates(rounds.map((rates) => ({ ours: rates.Millrace, peers: rates.pgloader })));
};

/**
 * PostgreSQL to MariaDB, against `mariadb < dump` of the same rows. The dump lies ready in a file: what it takes to read the
 * rows at their source and to write them as statements is not counted for the peer, and is for Millrace.
 */
export const measureCopyToMariadb = async (
  context: BenchContext,
  mariadb: MariadbDatabases,
  folder: Pick<StateFolder, 'data'>,
): Promise<ComparedRates> => {
  const { databases, sizes, say, signal } = context;
  const filled = await fillCopiedTable(context);
  say(`  ${copiedTable}: ${filled.toLocaleString('en')} rows`);
  const ends = { source: databases.source, target: mariadb.target };
  const targetTable = targetTableOf({ databases: ends }, copiedTable);
  const watch = (): Promise<number> =>
    withConnection(ends.target, (connection) =>
      watchMariadbCopyRate(connection, targetTable, filled, signal),
    );
  const verify = verifyOnce(ends, targetTable);
  const dump = join(folder.data, 'bench-dump.sql');
  let isDumped = false;

  const copy = await productCopy(context, {
    sourceId: context.sourceId,
    targetId: mariadb.targetId,
    watch,
  });
  const ours = async (): Promise<number> => {
    const rate = await copy();
    await verify('Millrace');
    // These are the rows of the first pass, the warm-up.
    if (!isDumped) await dumpTable(ends.target, targetTable, dump);
    isDumped = true;
    return rate;
  };
  const peers = async (): Promise<number> => {
    await withConnection(ends.target, async (connection) => {
      // The server may still be counting the rows that were loaded last, for its statistics, and locks the table for it.
      await connection.change('SET innodb_lock_wait_timeout = 60');
      await connection.change(`TRUNCATE TABLE ${targetTable}`);
    });
    const [rate] = await Promise.all([watch(), loadDump(ends.target, dump)]);
    await verify('mariadb');
    return rate;
  };
  try {
    const rounds = await inTurns(sizes.rounds, { Millrace: ours, 'mariadb < dump': peers }, say);
    return compareRates(rounds.map((rates) => ({ ours: rates.Millrace, peers: rates['mariadb < dump'] })));
  } finally {
    rmSync(dump, { force: true });
  }
};

/** Compares the copied table after the first pass of each: a fast pass that lost a row is no pass. */
const verifyOnce = (
  ends: { readonly source: DemoDatabase; readonly target: DemoDatabase },
  targetTable: string,
): ((who: string) => Promise<void>) => {
  const verified = new Set<string>();
  return async (who) => {
    if (verified.has(who)) return;
    verified.add(who);
    const [compared] = await withConnection(ends.source, (source) =>
      withConnection(ends.target, (target) =>
        compareSides(
          kindOf(ends.source).comparedSide(source, ends.target.kind),
          kindOf(ends.target).comparedSide(target, ends.source.kind),
          [{ source: copiedTable, target: targetTable }],
        ),
      ),
    );
    if (compared?.equal !== true)
      throw new MillraceError(
        'LocalStackFailed',
        `${who} left ${targetTable} different: ${compared?.differences.join('; ')}`,
      );
  };
};
