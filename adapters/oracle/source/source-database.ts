import { z } from 'zod';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { parseServiceName } from '#core/databases/oracle/service-name.ts';
import {
  clusterStatement,
  currentScnStatement,
  databaseSettingsStatement,
  dropFlushTableStatement,
  logMinerPackagesStatement,
  neededViews,
  openTransactionsStatement,
  quotaStatement,
  redoLogsStatement,
  sessionPrivilegesStatement,
  sessionRolesStatement,
  sessionStatement,
  supplementalLogStatement,
  tableProbeStatement,
  versionStatement,
  viewProbeStatement,
} from '#core/databases/oracle/source/capture-statements.ts';
import {
  type CatalogStatements,
  describeTableStatements,
  listTablesStatements,
  parseTableDescriptions,
  viewStatement,
} from '#core/databases/oracle/source/catalog.ts';
import { nextBoundStatement } from '#core/databases/oracle/source/copy-statements.ts';
import { oracleSourceDialect } from '#core/databases/oracle/source/dialect.ts';
import { flushTableName } from '#core/databases/oracle/source/flush-table.ts';
import { judgeLogs, type LogState, type RedoLog } from '#core/databases/oracle/source/gap-guard.ts';
import { keyColumns } from '#core/databases/oracle/source/key-range.ts';
import { formatScn, parseScn, startPosition } from '#core/databases/oracle/source/log-position.ts';
import { toLogReading } from '#core/databases/oracle/source/log-reading.ts';
import {
  type CaptureReadiness,
  findServerProblems,
  findTableReadinessProblems,
  findUnminableColumns,
  type TableReadiness,
} from '#core/databases/oracle/source/readiness.ts';
import { selectDecoderFor } from '#core/databases/oracle/types/column-codec.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { createPool } from '../driver/connection.ts';
import { oracleErrorOf } from '../driver/database-errors.ts';
import { createExecutor, type Executor } from '../driver/executor.ts';

/**
 * Opens a source. The tables are read in their (pluggable) database; what LogMiner depends on is looked at from the root
 * of the container database, where the connector mines.
 */
export const openSourceDatabase = (settings: ConnectionSettings): SourceDatabase => {
  const database = databaseLabel(settings);
  const open = (inRoot: boolean): Executor =>
    createExecutor(createPool(settings, { applicationName: 'millrace-source', inRoot }), database);
  const inTables = open(false);
  const { pluggableDatabase } = parseServiceName(settings.databaseName);
  return createSourceDatabase(
    { inTables, inRoot: pluggableDatabase === undefined ? inTables : open(true) },
    settings.databaseName,
  );
};

/** Executors for the database of the tables and for the root of the container database; they may be the same. */
export interface SourceExecutors {
  readonly inTables: Executor;
  readonly inRoot: Executor;
}

export const createSourceDatabase = (executors: SourceExecutors, databaseName: string): SourceDatabase => {
  const { inTables, inRoot } = executors;
  return {
    dialect: oracleSourceDialect,
    ping: () => ping(inTables),
    listTables: () => readTables(inTables, listTablesStatements),
    describeTable: (ref) => describeTable(inTables, ref),
    findCaptureProblems: async () =>
      findServerProblems(await readReadiness(executors), parseServiceName(databaseName)),
    findTableGrantProblems: (refs) => findTableProblems(inTables, refs),
    judgeCapture: async (_capture, { readOffset, hasCopy }) => {
      const state = await readLogState(inRoot);
      return judgeLogs({ state, offset: await readOffset(), hasCopy });
    },
    readLog: async (_capture, readOffset) => {
      const offset = await readOffset();
      return toLogReading(await readCurrentScn(inRoot), offset);
    },
    listTransactionsBefore: (offset) => listTransactionsBefore(inTables, offset),
    // The connector itself creates its flush table; supplemental logging is the DBA's and was validated.
    prepareCapture: async () => ({ isReady: true }),
    dropCapture: ({ slotName }) => dropFlushTable(inTables, flushTableName(slotName)),
    // The SCN moves by itself, and the connector's flush table makes it pass every position.
    writeMarker: async () => formatScn(await readCurrentScn(inRoot)),
    nextChunkBound: (table, after, rows) => nextChunkBound(inTables, table, after, rows),
    close: async () => {
      await Promise.all(inRoot === inTables ? [inTables.close()] : [inTables.close(), inRoot.close()]);
    },
  };
};

const versionSchema = z.strictObject({ serverVersion: z.string() });

export const ping = async (executor: Executor): Promise<{ readonly serverVersion: string }> => {
  const [row] = await executor.query('connect', versionStatement);
  return versionSchema.parse(row);
};

