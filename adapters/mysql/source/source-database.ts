import { z } from 'zod';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { type Flavor, flavorOf, kindOfVersion, type MysqlKind } from '#core/databases/mysql/flavors.ts';
import { quoteTable } from '#core/databases/mysql/identifiers.ts';
import {
  columnsStatement,
  foreignKeysStatement,
  indexesStatement,
  jsonChecksStatement,
  readCascades,
  readTables,
  tableNamesStatement,
  tablesStatement,
} from '#core/databases/mysql/source/catalog.ts';
import { nextBoundStatement } from '#core/databases/mysql/source/copy-statements.ts';
import { mysqlSourceDialect } from '#core/databases/mysql/source/dialect.ts';
import { judgeLog, type LogState } from '#core/databases/mysql/source/gap-guard.ts';
import { isDivisible, keyColumns } from '#core/databases/mysql/source/key-range.ts';
import { formatPosition, toPosition } from '#core/databases/mysql/source/log-position.ts';
import { expiryVariables, toLogReading } from '#core/databases/mysql/source/log-reading.ts';
import { readPrepared } from '#core/databases/mysql/source/prepared-transactions.ts';
import {
  accountOf,
  type CaptureReadiness,
  findServerProblems,
  findServerWarnings,
  parseGlobalGrants,
  readinessVariables,
  unreadableTypes,
} from '#core/databases/mysql/source/readiness.ts';
import { selectDecoderFor } from '#core/databases/mysql/types/column-codec.ts';
import { mysqlTypeOf } from '#core/databases/mysql/types/column-types.ts';
import { MillraceError, type Problem, toMillraceError } from '#core/errors/millrace-error.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import type { TextRow } from '../driver/connection.ts';
import { errorNumberOf } from '../driver/database-errors.ts';
import { createExecutor, type Executor } from '../driver/executor.ts';

const parallelReads = 4;

/** A source of MySQL or MariaDB. Capture needs nothing of its own there: it reads the binary log as a replica does. */
export const openSourceDatabase = (
  settings: ConnectionSettings & { readonly kind: MysqlKind },
): SourceDatabase => {
  const executor = createExecutor(settings, { applicationName: 'millrace-source', access: 'read' });
  const flavor = flavorOf(settings.kind);
  const { databaseName } = settings;
  return {
    dialect: mysqlSourceDialect(settings.kind),
    ping: () => ping(executor, flavor),
    listTables: () => readCatalog(executor, flavor, databaseName),
    describeTable: async (ref) => {
      // Another database of the server is another registered database.
      if (ref.schema !== databaseName) return undefined;
      // The catalog may find a name by another case as well.
      const found = await readCatalog(executor, flavor, databaseName, ref.table);
      const table = found.find(({ ref: { table: name } }) => name === ref.table);
      return table && withUnloggedCascades(executor, table);
    },
    describeTables: async (refs) => {
      const own = refs.filter(({ schema }) => schema === databaseName);
      const wanted = new Set(own.map(({ table }) => table));
      // The server reads its catalog for one table, or for all of the database.
      const all = await readCatalog(executor, flavor, databaseName);
      return forEachBounded(
        all.filter(({ ref }) => wanted.has(ref.table)),
        parallelReads,
        (table) => withUnloggedCascades(executor, table),
      );
    },
    listTableNames: async () =>
      (await executor.query('read the catalog', tableNamesStatement(databaseName))).map(({ tableName }) => ({
        schema: databaseName,
        table: tableName ?? '',
      })),
    findCaptureProblems: async () =>
      findServerProblems(flavor, await readReadiness(executor, flavor, databaseName), settings),
    findCaptureWarnings: async () => findServerWarnings(flavor, await readVariables(executor, ['gtid_mode'])),
    findTableGrantProblems: async (refs) => {
      const problems: Problem[] = [];
      for (const ref of refs)
        problems.push(...(await findTableGrantProblem(executor, ref, settings.username)));
      return problems;
    },
    judgeCapture: async (_capture, { readOffset, hasCopy }) => {
      const log = await readLogState(executor, flavor);
      const offset = await readOffset();
      const verdict = judgeLog({ flavor, log, offset, hasCopy });
      if (verdict.kind !== 'gap') return verdict;
      // The offset may have transactions that came after the first look, so a loss has to be seen after it as well.
      return judgeLog({ flavor, log: await readLogState(executor, flavor), offset, hasCopy });
    },
    readLog: async (_capture, readOffset) => {
      const offset = await readOffset();
      const log = await readLogState(executor, flavor);
      const reading = toLogReading(flavor, log, offset, await readVariables(executor, expiryVariables));
      if (reading !== undefined) return reading;
      throw new MillraceError('ValidationFailed', 'The source server writes no binary log.');
    },
    // After a statement that MariaDB logs by itself the connector's offset stays in front of it, see `writeMarker`.
    ...(flavor.kind === 'mariadb' && {
      logProbe: { onlyWhenIdle: true, send: () => beginLogFile(executor) },
    }),
    listTransactionsBefore: async () =>
      (await executor.query('read the prepared transactions', flavor.preparedStatement)).map(readPrepared),
    prepareCapture: async () => ({ isReady: true }),
    dropCapture: async () => undefined,
    writeMarker: async () => {
      const end = await readLogEnd(executor, flavor);
      // After a statement that MariaDB logs by itself the connector's offset would stay in front of it (log-position.ts). A
      // new file brings it on; it is no transaction, so that replicas of this server, or its own source, see nothing.
      if (flavor.kind === 'mariadb') await beginLogFile(executor);
      return formatPosition(end);
    },
    nextChunkBound: async (table, after, rows) => {
      if (!isDivisible(table)) return undefined;
      const columns = keyColumns(table);
      const [row] = await executor.queryValues(
        'find the end of a chunk',
        nextBoundStatement(table, after, rows),
        columns.map((column) => mysqlTypeOf(column.native?.baseType ?? '')?.isBinary === true),
        table.ref,
      );
      return (
        row &&
        columns.map((column, index) =>
          z.string().parse(selectDecoderFor(column)(z.string().parse(row[index]))),
        )
      );
    },
    close: () => executor.close(),
  };
};

