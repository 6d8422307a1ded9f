import { z } from 'zod';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { type TableRef, tableLabel, tableRefSchema } from '#core/contracts/identifiers.ts';
import type { CatalogPartition, TableDescription } from '#core/contracts/table-description.ts';
import { quoteIdentifier, quoteTable } from '#core/databases/postgresql/identifiers.ts';
import { sourceSessionSettings } from '#core/databases/postgresql/session.ts';
import {
  alterPublicationStatements,
  captureReadinessStatement,
  createPublicationStatement,
  dropPublicationStatement,
  emitMarkerStatement,
  logEndStatement,
  logReadingStatement,
  markedTransactionsStatement,
  oneAtATimeStatement,
  ownTransactionStatement,
  probeStatement,
  publicationStatement,
  publishedTablesStatement,
  tableGrantsStatement,
  unpublishedTablesStatement,
} from '#core/databases/postgresql/source/capture-statements.ts';
import {
  describeTableStatement,
  describeTablesStatement,
  earlierRowsStatement,
  listTableNamesStatement,
  listTablesStatement,
  parseTableDescription,
  readablePartitionsStatement,
} from '#core/databases/postgresql/source/catalog.ts';
import { nextBoundStatement } from '#core/databases/postgresql/source/copy-statements.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { judgeSlot } from '#core/databases/postgresql/source/gap-guard.ts';
import { toLogReading } from '#core/databases/postgresql/source/log-reading.ts';
import {
  lockHoldersStatement,
  readOpenTransaction,
} from '#core/databases/postgresql/source/open-transactions.ts';
import {
  type CaptureReadiness,
  findServerProblems,
  findServerWarnings,
} from '#core/databases/postgresql/source/readiness.ts';
import { listProblems } from '#core/errors/list-problems.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import type { CaptureWait, SourceDatabase } from '#core/ports/databases.ts';
import { findKeyProblems } from '#core/validation/validate-table.ts';
import { createExecutor, type Executor, type TextRow } from '../driver/executor.ts';
import { dropSlot, ensureSlot, listOpenTransactions, readSlot } from './replication-slot.ts';

const defaultWait: CaptureWait = { callMs: 60_000, totalMs: 60_000 };

export const openSourceDatabase = (settings: ConnectionSettings): SourceDatabase => {
  const executor = createExecutor(settings, {
    applicationName: 'millrace-source',
    sessionSettings: sourceSessionSettings,
  });
  return {
    dialect: postgresSourceDialect,
    ping: () => ping(executor),
    listTables: async () => {
      const rows = await executor.query('read the catalog', listTablesStatement);
      return rows.map(readDescription);
    },
    describeTable: (ref) => describeTable(executor, ref, 'source'),
    describeTables: (refs) => describeTables(executor, refs, 'source'),
    listTableNames: async () =>
      (await executor.query('read the catalog', listTableNamesStatement)).map(({ schema, table }) => ({
        schema: schema ?? '',
        table: table ?? '',
      })),
    findCaptureProblems: async ({ slotName }) =>
      findServerProblems(await readCaptureReadiness(executor, slotName), settings),
    findCaptureWarnings: async ({ slotName }) =>
      findServerWarnings(await readCaptureReadiness(executor, slotName)),
    listOpenTransactions: () => listOpenTransactions(executor),
    readLog: async ({ slotName }, readOffset) => {
      // The slot alone says how far capture is, so Connect may be away.
      const offset = await readOffset().catch(() => undefined);
      const [row] = await executor.query(`read the slot ${slotName}`, logReadingStatement(slotName));
      return toLogReading(slotName, row, offset);
    },
    logProbe: {
      onlyWhenIdle: false,
      send: async () => {
        await executor.query('write to the log', probeStatement);
      },
    },
    findTableGrantProblems: (refs) => findMissingGrants(executor, refs, settings.username),
    judgeCapture: async ({ slotName }, { readOffset, hasCopy }) => {
      const slot = await readSlot(executor, slotName);
      const offset = await readOffset();
      const [log] = await executor.query('read the end of the log', logEndStatement);
      const end = z.string().parse(log?.position);
      return judgeSlot({ slotName, slot: slot?.state, offset, end, hasCopy });
    },
    prepareCapture: async ({ slotName, publicationName }, tables, wait = defaultWait) => {
      // First the publication: decoding looks it up as of each change, so it must be older than the slot.
      const holders = await publishUnlessLocked(executor, publicationName, tables);
      if (holders !== undefined) return { isReady: false, transactions: holders };
      return ensureSlot(executor, settings, slotName, wait);
    },
    markTransactions: async () => {
      const [row] = await executor.query('read the open transactions', ownTransactionStatement);
      return z.string().parse(row?.mark);
    },
    listMarkedTransactions: async (mark) =>
      (await executor.query('read the open transactions', markedTransactionsStatement(mark))).map(
        ({ xid, pid, user, since }) =>
          pid === null
            ? `transaction ${xid}, which is prepared or not to be seen`
            : `transaction ${xid} of user ${user}, pid ${pid}, since ${since}`,
      ),
    listUncaptured: async ({ publicationName }, tables) =>
      (
        await executor.query(
          `compare the tables with those of the publication ${publicationName}`,
          unpublishedTablesStatement(publicationName, tables),
        )
      ).map((row) => tableRefSchema.parse(row)),
    lookAtPartitions: (partitions) => lookAtPartitions(executor, partitions),
    dropCapture: async ({ slotName, publicationName }) => {
      await dropSlot(executor, slotName);
      await executor.query(
        `drop the publication ${publicationName}`,
        dropPublicationStatement(publicationName),
      );
    },
    writeMarker: async (content) => {
      const [row] = await executor.query('read the end of the log', logEndStatement);
      await executor.query('write a marker to the log', emitMarkerStatement(content));
      return z.string().parse(row?.position);
    },
    nextChunkBound: async (table, after, rows) => {
      const [row] = await executor.query(
        'find the end of a chunk',
        nextBoundStatement(table, after, rows),
        table.ref,
      );
      return row && table.primaryKey.map((column) => z.string().parse(row[column]));
    },
    close: () => executor.close(),
  };
};

