import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { bulkhead } from 'cockatiel';
import type mysql from 'mysql2/promise';
import type { ValueGuard } from '#core/canonical/value-guard.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { OwnedRun } from '#core/contracts/target-owner.ts';
import { quoteIdentifier } from '#core/databases/mysql/identifiers.ts';
import { TableStatements } from '#core/databases/mysql/target/apply-statements.ts';
import { isAsFine } from '#core/databases/mysql/target/compatibility.ts';
import { loadDataStatement } from '#core/databases/mysql/target/load-data.ts';
import {
  deleteStatements,
  describeTargetRows,
  insertStatements,
  type StatementLimits,
  type TargetRows,
} from '#core/databases/mysql/target/rows.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { ownColumns } from '#core/mapping/map-table.ts';
import { uniquenessOf } from '#core/mapping/shared-uniqueness.ts';
import type {
  ChunkControl,
  ChunkWriter,
  CopiedChunk,
  CopiedTables,
  RowBatch,
} from '#core/ports/databases.ts';
import { type Progress, writeGuarded, writeWatched } from '../../databases/chunk-watch.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { readApart } from '../../databases/read-apart.ts';
import { type Connection, createPool, type Pool } from '../driver/connection.ts';
import { isDuplicateKey, toDatabaseError } from '../driver/database-errors.ts';
import { requirePacket } from '../driver/packet-limit.ts';
import { lockTable } from './ownership.ts';

/** The size of one INSERT: below the smallest max_allowed_packet that servers come with (1 MiB). */
const insertLimits: StatementLimits = { bytes: 512 * 1024, rows: 5_000 };

/** MariaDB makes a join of a longer list (in_predicate_conversion_threshold), which does not use the key then. */
const deleteLimits: StatementLimits = { bytes: 512 * 1024, rows: 500 };

/** How much of a file to load is sent at once; a packet may have 16 MiB. */
const loadPartBytes = 256 * 1024;

/**
 * Writes chunks of canonical rows: by LOAD DATA LOCAL INFILE where the server allows it, and otherwise by INSERTs of many
 * rows. Where the target has some of their keys already (the chunk was committed, but the record of it was lost), the
 * chunk is written again, with those rows deleted first. With `run`, each chunk's transaction begins by locking the owner
 * of its table.
 */
