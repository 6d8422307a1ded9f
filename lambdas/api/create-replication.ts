import type { z } from 'zod';
import { type Database, databaseIdentity } from '#core/contracts/database.ts';
import { type ClientId, type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication, TableMapping } from '#core/contracts/replication.ts';
import type { SourceDialect } from '#core/databases/source-dialect.ts';
import type { TargetDialect } from '#core/databases/target-dialect.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import {
  connectorName,
  defaultTargetTable,
  distinctConnectorName,
  publicationName,
  slotName,
  topicPrefix,
} from '#core/naming/names.ts';
import type { SourceDatabase, TableDescription } from '#core/ports/databases.ts';
import { findTableProblems } from '#core/validation/validate-table.ts';
import type { createReplicationSchema } from './contracts.ts';
import { invalidRequest } from './operation.ts';
import type { ApiPorts } from './ports.ts';

type CreateRequest = z.output<typeof createReplicationSchema>;
type CreatePorts = Pick<ApiPorts, 'store' | 'openSource' | 'openTarget' | 'clock'>;

/**
 * Saves a replication as configured; nothing is created in any database, in Kafka or in Connect. The source's catalog is
 * read, so that a table that cannot be replicated is refused now and not at the start. Throws, with nothing changed:
 * `InvalidRequest`, `NotFound`, `ValidationFailed` with every problem of every table, `TargetTableClaimed`, and what
 * keeps the source from answering.
 */
export const createReplication = async (
  clientId: ClientId,
  request: CreateRequest,
  ports: CreatePorts,
): Promise<Replication> => {
  const { store, clock } = ports;
  const [client, source, target] = await Promise.all([
    store.getClient(clientId),
    store.getDatabase(clientId, request.source_database_id),
    store.getDatabase(clientId, request.target_database_id),
  ]);
  const tables = await mapTables(request, source, target, ports);

  const ordinal = await store.nextOrdinal(clientId, source.databaseId);
  const prefix = topicPrefix(clientId, source.databaseId, ordinal);
  const now = clock.now().toISOString();
  const replication: Replication = {
    replicationId: await store.nextReplicationId(),
    clientId,
    name: request.name ?? `${source.name} to ${target.name}`,
    sourceDatabaseId: source.databaseId,
    targetDatabaseId: target.databaseId,
    tables,
    connectorName: connectorName(client.name, source.name, ordinal),
    topicPrefix: prefix,
    slotName: slotName(prefix),
    publicationName: publicationName(prefix),
    status: 'configured',
    desired: 'stopped',
    generation: 0,
    copyGeneration: 0,
    statusSince: now,
    createdAt: now,
  };
  const saved = await saveUnderFreeName(
    replication,
    distinctConnectorName(client, source, ordinal),
    databaseIdentity(target),
    ports,
  );
  await store.addActivity(saved.replicationId, {
    at: now,
    actor: 'user',
    action: 'created',
    message: `Configured with ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}.`,
  });
  return saved;
};

