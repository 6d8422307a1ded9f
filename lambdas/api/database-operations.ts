import { z } from 'zod';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { Database } from '#core/contracts/database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { Problem } from '#core/errors/millrace-error.ts';
import { requireRoom } from '#core/lifecycle/client-quotas.ts';
import { findTableProblems } from '#core/validation/validate-table.ts';
import { recordDatabaseChange } from './database-activity.ts';
import {
  databaseAnswerSchema,
  databaseListSchema,
  databaseTestSchema,
  discoveredTablesSchema,
  discoverTablesQuerySchema,
  listDatabasesQuerySchema,
  registerDatabaseSchema,
  updateDatabaseSchema,
  updatedDatabaseSchema,
} from './database-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { hasInName, numberKey, readPage, wholeList } from './paging.ts';
import { toProblemItem } from './problem-details.ts';
import { registerDatabase } from './register-database.ts';
import { pathIdSchema } from './shared-contracts.ts';
import { testDatabase } from './test-database.ts';
import { updateDatabase } from './update-database.ts';

const databasePath = z.strictObject({ database_id: pathIdSchema });

const toAnswer = (database: Database): z.input<typeof databaseAnswerSchema> => ({
  database_id: database.databaseId,
  name: database.name,
  kind: database.kind,
  host: database.host,
  port: database.port,
  database: database.databaseName,
  username: database.username,
  tls_mode: database.tlsMode,
  ca_pem: database.caPem ?? null,
  created_at: database.createdAt,
});

interface FoundTable {
  readonly table: TableDescription;
  readonly problems: readonly Problem[];
}

/** The order of tables: by schema, then by name. No name has a NUL in it. */
const tableOrder = ({ table }: FoundTable): string => `${table.ref.schema}\0${table.ref.table}`;

const connectionErrors = [
  'NotFound',
  'DatabaseUnreachable',
  'DatabaseAuthenticationFailed',
  'DatabaseTlsFailed',
  'DatabaseNotFound',
  'DatabaseTimeout',
  'SecretMissing',
] as const;