export const openChunkWriter = (
  settings: ConnectionSettings,
  concurrency: number,
  run?: OwnedRun,
): ChunkWriter => {
  const pool = createPool(settings, {
    applicationName: 'millrace-copy',
    access: 'write',
    maxConnections: concurrency,
    // The stall timer limits a copy, not the time that it takes.
    statementTimeoutMs: 0,
    // Rows that are merged may need a statement each, a thousand in one text.
    multipleStatements: true,
  });
  const database = databaseLabel(settings);
  const turns = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  return {
    writeChunk: (tables, chunk, read, control) =>
      turns.execute(async () => {
        control.signal.throwIfAborted();
        const describe = (error: unknown): MillraceError =>
          toDatabaseError(error, {
            action: `copy chunk ${chunk.chunkNumber}`,
            database,
            table: tables.target.ref,
          });
        const attempt = (write: Write): Promise<CopiedChunk> =>
          writeGuarded(tables, (guard) => {
            const rows = describeCopiedRows(tables, guard);
            return inCopyTransaction(pool, describe, control, async (connection, progress) => {
              if (run !== undefined) await lockTable(connection, run, tables.target.ref);
              await write(connection, rows, read(), progress, tables);
            });
          });
        try {
          return await attempt((connection, ...rest) =>
            connection.facts.allowsLocalInfile
              ? loadRows(connection, ...rest)
              : insertRows(connection, ...rest),
          );
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        // Deleting a row would lose what only the target has.
        return attempt(ownColumns(tables.source, tables.target).length > 0 ? mergeRows : replaceRows);
      }),
    close: () => pool.close(),
  };
};

/** Columns are those of the source that are replicated, in its order, as the rows have them. Throws `SchemaMismatch`. */
const describeCopiedRows = (
  { source, target }: Pick<CopiedTables, 'source' | 'target'>,
  guard: ValueGuard,
): TargetRows => {
  const sources = source.columns.filter(({ isGenerated }) => !isGenerated);
  const pairs = sources.map((column) => {
    const written = target.columns.find(({ name }) => name === column.name);
    if (written !== undefined) return { source: column, target: written };
    throw new MillraceError(
      'SchemaMismatch',
      `Target table ${target.ref.schema}.${target.ref.table} lacks column ${column.name}.`,
      { facts: { table: `${target.ref.schema}.${target.ref.table}`, column: column.name } },
    );
  });
  const keyColumns = source.primaryKey.map((name) => sources.findIndex((column) => column.name === name));
  return describeTargetRows(target, pairs, keyColumns, guard);
};

type Write = (
  connection: Connection,
  rows: TargetRows,
  batches: AsyncIterable<RowBatch>,
  progress: Progress,
  tables: Pick<CopiedTables, 'source' | 'target'>,
) => Promise<void>;

const inCopyTransaction = async (
  pool: Pool,
  describe: (error: unknown) => MillraceError,
  { signal, beforeCommit }: ChunkControl,
  write: (connection: Connection, progress: Progress) => Promise<void>,
): Promise<CopiedChunk> => {
  const connection = await pool.acquire().catch((error: unknown) => {
    throw describe(error);
  });
  const ended = Promise.withResolvers<never>();
  // The driver says nothing to a statement whose connection was cut on our side.
  ended.promise.catch(() => undefined);
  const work = async (progress: Progress): Promise<void> => {
    await connection.query('START TRANSACTION');
    await write(connection, progress);
    await beforeCommit?.();
    await connection.query('COMMIT');
  };
  return writeWatched(
    {
      cut: () => {
        connection.destroy();
        ended.reject(new Error('The connection was cut.'));
      },
      release: (isFailed) => (isFailed ? connection.destroy() : connection.release()),
      describe,
    },
    signal,
    (progress) => Promise.race([work(progress), ended.promise]),
  );
};

const loadRows: Write = async (connection, rows, batches, progress) => {
  let sent = 0;
  const socket = socketOf(connection);
  const read = async function* (): AsyncGenerator<Buffer> {
    for await (const batch of batches) {
      sent += batch.rowCount;
      progress(batch);
      yield* loadParts(rows, batch);
    }
  };
  const { parts, failure } = readApart(read());
  const lines = async function* (): AsyncGenerator<Buffer> {
    for await (const part of parts) {
      yield part;
      // The driver does not wait for the socket by itself, and would gather the whole chunk in memory.
      if (socket.writableNeedDrain) await once(socket, 'drain');
    }
  };
  const file = Readable.from(lines(), { objectMode: true, highWaterMark: 1 });
  try {
    const [result] = await connection.driver.query<mysql.ResultSetHeader>({
      sql: loadDataStatement(rows),
      infileStreamFactory: () => file,
    });
    if (result.warningStatus > 0) await requireHarmless(connection);
    if (result.affectedRows !== sent) {
      throw new MillraceError('CopyFailed', `The target took ${result.affectedRows} of ${sent} rows.`);
    }
  } catch (error) {
    throw failure() ?? error;
  } finally {
    file.destroy();
  }
};

const loadParts = function* (rows: TargetRows, batch: RowBatch): Generator<Buffer> {
  let lines: string[] = [];
  let length = 0;
  for (const row of batch.rows) {
    const line = rows.line(row);
    lines.push(line);
    length += line.length;
    if (length < loadPartBytes) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
    length = 0;
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
};

/** mysql2's connection has its socket as `stream`, which its types leave out. */
const socketOf = ({ driver }: Connection): Socket => {
  const { stream } = driver.connection as unknown as { readonly stream: Socket };
  return stream;
};

/** Warnings about features that will go. They say nothing about a value (MySQL Error Message Reference). */
const deprecations: ReadonlySet<string> = new Set(['1287', '1681', '3719', '3778', '4079']);

const duplicateRow = '1062';

/** What a file's rows were refused for is a warning of LOAD DATA LOCAL. Throws `ValueRejected`, and what `duplicateRows` makes for rows that are there already. */
const requireHarmless = async (connection: Connection): Promise<void> => {
  const { rows } = await connection.query('SHOW WARNINGS');
  const codes = rows.map(({ Code }) => String(Code)).filter((code) => !deprecations.has(code));
  const [first] = codes;
  if (first === undefined) return;
  if (codes.every((code) => code === duplicateRow)) throw duplicateRows();
  const message = rows.find(({ Code }) => Code !== duplicateRow && Code === first)?.Message ?? '';
  throw Object.assign(new Error(message), { errno: Number(first) });
};

const duplicateRows = (): Error => Object.assign(new Error(''), { errno: Number(duplicateRow) });

const insertRows: Write = async (connection, rows, batches, progress) => {
  const columns = rows.columns.map((_column, index) => index);
  for await (const batch of batches) {
    progress(batch);
    await runAll(connection, rows, insertStatements(rows, columns, batch.rows, '', insertLimits));
  }
};

/** Of a row whose unique value another chunk's row has, nothing is written: docs/decisions/outdated-unique-values.md. */
const replaceRows: Write = async (connection, rows, batches, progress, { source, target }) => {
  const columns = rows.columns.map((_column, index) => index);
  const isShared = uniquenessOf(source, target, isAsFine) === 'shared';
  const [key = 0] = rows.keyColumns;
  const name = quoteIdentifier(rows.columns[key]?.name ?? '');
  const onDuplicate = isShared ? ` ON DUPLICATE KEY UPDATE ${name}=${name}` : '';
  for await (const batch of batches) {
    progress(batch);
    const values = batch.rows;
    await runAll(connection, rows, deleteStatements(rows, values, deleteLimits));
    await runAll(connection, rows, insertStatements(rows, columns, values, onDuplicate, insertLimits));
  }
};

const mergeRows: Write = async (connection, rows, batches, progress, { target }) => {
  const statements = new TableStatements(
    { ...target, hasOtherUniqueIndexes: true, isReferenced: true },
    rows,
  );
  for await (const batch of batches) {
    progress(batch);
    const written = statements.forSteps([{ kind: 'write', deletes: [], patches: [], upserts: batch.rows }]);
    await runAll(
      connection,
      rows,
      written.map(({ text }) => text),
    );
  }
};

const runAll = async (
  connection: Connection,
  rows: TargetRows,
  statements: readonly string[],
): Promise<void> => {
  for (const statement of statements) {
    requirePacket(statement, connection.facts, rows.ref);
    await connection.query(statement);
  }
};