const versionSchema = z.object({ serverVersion: z.string() });

export const ping = async (executor: Executor): Promise<{ readonly serverVersion: string }> => {
  const [row] = await executor.query(
    'connect',
    `SELECT current_setting('server_version') AS "serverVersion"`,
  );
  return versionSchema.parse(row);
};

export const describeTable = async (
  executor: Executor,
  ref: TableRef,
  side: 'source' | 'target',
): Promise<TableDescription | undefined> => {
  const [row] = await executor.query('read the catalog', describeTableStatement(ref, side), ref);
  return row && readDescription(row);
};

export const describeTables = async (
  executor: Executor,
  refs: readonly TableRef[],
  side: 'source' | 'target',
): Promise<readonly TableDescription[]> =>
  (await executor.query('read the catalog', describeTablesStatement(refs, side))).map(readDescription);

const lookAtPartitions = async (
  executor: Executor,
  partitions: readonly CatalogPartition[],
): Promise<readonly CatalogPartition[]> => {
  const idsOf = (rows: readonly TextRow[]): ReadonlySet<string> =>
    new Set(rows.map((row) => z.string().parse(row.id)));
  const action = 'look for rows in new partitions';
  const readable = idsOf(await executor.query(action, readablePartitionsStatement(partitions)));
  const asked = partitions.filter(({ id }) => readable.has(String(id)));
  const answers = asked.length === 0 ? [] : await executor.query(action, earlierRowsStatement(asked));
  const without = idsOf(answers.filter((row) => row.hasEarlierRows === 'f'));
  return partitions.map((partition) => {
    const id = String(partition.id);
    if (!readable.has(id)) return { ...partition, joined: 'unreadable' as const };
    return { ...partition, joined: without.has(id) ? ('without-rows' as const) : ('rows' as const) };
  });
};

const readDescription = (row: TextRow): TableDescription =>
  parseTableDescription(z.string().parse(row.description));

const booleanSchema = z.enum(['t', 'f']).transform((text) => text === 't');
const countSchema = z.string().transform(Number).pipe(z.number().int());

const readinessSchema = z.strictObject({
  serverVersion: z.string(),
  serverEncoding: z.string(),
  walLevel: z.string(),
  maxSlots: countSchema,
  usedSlots: countSchema,
  maxSenders: countSchema,
  usedSenders: countSchema,
  canReplicate: booleanSchema,
  canCreatePublication: booleanSchema,
  isStandby: booleanSchema,
  mayEmitMessages: booleanSchema,
  slotLogLimit: z.string(),
});

