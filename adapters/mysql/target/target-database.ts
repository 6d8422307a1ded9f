import { z } from 'zod';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { quoteTable } from '#core/databases/mysql/identifiers.ts';
import { clientTableNames, ownerTableName } from '#core/databases/mysql/target/bookkeeping.ts';
import {
  chooseTable,
  findTableStatement,
  type MysqlTargetTable,
} from '#core/databases/mysql/target/catalog.ts';
import {
  createSchemaStatement,
  createTableStatement,
  dropTableStatement,
  tableMarkStatement,
} from '#core/databases/mysql/target/ddl.ts';
import { mysqlTargetDialect } from '#core/databases/mysql/target/dialect.ts';
import {
  findMissingGrants,
  grantsStatement,
  parseGrants,
  serverStateStatement,
} from '#core/databases/mysql/target/grants.ts';
import type { Problem } from '#core/errors/millrace-error.ts';
import type { TargetDatabase } from '#core/ports/databases.ts';
import { createExecutor, type Executor } from '../driver/executor.ts';
import { createDeadLetterStore } from './dead-letters.ts';
import { describeTable, describeTables, grantLines } from './describe-table.ts';
import { createOwnership, lockTable } from './ownership.ts';
import { createRehearsal } from './rehearse-change.ts';

/** A target in MySQL or MariaDB, whose descriptions also say how its rows have to be written. */
export interface MysqlTargetDatabase extends TargetDatabase {
  describeTable(ref: TableRef): Promise<MysqlTargetTable | undefined>;
}

/** Emptying a table deletes its rows one by one where it has to be part of a transaction; here it need not be. */
const truncateTimeoutMs = 120_000;

export const openTargetDatabase = (settings: ConnectionSettings): MysqlTargetDatabase => {
  const executor = createExecutor(settings, {
    applicationName: 'millrace-target',
    access: 'write',
    statementTimeoutMs: truncateTimeoutMs,
  });
  return {
    dialect: mysqlTargetDialect,
    ping: async () => {
      const { serverVersion } = await executor.facts('connect');
      return { serverVersion };
    },
    findWriteProblems: (schemas, tables = [], owner) =>
      findWriteProblems(executor, settings, { schemas, tables, ...(owner && { owner }) }),
    describeTable: (ref) => describeTable(executor, ref),
    describeTables: (refs) => describeTables(executor, refs),
    createTable: async (target, source, mark) => {
      const facts = await executor.facts('create the table');
      const existing = await executor.query('create the table', schemaStatement(target.schema), target);
      if (existing.length === 0) {
        await executor.query('create the database', createSchemaStatement(target.schema), target);
      }
      await executor.query('create the table', createTableStatement(target, source, facts, mark), target);
    },
    hasRows: async (ref) => {
      const rows = await executor.query(
        'look for rows',
        `SELECT 1 AS found FROM ${quoteTable(ref)} LIMIT 1`,
        ref,
      );
      return rows.length > 0;
    },
    // TRUNCATE commits a transaction, and with it ends the lock on the owner's row, so it follows at once.
    truncate: (ref, start) =>
      executor.use(
        'truncate the table',
        async (connection) => {
          await lockTable(connection, start, ref);
          await connection.query(`TRUNCATE TABLE ${quoteTable(ref)}`);
        },
        ref,
      ),
    isCreatedTable: async (ref, mark) => {
      const found = chooseTable(await executor.query('read the catalog', findTableStatement(ref), ref), ref);
      if (found === undefined) return false;
      const actual = { schema: found.schema, table: found.table };
      const [row] = await executor.query('read the catalog', tableMarkStatement(actual), ref);
      return row?.mark === mark;
    },
    dropCreatedTable: async (ref, mark) => {
      const found = chooseTable(await executor.query('read the catalog', findTableStatement(ref), ref), ref);
      if (found === undefined) return 'missing';
      const actual = { schema: found.schema, table: found.table };
      const [row] = await executor.query('read the catalog', tableMarkStatement(actual), ref);
      if (row === undefined) return 'missing';
      if (row.mark !== mark) return 'not-created';
      await executor.query('drop the table', dropTableStatement(actual), ref);
      return 'dropped';
    },
    rehearseChange: createRehearsal(settings),
    ...createOwnership(executor),
    ...createDeadLetterStore(executor),
    close: () => executor.close(),
  };
};

const schemaStatement = (schema: string) => ({
  text: 'SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
  values: [schema],
});

const stateSchema = z.object({ readOnly: z.string(), account: z.string() });

const findWriteProblems = async (
  executor: Executor,
  settings: ConnectionSettings,
  { schemas, tables, owner }: WriteRequest,
): Promise<readonly Problem[]> => {
  const read = (statement: Parameters<Executor['query']>[1]) =>
    executor.query('read the privileges', statement);
  const [state] = await read(serverStateStatement);
  const { readOnly, account } = stateSchema.parse(state);
  const wanted = [...new Set([...schemas, settings.databaseName])];
  const missingSchemas: string[] = [];
  for (const schema of wanted) {
    if ((await read(schemaStatement(schema))).length === 0) missingSchemas.push(schema);
  }
  const grants = parseGrants(grantLines(await read(grantsStatement)));
  const bookkeeping = [
    ...schemas.map((schema) => ({ schema, table: ownerTableName })),
    ...(owner === undefined
      ? []
      : Object.values(clientTableNames(owner)).map((table) => ({ schema: settings.databaseName, table }))),
  ];
  return [
    ...(readOnly === '0' || readOnly === 'OFF'
      ? []
      : [
          {
            subject: 'target database',
            problem: 'It cannot be written to: the server is read-only.',
            remedy: 'Use the primary, or SET GLOBAL read_only = OFF.',
          },
        ]),
    ...findMissingGrants(grants, {
      databaseName: settings.databaseName,
      schemas: wanted,
      tables,
      bookkeeping,
      missingSchemas,
      account,
    }),
  ];
};

interface WriteRequest {
  readonly schemas: readonly string[];
  readonly tables: readonly TableRef[];
  readonly owner?: TargetOwner;
}