const readTables = async (
  executor: Executor,
  statements: CatalogStatements,
  ref?: TableRef,
): Promise<readonly TableDescription[]> => {
  const read = (statement: CatalogStatements[keyof CatalogStatements]) =>
    executor.query('read the catalog', statement, ref);
  const [tables, columns, keys, uniqueIndexes] = await Promise.all([
    read(statements.tables),
    read(statements.columns),
    read(statements.keys),
    read(statements.uniqueIndexes),
  ]);
  return parseTableDescriptions({ tables, columns, keys, uniqueIndexes });
};

export const describeTable = async (
  executor: Executor,
  ref: TableRef,
): Promise<TableDescription | undefined> => {
  const [table] = await readTables(executor, describeTableStatements(ref), ref);
  if (table !== undefined) return table;
  const [view] = await executor.query('read the catalog', viewStatement(ref), ref);
  return view === undefined
    ? undefined
    : {
        ref,
        columns: [],
        primaryKey: [],
        isKeyDeferrable: false,
        replicaIdentity: 'nothing',
        relationKind: 'view',
        estimatedRows: -1,
        bytes: 0,
        uniqueIndexes: [],
      };
};

const settingsSchema = z.strictObject({
  logMode: z.string(),
  supplementalMin: z.string(),
  supplementalAll: z.string(),
  forceLogging: z.string(),
  openMode: z.string(),
  isContainer: z.string(),
  currentScn: z.string(),
});

const readReadiness = async ({ inTables, inRoot }: SourceExecutors): Promise<CaptureReadiness> => {
  const action = 'read the settings of the server';
  const one = async <Schema extends z.ZodType>(
    executor: Executor,
    statement: Parameters<Executor['query']>[1],
    schema: Schema,
  ): Promise<z.output<Schema>> => schema.parse((await executor.query(action, statement))[0]);
  const list = async (executor: Executor, statement: Parameters<Executor['query']>[1], column: string) =>
    (await executor.query(action, statement)).map((row) => z.string().parse(row[column]));

  const { serverVersion } = await ping(inTables);
  const session = await one(
    inTables,
    sessionStatement,
    z.strictObject({ container: z.string(), username: z.string() }),
  );
  const privileges = await list(inRoot, sessionPrivilegesStatement, 'privilege');
  const readableViews = await readableViewsOf(inRoot);
  const { quotas } = await one(inTables, quotaStatement, z.strictObject({ quotas: z.string() }));
  const shared = {
    serverVersion,
    container: session.container,
    username: session.username,
    privileges,
    roles: await list(inRoot, sessionRolesStatement, 'role'),
    hasQuota: Number(quotas) > 0 || privileges.includes('UNLIMITED TABLESPACE'),
    packages: await list(inRoot, logMinerPackagesStatement, 'name'),
    readableViews,
  };
  if (!readableViews.includes('V$DATABASE') || !readableViews.includes('V$INSTANCE')) {
    // The missing grant is a problem of its own; what it hides shows when it is given.
    return {
      ...shared,
      logMode: 'ARCHIVELOG',
      supplementalMin: 'YES',
      forceLogging: 'YES',
      openMode: 'READ WRITE',
      isContainerDatabase: inRoot !== inTables,
      isCluster: false,
    };
  }
  const database = await one(inTables, databaseSettingsStatement, settingsSchema);
  const { isCluster } = await one(inRoot, clusterStatement, z.strictObject({ isCluster: z.string() }));
  return {
    ...shared,
    logMode: database.logMode,
    supplementalMin: database.supplementalMin,
    forceLogging: database.forceLogging,
    openMode: database.openMode,
    isContainerDatabase: database.isContainer === 'YES',
    isCluster: isCluster === 'YES',
  };
};

/** V$LOGMNR_CONTENTS answers outside of a mining session with another error (ORA-01306), which shows that it may be read. */
const unreadable: ReadonlySet<string | undefined> = new Set(['ORA-00942', 'ORA-01031']);

const readableViewsOf = async (executor: Executor): Promise<readonly string[]> => {
  const readable: string[] = [];
  for (const view of neededViews) {
    if (await isReadable(() => executor.query(`read ${view}`, viewProbeStatement(view)))) readable.push(view);
  }
  return readable;
};

/** A server that cannot be reached is no matter of rights. */
const isReadable = async (probe: () => Promise<unknown>): Promise<boolean> => {
  try {
    await probe();
    return true;
  } catch (error) {
    if (unreadable.has(oracleErrorOf(error))) return false;
    if (oracleErrorOf(error) === 'ORA-01306') return true;
    throw error;
  }
};