const beginLogFile = async (executor: Executor): Promise<void> => {
  await executor.query('begin a new file of the log', 'FLUSH BINARY LOGS');
};

const readVersion = async (executor: Executor): Promise<string> => {
  const [row] = await executor.query('connect', 'SELECT VERSION() AS version');
  return z.object({ version: z.string() }).parse(row).version;
};

const ping = async (executor: Executor, flavor: Flavor): Promise<{ readonly serverVersion: string }> => {
  const serverVersion = await readVersion(executor);
  const actual = kindOfVersion(serverVersion);
  if (actual !== flavor.kind) {
    throw new MillraceError(
      'InvalidRequest',
      `The server is ${flavorOf(actual).title} ${serverVersion}; register the database as kind ${actual}.`,
      { facts: { serverVersion, kind: flavor.kind } },
    );
  }
  return { serverVersion };
};

const readCatalog = async (
  executor: Executor,
  flavor: Flavor,
  schema: string,
  table?: string,
): Promise<readonly TableDescription[]> => {
  const read = (statement: typeof tablesStatement) =>
    executor.query('read the catalog', statement(schema, table));
  const [tables, columns, indexes, foreignKeys, jsonChecks] = await Promise.all([
    read(tablesStatement),
    read(columnsStatement),
    read(indexesStatement),
    read(foreignKeysStatement),
    flavor.kind === 'mariadb' ? read(jsonChecksStatement) : [],
  ]);
  return readTables(schema, { tables, columns, indexes, foreignKeys, jsonChecks });
};

const withUnloggedCascades = async (
  executor: Executor,
  table: TableDescription,
): Promise<TableDescription> => {
  const unloggedCascades = await readUnloggedCascades(executor, table.ref);
  return { ...table, ...(unloggedCascades.length > 0 && { unloggedCascades }) };
};

/** Foreign keys are InnoDB's own, below the log, in MariaDB and in MySQL before 9.6, which has a setting to return to that. */
const nativeForeignKeys = 'innodb_native_foreign_keys';

const readUnloggedCascades = async (executor: Executor, ref: TableRef): Promise<readonly string[]> => {
  const text = `SHOW CREATE TABLE ${quoteTable(ref)}`;
  const [row] = await executor.query('read the catalog', text, ref).catch((error: unknown) => {
    // What is missing is found with the rights.
    if (toMillraceError(error).code !== 'PermissionDenied') throw error;
    return [];
  });
  const cascades = readCascades(row?.['Create Table'] ?? '');
  if (cascades.length === 0) return [];
  const variables = await readVariables(executor, [nativeForeignKeys]);
  return variables[nativeForeignKeys] === 'OFF' ? [] : cascades;
};

const variableSchema = z.object({ Variable_name: z.string(), Value: z.string() });

