import type { Database } from '#core/contracts/database.ts';
import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { judgeSlot } from '#core/databases/postgresql/source/gap-guard.ts';
import {
  type CaptureReadiness,
  findServerProblems,
  findServerWarnings,
} from '#core/databases/postgresql/source/readiness.ts';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';
import { describeMissingGrant } from '#core/databases/postgresql/target/grants.ts';
import type { Problem } from '#core/errors/millrace-error.ts';
import type { CapturePreparation, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { DeadLetterStore } from '#core/ports/dead-letters.ts';
import { createFakeOwnership } from './target-owner.ts';

export const sampleColumn = (name: string, change: Partial<ColumnDescription> = {}): ColumnDescription => ({
  name,
  type: 'integer',
  baseType: 'int4',
  isArray: false,
  typeKind: 'base',
  notNull: true,
  isGenerated: false,
  ...change,
});

export const sampleTable = (table: string, change: Partial<TableDescription> = {}): TableDescription => ({
  ref: { schema: 'public', table },
  columns: [sampleColumn('id'), sampleColumn('note', { type: 'text', baseType: 'text', notNull: false })],
  primaryKey: ['id'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 1_000,
  bytes: 100_000,
  uniqueIndexes: [],
  ...change,
});

export const sampleDatabase = (change: Partial<Database> = {}): Database => ({
  databaseId: 1,
  clientId: 1,
  name: 'shop',
  kind: 'postgresql',
  host: 'db.example.com',
  port: 5432,
  databaseName: 'shop',
  username: 'millrace',
  tlsMode: 'require',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:1:secret:millrace/test/database-1-AbCdEf',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...change,
});

export const readyServer: CaptureReadiness = {
  serverVersion: '18.4',
  serverEncoding: 'UTF8',
  walLevel: 'logical',
  maxSlots: 10,
  usedSlots: 1,
  maxSenders: 10,
  usedSenders: 1,
  canReplicate: true,
  canCreatePublication: true,
  isStandby: false,
  mayEmitMessages: true,
  slotLogLimit: '100GB',
};

/** Whose statements remedies are made for. */
export const sampleUser = { username: 'mill "race"', databaseName: 'shop' } as const;

const find = (tables: readonly TableDescription[], ref: TableRef): TableDescription | undefined =>
  tables.find((table) => tableLabel(table.ref) === tableLabel(ref));

/** A source whose key of n rows is 1 to n. `calls` names what was changed. */
export const createFakeSource = (
  tables: readonly TableDescription[],
  rowCounts: Readonly<Record<string, number>> = {},
) => {
  const state = {
    tables,
    readiness: readyServer,
    grants: [] as readonly Problem[],
    pingFailure: undefined as Error | undefined,
    marker: '0/200',
    /** What the next calls of `prepareCapture` answer; ready when none is left. */
    preparations: [] as CapturePreparation[],
    calls: [] as string[],
  };
  const database: SourceDatabase = {
    dialect: postgresSourceDialect,
    ping: async () => {
      if (state.pingFailure !== undefined) throw state.pingFailure;
      return { serverVersion: '18.4' };
    },
    listTables: async () => state.tables,
    describeTable: async (ref) => find(state.tables, ref),
    findCaptureProblems: async () => findServerProblems(state.readiness, sampleUser),
    findCaptureWarnings: async () => findServerWarnings(state.readiness),
    findTableGrantProblems: async () => state.grants,
    judgeCapture: async ({ slotName }, { readOffset, hasCopy }) =>
      judgeSlot({ slotName, slot: state.readiness.slot, offset: await readOffset(), end: 'F/0', hasCopy }),
    readLog: async () => ({ position: '0/200', activity: '1:1:' }),
    prepareCapture: async ({ slotName }) => {
      state.calls.push(`prepareCapture ${slotName}`);
      return state.preparations.shift() ?? { isReady: true };
    },
    dropCapture: async ({ slotName }) => {
      state.calls.push(`dropCapture ${slotName}`);
    },
    writeMarker: async (content) => {
      state.calls.push(`writeMarker ${content}`);
      return state.marker;
    },
    nextChunkBound: async (table, after, rows) => {
      const bound = Number(after?.[0] ?? 0) + rows;
      return bound < (rowCounts[table.ref.table] ?? 0) ? [String(bound)] : undefined;
    },
    close: async () => {},
  };
  return { database, state };
};

/** Of a target that has no dead letters. */
export const noDeadLetters: DeadLetterStore = {
  listDeadLetters: async () => [],
  groupDeadLetters: async () => [],
  requestDeadLetters: async () => 0,
};

/** Of a target where every change can be done. */
export const goodRehearsal: TargetDatabase['rehearseChange'] = async ({ statements }) => ({
  method: statements.length === 0 ? 'counted' : 'rolled-back',
  problems: [],
  unfit: [],
  durationMs: 1,
});

/** A target that remembers what was created and truncated. */
export const createFakeTarget = (tables: readonly TableDescription[] = []) => {
  const state = {
    tables: [...tables],
    withRows: new Set<string>(),
    knowsReplication: true,
    missingGrants: [] as string[],
    pingFailure: undefined as Error | undefined,
    calls: [] as string[],
  };
  const { owners, ownership } = createFakeOwnership();
  const database: TargetDatabase = {
    dialect: postgresTargetDialect,
    ping: async () => {
      if (state.pingFailure !== undefined) throw state.pingFailure;
      return { serverVersion: '18.4' };
    },
    findWriteProblems: async () =>
      state.missingGrants.map((grant) => describeMissingGrant(grant, sampleUser.username)),
    describeTable: async (ref) => find(state.tables, ref),
    rehearseChange: goodRehearsal,
    createTable: async (target, source) => {
      state.calls.push(`create ${tableLabel(target)}`);
      state.tables.push({ ...source, ref: target });
    },
    hasRows: async (ref) => state.withRows.has(ref.table),
    truncate: async (ref) => {
      state.calls.push(`truncate ${tableLabel(ref)}`);
      state.withRows.delete(ref.table);
    },
    ...ownership,
    ...noDeadLetters,
    knowsReplication: async () => state.knowsReplication,
    forgetTopics: async ({ replicationId }, topics) => {
      state.calls.push(`forget ${[replicationId, ...topics].join(' ')}`);
    },
    releaseTables: async (owner, refs) => {
      state.calls.push(`release ${[owner.replicationId, ...(refs ?? []).map(tableLabel)].join(' ')}`);
      await ownership.releaseTables(owner, refs);
    },
    isCreatedTable: async () => true,
    dropCreatedTable: async (ref) => {
      state.calls.push(`drop ${tableLabel(ref)}`);
      return 'dropped';
    },
    close: async () => {},
  };
  return { database, state, owners };
};