const readCaptureReadiness = async (executor: Executor, slotName: string): Promise<CaptureReadiness> => {
  const [row] = await executor.query('read the replication settings', captureReadinessStatement);
  const slot = await readSlot(executor, slotName);
  return { ...readinessSchema.parse(row), ...(slot && { slot: slot.state }) };
};

/** Undefined when the tables are published. Otherwise who holds them locked for longer than `lock_timeout`. */
const publishUnlessLocked = async (
  executor: Executor,
  name: string,
  tables: readonly TableRef[],
): Promise<readonly string[] | undefined> => {
  try {
    await ensurePublication(executor, name, tables);
    return undefined;
  } catch (error) {
    // 55P03: lock_not_available.
    if (!(error instanceof MillraceError) || error.facts.sqlState !== '55P03') throw error;
    const rows = await executor.query('read the locks of the tables', lockHoldersStatement(tables));
    return rows.map(readOpenTransaction);
  }
};

const ensurePublication = async (
  executor: Executor,
  name: string,
  tables: readonly TableRef[],
): Promise<void> => {
  const action = `bring the publication ${name} into line`;
  await executor.transaction(action, async (run) => {
    await run(oneAtATimeStatement(name));
    const [existing] = await run(publicationStatement(name));
    if (existing?.allTables === 't') {
      throw new MillraceError(
        'Conflict',
        `The publication ${name} is for all tables, so it is not ours; drop it.`,
      );
    }
    const statements =
      existing === undefined
        ? [createPublicationStatement(name, tables)]
        : alterPublicationStatements(
            name,
            tables,
            (await run(publishedTablesStatement(name))).map((row) => publishedTableSchema.parse(row)),
          );
    for (const statement of statements) await run(statement);
    // The statements have locked the tables against ALTER TABLE until the end of this transaction.
    const published = await run(describeTablesStatement(tables, 'source'));
    refuseUnfit(name, published.map(readDescription));
  });
};

/**
 * A table may have become unfit since it was validated. Published, it would make the application's own UPDATE and DELETE
 * fail, so nothing is published then.
 */
const refuseUnfit = (publication: string, tables: readonly TableDescription[]): void => {
  const problems = tables.flatMap((table) => findKeyProblems(table, postgresSourceDialect));
  if (problems.length === 0) return;
  throw new MillraceError(
    'ValidationFailed',
    `These tables cannot be published, so the publication ${publication} was left as it was:\n${listProblems(problems)}`,
    { facts: { problems } },
  );
};

const publishedTableSchema = z.strictObject({
  schema: z.string(),
  table: z.string(),
  isOwner: booleanSchema,
});

const grantSchema = z.strictObject({
  schema: z.string(),
  table: z.string(),
  isPartition: booleanSchema,
  mayUseSchema: booleanSchema,
  maySelect: booleanSchema,
  isOwner: booleanSchema,
  owner: z.string(),
  isFiltered: booleanSchema,
});

/** Tables that are not there are left out: that is another problem, which validation names by itself. */
const findMissingGrants = async (
  executor: Executor,
  refs: readonly TableRef[],
  username: string,
): Promise<readonly Problem[]> => {
  const rows = await executor.query('read the privileges', tableGrantsStatement(refs));
  const user = quoteIdentifier(username);
  return rows
    .map((row) => grantSchema.parse(row))
    .flatMap((grant): readonly Problem[] => {
      const { schema, table, isPartition, mayUseSchema, maySelect, isOwner, owner, isFiltered } = grant;
      const ref = { schema, table };
      const subject = `source table ${tableLabel(ref)}`;
      return [
        ...(mayUseSchema
          ? []
          : [
              {
                subject,
                problem: `USAGE on schema ${schema} is missing.`,
                remedy: `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${user};`,
              },
            ]),
        ...(maySelect
          ? []
          : [
              {
                subject,
                problem: 'SELECT is missing.',
                remedy: `GRANT SELECT ON TABLE ${quoteTable(ref)} TO ${user};`,
              },
            ]),
        // A partition is published with its table.
        ...(isOwner || isPartition
          ? []
          : [{ subject, problem: `Only its owner ${owner} can publish it; become a member of that role.` }]),
        ...(isFiltered
          ? [
              {
                subject,
                problem: 'Row-level security keeps rows of it from the user, so a copy would lack them.',
                remedy: `ALTER ROLE ${user} BYPASSRLS; (its owner is exempt, too, unless the table has FORCE ROW LEVEL SECURITY).`,
              },
            ]
          : []),
      ];
    });
};