export const databaseOperations: readonly Operation[] = [
  defineOperation({
    id: 'registerDatabase',
    method: 'POST',
    path: '/databases',
    summary: 'Register a database as a source or target. Nothing connects to it yet when its kind is given.',
    body: registerDatabaseSchema,
    status: 201,
    answer: databaseAnswerSchema,
    errors: ['NotFound', 'DatabaseUnreachable', 'QuotaExceeded'],
    run: async ({ clientId, actor, body }, ports) => {
      await requireRoom(clientId, { databases: 1 }, ports);
      const database = await registerDatabase(clientId, body, ports);
      await recordDatabaseChange({ after: database, by: actor }, ports);
      return toAnswer(database);
    },
  }),

  defineOperation({
    id: 'listDatabases',
    method: 'GET',
    path: '/databases',
    summary: 'List the registered databases.',
    status: 200,
    answer: databaseListSchema,
    query: listDatabasesQuerySchema,
    run: async ({ clientId, query }, { store }) => {
      const keyOf = ({ databaseId }: Database): string => numberKey(databaseId);
      const { items, nextCursor } = await readPage(query, {
        read: wholeList(() => store.listDatabases(clientId), keyOf),
        keyOf,
        keep: ({ name, kind }) =>
          hasInName(name, query.name) && (query.kind === undefined || kind === query.kind),
      });
      return { databases: items.map(toAnswer), next_cursor: nextCursor };
    },
  }),

  defineOperation({
    id: 'getDatabase',
    method: 'GET',
    path: '/databases/{database_id}',
    summary: 'Get a registered database.',
    params: databasePath,
    status: 200,
    answer: databaseAnswerSchema,
    errors: ['NotFound'],
    versionOf: (database) => database,
    run: async ({ clientId, params }, { store }) =>
      toAnswer(await store.getDatabase(clientId, params.database_id)),
  }),

  defineOperation({
    id: 'updateDatabase',
    method: 'PATCH',
    path: '/databases/{database_id}',
    summary:
      'Change how a database is reached: address, TLS, user, password. It is connected to before anything is saved, and ' +
      'replications that run take the change.',
    params: databasePath,
    body: updateDatabaseSchema,
    status: 200,
    answer: updatedDatabaseSchema,
    errors: [...connectionErrors, 'ValidationFailed', 'Conflict', 'ConnectUnavailable'],
    versionOf: ({ database }) => database,
    run: async ({ clientId, actor, params, body, requireMatch }, ports) => {
      const { database, effects } = await updateDatabase(
        clientId,
        params.database_id,
        { ...body, by: actor },
        ports,
        (before) => requireMatch(toAnswer(before)),
      );
      return {
        database: toAnswer(database),
        replications: effects.map(({ replicationId, effect, message }) => ({
          replication_id: replicationId,
          effect,
          message,
        })),
      };
    },
  }),

  defineOperation({
    id: 'deleteDatabase',
    method: 'DELETE',
    path: '/databases/{database_id}',
    summary:
      'Delete a database that no replication uses, with its secret. Nothing is changed in the database itself.',
    params: databasePath,
    status: 200,
    answer: databaseAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    run: async ({ clientId, actor, params }, ports) => {
      const database = await ports.store.removeDatabase(clientId, params.database_id);
      await recordDatabaseChange({ before: database, by: actor }, ports);
      await ports.secrets.deleteCredentials(database.secretArn);
      return toAnswer(database);
    },
  }),

  defineOperation({
    id: 'testDatabase',
    method: 'POST',
    path: '/databases/{database_id}/test',
    summary: 'Connect to a database and say what is missing to use it as a source or target.',
    params: databasePath,
    status: 200,
    answer: databaseTestSchema,
    errors: [...connectionErrors, 'ValidationFailed'],
    run: async ({ clientId, params }, ports) => {
      const database = await ports.store.getDatabase(clientId, params.database_id);
      const test = await testDatabase(database, ports);
      return {
        database_id: database.databaseId,
        server_version: test.serverVersion,
        latency_ms: test.latencyMs,
        connect_ms: test.connectMs,
        as_source: {
          ready: test.sourceProblems.length === 0,
          problems: test.sourceProblems.map(toProblemItem),
        },
        as_target: {
          ready: test.targetProblems.length === 0,
          problems: test.targetProblems.map(toProblemItem),
        },
      };
    },
  }),

  defineOperation({
    id: 'discoverTables',
    method: 'GET',
    path: '/databases/{database_id}/tables',
    summary: 'List the tables of a database with keys, row estimates and sizes.',
    params: databasePath,
    status: 200,
    answer: discoveredTablesSchema,
    errors: connectionErrors,
    query: discoverTablesQuerySchema,
    run: ({ clientId, params, query }, ports) =>
      withOpened(async (keep) => {
        const database = await ports.store.getDatabase(clientId, params.database_id);
        const source = keep(await ports.openSource(database));
        const tables = (await source.listTables())
          .map((table) => ({ table, problems: findTableProblems(table, source.dialect) }))
          .toSorted((a, b) => (tableOrder(a) < tableOrder(b) ? -1 : 1));
        const { items, nextCursor } = await readPage(query, {
          read: wholeList(async () => tables, tableOrder),
          keyOf: tableOrder,
          keep: ({ table, problems }) =>
            (query.schema === undefined || table.ref.schema === query.schema) &&
            (query.replicable === undefined || (query.replicable === 'true') === (problems.length === 0)),
        });
        return {
          next_cursor: nextCursor,
          tables: items.map(({ table, problems }) => {
            return {
              schema: table.ref.schema,
              table: table.ref.table,
              kind: table.relationKind,
              primary_key: [...table.primaryKey],
              key_index: table.keyIndex ?? null,
              replica_identity: table.replicaIdentity,
              columns: table.columns.length,
              estimated_rows: table.estimatedRows < 0 ? null : table.estimatedRows,
              bytes: table.bytes,
              replicable: problems.length === 0,
              problems: problems.map(toProblemItem),
            };
          }),
        };
      }),
  }),
];