const readVariables = async (
  executor: Executor,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> => {
  const rows = await executor.query('read the settings of the server', {
    text: `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names.map(() => '?').join(', ')})`,
    values: names,
  });
  return Object.fromEntries(
    rows.map((row) => {
      const { Variable_name: name, Value: value } = variableSchema.parse(row);
      return [name.toLowerCase(), value];
    }),
  );
};

const readReadiness = async (
  executor: Executor,
  flavor: Flavor,
  databaseName: string,
): Promise<CaptureReadiness> => {
  const [serverVersion, variables, globalGrants, unreadable] = await Promise.all([
    readVersion(executor),
    readVariables(executor, readinessVariables),
    readGlobalGrants(executor),
    executor.query('read the catalog', {
      text:
        'SELECT DISTINCT TABLE_NAME AS tableName, DATA_TYPE AS dataType FROM information_schema.COLUMNS ' +
        `WHERE TABLE_SCHEMA = ? AND DATA_TYPE IN (${unreadableTypes.map(() => '?').join(', ')})`,
      values: [databaseName, ...unreadableTypes],
    }),
  ]);
  // A server of the other kind may not know the statement; that it is one is problem enough.
  const isReadable = variables.log_bin === 'ON' && kindOfVersion(serverVersion) === flavor.kind;
  const filters = isReadable ? await readLogFilters(executor, flavor) : noFilters;
  return {
    serverVersion,
    variables,
    globalGrants,
    ...filters,
    unreadableTables: unreadable.map((row) => ({
      table: z.string().parse(row.tableName),
      type: z.string().parse(row.dataType),
    })),
  };
};

/** The user's rights, with those of the roles that are active. */
const readGlobalGrants = async (executor: Executor): Promise<ReadonlySet<string>> => {
  const action = 'read the rights of the user';
  const [active] = await executor.query(action, 'SELECT CURRENT_ROLE() AS roles');
  const roles = active?.roles ?? null;
  // MariaDB shows the rights of the active role by itself; MySQL names active roles quoted, ready for USING.
  const using = roles === null || roles === 'NONE' || !roles.startsWith('`') ? '' : ` USING ${roles}`;
  const rows = await executor.query(action, `SHOW GRANTS FOR CURRENT_USER()${using}`);
  const ofRole =
    roles !== null && roles !== 'NONE' && using === '' ? await executor.query(action, 'SHOW GRANTS') : [];
  return new Set([...rows, ...ofRole].flatMap((row) => parseGlobalGrants(Object.values(row)[0] ?? '')));
};

const noFilters = { loggedDatabases: [], unloggedDatabases: [] } as const;

const logEndSchema = z.object({
  File: z.string(),
  Position: z.string(),
  Binlog_Do_DB: z.string().nullable(),
  Binlog_Ignore_DB: z.string().nullable(),
});

/** Who may not read it is told so by the missing grant. */
const readLogFilters = async (
  executor: Executor,
  flavor: Flavor,
): Promise<Pick<CaptureReadiness, 'loggedDatabases' | 'unloggedDatabases'>> => {
  try {
    const row = logEndSchema.parse(await readLogEndRow(executor, flavor));
    const split = (list: string | null) => (list ?? '').split(',').filter((name) => name !== '');
    return { loggedDatabases: split(row.Binlog_Do_DB), unloggedDatabases: split(row.Binlog_Ignore_DB) };
  } catch (cause) {
    if (toMillraceError(cause).code === 'PermissionDenied') return noFilters;
    throw cause;
  }
};

const readLogEndRow = async (executor: Executor, flavor: Flavor): Promise<TextRow | undefined> => {
  const action = 'read the end of the log';
  const [statement = '', ...older] = flavor.logEndStatements;
  try {
    return (await executor.query(action, statement))[0];
  } catch (cause) {
    const isUnknown = errorNumberOf(cause) === syntaxError;
    const [fallback] = older;
    if (!isUnknown || fallback === undefined) throw cause;
    return (await executor.query(action, fallback))[0];
  }
};

const syntaxError = 1064;

export const readLogEnd = async (executor: Executor, flavor: Flavor): Promise<bigint> => {
  const row = await readLogEndRow(executor, flavor);
  if (row === undefined) {
    throw new MillraceError('ValidationFailed', 'The source server writes no binary log.');
  }
  const { File: file, Position: byte } = logEndSchema.parse(row);
  return toPosition(file, BigInt(byte));
};

const logFileSchema = z.object({ Log_name: z.string(), File_size: z.string() });

const readLogState = async (executor: Executor, flavor: Flavor): Promise<LogState> => {
  const {
    read_only: readOnly = 'OFF',
    server_uuid: serverUuid,
    ...gtids
  } = await readVariables(executor, [...flavor.gtidVariables, 'read_only', 'server_uuid']);
  const files = await executor.query('read the files of the log', 'SHOW BINARY LOGS');
  return {
    gtids,
    // MariaDB knows more than two values from 12.0 on.
    isReadOnly: readOnly !== 'OFF',
    ...(serverUuid !== undefined && { serverUuid }),
    files: files.map((row) => {
      const { Log_name: name, File_size: bytes } = logFileSchema.parse(row);
      return { name, bytes: Number(bytes) };
    }),
  };
};

/** Asks for every column of the table and for no row. A table that is not there is another problem. */
const findTableGrantProblem = async (
  executor: Executor,
  ref: TableRef,
  username: string,
): Promise<readonly Problem[]> => {
  try {
    // Without their names: the driver refuses a result that has a column `__proto__`.
    const statement = `SELECT COUNT(*) AS n FROM (SELECT * FROM ${quoteTable(ref)} LIMIT 0) AS readable`;
    await executor.query('read', statement, ref);
    return [];
  } catch (cause) {
    const { code } = toMillraceError(cause);
    if (code === 'TableNotFound' || code === 'DatabaseNotFound') return [];
    if (code !== 'PermissionDenied') throw cause;
    return [
      {
        subject: `source table ${tableLabel(ref)}`,
        problem: 'SELECT is missing.',
        remedy: `GRANT SELECT ON ${quoteTable(ref)} TO ${accountOf(username)};`,
      },
    ];
  }
};
