import { z } from 'zod';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { type TableRef, tableLabel, tableRefSchema } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { quoteIdentifier, quoteTable } from '#core/databases/postgresql/identifiers.ts';
import { sourceSessionSettings } from '#core/databases/postgresql/session.ts';
import {
  alterPublicationStatements,
  captureReadinessStatement,
  createPublicationStatement,
  createSlotStatement,
  dropPublicationStatement,
  dropSlotStatement,
  emitMarkerStatement,
  logEndStatement,
  publicationStatement,
  retainedBytesStatement,
  slotStatement,
  tableGrantsStatement,
  unpublishedTablesStatement,
} from '#core/databases/postgresql/source/capture-statements.ts';
import {
  describeTableStatement,
  describeTablesStatement,
  listTablesStatement,
  parseTableDescription,
} from '#core/databases/postgresql/source/catalog.ts';
import { nextBoundStatement } from '#core/databases/postgresql/source/copy-statements.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { judgeSlot } from '#core/databases/postgresql/source/gap-guard.ts';
import {
  type CaptureReadiness,
  findServerProblems,
  findServerWarnings,
  type SlotState,
} from '#core/databases/postgresql/source/readiness.ts';
import { listProblems } from '#core/errors/list-problems.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import type { SourceDatabase } from '#core/ports/databases.ts';
import { findKeyProblems } from '#core/validation/validate-table.ts';
import { databaseLabel } from '../../databases/database-failure.ts';
import { createExecutor, type Executor, type TextRow } from '../driver/executor.ts';

/**
 * A new slot waits for every transaction that is open at the source. Half of what the Lambda that starts a capture
 * has (180 s), so that its error still gets out.
 */
const slotTimeoutMs = 90_000;

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
    describeTable: (ref) => describeTable(executor, ref),
    findCaptureProblems: async ({ slotName }) =>
      findServerProblems(await readCaptureReadiness(executor, slotName), settings),
    findCaptureWarnings: async ({ slotName }) =>
      findServerWarnings(await readCaptureReadiness(executor, slotName)),
    readRetainedBytes: async ({ slotName }) => {
      const [row] = await executor.query(`read the slot ${slotName}`, retainedBytesStatement(slotName));
      return retainedBytesSchema.parse(row)?.retainedBytes;
    },
    findTableGrantProblems: (refs) => findMissingGrants(executor, refs, settings.username),
    judgeCapture: async ({ slotName }, { readOffset, hasCopy }) => {
      const slot = await readSlot(executor, slotName);
      return judgeSlot({ slotName, slot: slot?.state, offset: await readOffset(), hasCopy });
    },
    prepareCapture: async ({ slotName, publicationName }, tables) => {
      // First the publication: decoding looks it up as of each change, so it must be older than the slot.
      await ensurePublication(executor, publicationName, tables);
      await ensureSlot(executor, settings, slotName);
    },
    listUncaptured: async ({ publicationName }, tables) =>
      (
        await executor.query(
          `compare the tables with those of the publication ${publicationName}`,
          unpublishedTablesStatement(publicationName, tables),
        )
      ).map((row) => tableRefSchema.parse(row)),
    dropCapture: async ({ slotName, publicationName }) => {
      await executor.query(`drop the slot ${slotName}`, dropSlotStatement(slotName));
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
): Promise<TableDescription | undefined> => {
  const [row] = await executor.query('read the catalog', describeTableStatement(ref), ref);
  return row && readDescription(row);
};

const readDescription = (row: TextRow): TableDescription =>
  parseTableDescription(z.string().parse(row.description));

const booleanSchema = z.enum(['t', 'f']).transform((text) => text === 't');
const countSchema = z.string().transform(Number).pipe(z.number().int());

const readinessSchema = z.strictObject({
  serverVersion: z.string(),
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

/** No row: there is no such slot. NULL: it is lost, or has not reserved any log. */
const retainedBytesSchema = z
  .strictObject({ retainedBytes: z.string().nullable() })
  .transform(({ retainedBytes }) => ({
    retainedBytes: retainedBytes === null ? undefined : Math.max(0, Number(retainedBytes)),
  }))
  .optional();

const slotSchema = z.strictObject({
  active: booleanSchema,
  walStatus: z.string(),
  confirmedFlushPosition: z.string().nullable(),
  isOurs: booleanSchema,
});

const readSlot = async (
  executor: Executor,
  name: string,
): Promise<{ readonly state: SlotState; readonly isOurs: boolean } | undefined> => {
  const [row] = await executor.query(`read the slot ${name}`, slotStatement(name));
  if (row === undefined) return undefined;
  const { isOurs, confirmedFlushPosition, ...state } = slotSchema.parse(row);
  return { isOurs, state: { ...state, ...(confirmedFlushPosition !== null && { confirmedFlushPosition }) } };
};

/** Creates the pgoutput slot unless it is there. */
const ensureSlot = async (executor: Executor, settings: ConnectionSettings, name: string): Promise<void> => {
  const database = databaseLabel(settings);
  const existing = await readSlot(executor, name);
  if (existing === undefined) await createSlot(settings, name);
  const slot = existing ?? (await readSlot(executor, name));
  if (slot === undefined) {
    throw new MillraceError(
      'DatabaseConflict',
      `The slot ${name} at ${database} was dropped while it was created.`,
    );
  }
  if (!slot.isOurs) {
    throw new MillraceError(
      'Conflict',
      `The slot ${name} at ${database} belongs to another database or plug-in; drop it there.`,
      { facts: { database, slot: name } },
    );
  }
};

const createSlot = async (settings: ConnectionSettings, name: string): Promise<void> => {
  const executor = createExecutor(settings, {
    applicationName: 'millrace-slot',
    maxConnections: 1,
    statementTimeoutMs: slotTimeoutMs,
  });
  try {
    await executor.query(`create the slot ${name}`, createSlotStatement(name));
  } catch (error) {
    // Another run of the same step may have been faster; the caller looks what there is now.
    const isDuplicate = error instanceof MillraceError && error.facts.sqlState === '42710';
    if (!isDuplicate) throw error;
  } finally {
    await executor.close();
  }
};

const ensurePublication = async (
  executor: Executor,
  name: string,
  tables: readonly TableRef[],
): Promise<void> => {
  const action = `bring the publication ${name} into line`;
  await executor.transaction(action, async (run) => {
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
        : alterPublicationStatements(name, tables);
    for (const statement of statements) await run(statement);
    // The statements have locked the tables against ALTER TABLE until the end of this transaction.
    const published = await run(describeTablesStatement(tables));
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

const grantSchema = z.strictObject({
  schema: z.string(),
  table: z.string(),
  exists: booleanSchema,
  mayUseSchema: booleanSchema,
  maySelect: booleanSchema,
  isOwner: booleanSchema,
  owner: z.string().nullable(),
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
    .filter(({ exists }) => exists)
    .flatMap((grant): readonly Problem[] => {
      const { schema, table, mayUseSchema, maySelect, isOwner, owner, isFiltered } = grant;
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
        ...(isOwner
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