/** Names of different clients or databases can have the same slug; the second one gets a name with their numbers. */
const saveUnderFreeName = async (
  replication: Replication,
  distinctName: string,
  targetIdentity: string,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<Replication> => {
  try {
    await store.createReplication(replication, targetIdentity);
    return replication;
  } catch (error) {
    const isTaken = error instanceof MillraceError && error.facts.connectorName === replication.connectorName;
    if (!isTaken) throw error;
    const renamed = { ...replication, connectorName: distinctName };
    await store.createReplication(renamed, targetIdentity);
    return renamed;
  }
};

/** Throws `InvalidRequest` and `ValidationFailed`, see `createReplication`. */
const mapTables = async (
  request: CreateRequest,
  source: Database,
  target: Database,
  { openSource, openTarget }: CreatePorts,
): Promise<readonly TableMapping[]> => {
  const [sourceDatabase, targetDatabase] = await Promise.all([openSource(source), openTarget(target)]);
  try {
    const tables = nameTargets(request, source, target, sourceDatabase.dialect, targetDatabase.dialect);
    await checkSourceTables(tables, source, sourceDatabase);
    return tables;
  } finally {
    await Promise.all([sourceDatabase.close(), targetDatabase.close()]);
  }
};

/** Throws `InvalidRequest` for names that are used twice, too long, or would make a table feed itself. */
const nameTargets = (
  request: CreateRequest,
  source: Database,
  target: Database,
  sourceDialect: SourceDialect,
  targetDialect: TargetDialect,
): readonly TableMapping[] => {
  const problems: Problem[] = [];
  const tables = request.tables.map(({ source: requested, target: to }, index): TableMapping => {
    const from = { schema: requested.schema ?? sourceDialect.defaultSchema(source), table: requested.table };
    const schema = to?.schema ?? targetDialect.defaultSchema(target);
    const byDefault = defaultTargetTable(source.databaseName, from, schema);
    const mapped = to?.table === undefined ? byDefault : { schema, table: to.table };
    const reason = targetDialect.refuseName(mapped);
    if (reason !== undefined)
      problems.push({
        subject: `body.tables.${index}.target`,
        problem: to?.table === undefined ? `The default name cannot be used: ${reason}` : reason,
        remedy: 'Give another target table name.',
      });
    return { source: from, target: mapped };
  });

  const sources = tables.map((mapping) => mapping.source);
  const targets = tables.map((mapping) => mapping.target);
  for (const ref of repeated(sources))
    problems.push({ subject: tableLabel(ref), problem: 'The source table is listed more than once.' });
  for (const ref of repeated(targets))
    problems.push({ subject: tableLabel(ref), problem: 'More than one source table is mapped to it.' });
  if (databaseIdentity(source) === databaseIdentity(target)) {
    const sourceKeys = new Set(sources.map(tableKey));
    for (const ref of targets.filter((targetRef) => sourceKeys.has(tableKey(targetRef))))
      problems.push({
        subject: tableLabel(ref),
        problem:
          'It is a source table of this replication in the same database: its changes would feed on themselves.',
        remedy: 'Map it to another name.',
      });
  }
  if (problems.length > 0) throw invalidRequest(problems);
  return tables;
};

const repeated = (refs: readonly TableRef[]): readonly TableRef[] =>
  [...Map.groupBy(refs, tableKey).values()].flatMap((group) => (group.length > 1 ? group.slice(0, 1) : []));

const checkSourceTables = async (
  tables: readonly TableMapping[],
  database: Database,
  source: SourceDatabase,
): Promise<void> => {
  const catalog = await source.listTables();
  const byKey = new Map(catalog.map((table) => [tableKey(table.ref), table]));
  const problems = tables.flatMap(({ source: ref }): readonly Problem[] => {
    const table = byKey.get(tableKey(ref));
    return table === undefined ? [unknownTable(ref, catalog)] : findTableProblems(table, source.dialect);
  });
  if (problems.length === 0) return;
  throw new MillraceError(
    'ValidationFailed',
    `${problems.length === 1 ? '1 problem keeps' : `${problems.length} problems keep`} tables of ${database.name} ` +
      'from being replicated; nothing was saved.',
    { facts: { problems } },
  );
};

const unknownTable = (ref: TableRef, catalog: readonly TableDescription[]): Problem => {
  const alike = catalog.find(
    (table) => tableLabel(table.ref).toLowerCase() === tableLabel(ref).toLowerCase(),
  );
  const elsewhere = catalog.find((table) => table.ref.table === ref.table);
  const suggestion = alike ?? elsewhere;
  return {
    subject: `source table ${tableLabel(ref)}`,
    problem: 'The source has no such table, or its user may not see it.',
    ...(suggestion === undefined ? {} : { remedy: `Did you mean ${tableLabel(suggestion.ref)}?` }),
  };
};