/** ALL_LOG_GROUPS.LOG_GROUP_TYPE of a table whose rows are logged as a whole. */
const allColumns = 'ALL COLUMN LOGGING';

/** Tables that are not there are left out: that is another problem, which validation names by itself. */
const findTableProblems = async (
  executor: Executor,
  refs: readonly TableRef[],
): Promise<readonly Problem[]> => {
  const [session] = await executor.query('read the privileges', sessionStatement);
  const username = z.string().parse(session?.username);
  const isDatabaseFullyLogged = await logsAllColumns(executor);
  const readiness: TableReadiness[] = [];
  for (const ref of refs) {
    const mayRead = await isReadable(() => executor.query('read the table', tableProbeStatement(ref), ref));
    const groups = await executor.query('read the log groups', supplementalLogStatement(ref), ref);
    const table = await describeTable(executor, ref);
    // What the user may not see at all cannot be told from what is not there.
    if (table === undefined) continue;
    readiness.push({
      ref,
      isReadable: mayRead,
      isFullyLogged: isDatabaseFullyLogged || groups.some(({ type }) => type === allColumns),
      unminableColumns: findUnminableColumns(table),
    });
  }
  return readiness.flatMap((table) => findTableReadinessProblems(table, username));
};

/** False also when the view may not be read, which is named as a problem of the server. */
const logsAllColumns = async (executor: Executor): Promise<boolean> => {
  try {
    const [row] = await executor.query('read the settings of the server', databaseSettingsStatement);
    return settingsSchema.parse(row).supplementalAll === 'YES';
  } catch (error) {
    if (unreadable.has(oracleErrorOf(error))) return false;
    throw error;
  }
};

const redoLogSchema = z.strictObject({
  thread: z.string(),
  sequence: z.string(),
  firstScn: z.string(),
  nextScn: z.string().nullable(),
});

const readLogState = async (executor: Executor): Promise<LogState> => {
  const rows = await executor.query('read the redo logs', redoLogsStatement);
  const logs = rows.map((row): RedoLog => {
    const { thread, sequence, firstScn, nextScn } = redoLogSchema.parse(row);
    return {
      thread: Number(thread),
      sequence: BigInt(sequence),
      firstScn: parseScn(firstScn),
      nextScn: nextScn === null ? undefined : parseScn(nextScn),
    };
  });
  return { logs, currentScn: await readCurrentScn(executor) };
};

const readCurrentScn = async (executor: Executor): Promise<bigint> => {
  const [row] = await executor.query('read the current SCN', currentScnStatement);
  return parseScn(z.string().parse(row?.currentScn));
};

const transactionSchema = z.strictObject({
  startScn: z.string(),
  sid: z.string().nullable(),
  serial: z.string().nullable(),
  username: z.string().nullable(),
  program: z.string().nullable(),
});

const listTransactionsBefore = async (
  executor: Executor,
  offset: Parameters<NonNullable<SourceDatabase['listTransactionsBefore']>>[0],
): Promise<readonly string[]> => {
  const start = startPosition(offset);
  if (start === undefined) return [];
  const rows = await executor.query(
    'read the open transactions',
    openTransactionsStatement(formatScn(start)),
  );
  return rows.map((row) => {
    const { startScn, sid, serial, username, program } = transactionSchema.parse(row);
    return sid === null
      ? `a transaction without a session, open since SCN ${startScn} (DBA_2PC_PENDING)`
      : `session ${sid},${serial} of ${username ?? 'the server'} (${program ?? 'unknown program'}), open since SCN ${startScn}`;
  });
};

/** The connector has let go of the table when it is stopped; one that was never created is fine. */
const dropFlushTable = async (executor: Executor, name: string): Promise<void> => {
  try {
    await executor.run(`drop the table ${name}`, dropFlushTableStatement(name));
  } catch (error) {
    if (oracleErrorOf(error) !== 'ORA-00942') throw error;
  }
};

const nextChunkBound = async (
  executor: Executor,
  table: TableDescription,
  after: readonly string[] | undefined,
  rows: number,
): Promise<readonly string[] | undefined> => {
  const [row] = await executor.query(
    'find the end of a chunk',
    nextBoundStatement(table, after, rows),
    table.ref,
  );
  if (row === undefined) return undefined;
  return keyColumns(table).map((column, index) => {
    const text = selectDecoderFor(column)(row[`C${index}`]);
    if (text !== null) return text;
    throw new MillraceError('Internal', `Key column ${column.name} of ${table.ref.table} has a NULL.`);
  });
};
