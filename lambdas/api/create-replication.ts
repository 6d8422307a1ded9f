import type { z } from 'zod';
import { refuseCaptureOptions } from '#core/capture/capture-config.ts';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { CaptureOptionName, CaptureOptions } from '#core/contracts/capture-options.ts';
import type { Client } from '#core/contracts/client.ts';
import { parseColumnType } from '#core/contracts/column-type.ts';
import { type Database, databaseIdentity } from '#core/contracts/database.ts';
import { type ClientId, type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type {
  ColumnMapping,
  ConsumerSettings,
  Placement,
  Replication,
  TableMapping,
} from '#core/contracts/replication.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import { findClaim, ownerOf, refuseKnownWriters } from '#core/lifecycle/own-tables.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import { mapInexactAsText } from '#core/mapping/text-columns.ts';
import {
  connectorName,
  distinctConnectorName,
  publicationName,
  slotName,
  topicPrefix,
} from '#core/naming/names.ts';
import { defaultTargetTemplate, targetTableName } from '#core/naming/target-template.ts';
import type { SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { SourceDialect } from '#core/ports/source-dialect.ts';
import type { TargetDialect } from '#core/ports/target-dialect.ts';
import { findNameProblems } from '#core/validation/name-problems.ts';
import {
  findColumnLimitProblems,
  findMappedTableProblems,
  findTargetProblems,
} from '#core/validation/validate-table.ts';
import { type createReplicationSchema, maxTables } from './contracts.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ApiPorts } from './ports.ts';
import { readPolicy } from './schema-policy.ts';

type CreateRequest = z.output<typeof createReplicationSchema>;
type ColumnRequest = CreateRequest['tables'][number]['columns'][number];
type CreatePorts = Pick<
  ApiPorts,
  'store' | 'openSource' | 'openTarget' | 'defaultPlacement' | 'clock' | 'mostQueueBytes'
>;

/** Whose replication it is, and between which databases. */
interface Endpoints {
  readonly client: Pick<Client, 'name'>;
  readonly source: Database;
  readonly target: Database;
}

/** Whether the target table of a mapping is dropped and created again, so that its present shape does not matter. */
type IsMadeAgain = (
  mapping: TableMapping,
  target: Pick<TargetDatabase, 'isCreatedTable'>,
) => Promise<boolean>;

/** Target tables that are described at a time. */
const parallelReads = 4;

/** Which names share a topic does not depend on the prefix; its ordinal is taken when everything else is right. */
const firstOrdinal = 1;

/** A replication is one item of the state table, of at most 400 KB; the rest of it takes less than 10. */
const maxMappingBytes = 350 * 1024;

/**
 * Saves a replication as configured; nothing is created in any database, in Kafka or in Connect. The source's catalog is
 * read, so that a table that cannot be replicated is refused now and not at the start. Throws, with nothing changed:
 * `InvalidRequest`, `NotFound`, `ValidationFailed` with every problem of every table, `TargetTableClaimed`, and what
 * keeps the source from answering.
 */
export const createReplication = async (
  clientId: ClientId,
  { by, ...request }: CreateRequest & { readonly by: string },
  ports: CreatePorts,
): Promise<Replication> => {
  const { store, clock } = ports;
  const [client, source, target] = await Promise.all([
    store.getClient(clientId),
    store.getDatabase(clientId, request.source_database_id),
    store.getDatabase(clientId, request.target_database_id),
  ]);
  const replicationId = await store.nextReplicationId();
  const owner = await ownerOf(store, { clientId, replicationId });
  const tables = await mapTables(request, { client, source, target }, owner, ports);

  const capture = toCaptureOptions(request.capture);
  const { snapshot_mode: snapshotMode } = request.capture;
  const schemaPolicy = readPolicy(
    request.schema_changes,
    tables.map((mapping) => mapping.source),
    'body.schema_changes',
  );
  const consumer = readConsumer(request.consumer, ports.defaultPlacement);
  const ordinal = await store.nextOrdinal(clientId, source.databaseId);
  const prefix = topicPrefix(clientId, source.databaseId, ordinal);
  const now = clock.now().toISOString();
  const replication: Replication = {
    replicationId,
    clientId,
    name: request.name ?? `${source.name} to ${target.name}`,
    sourceDatabaseId: source.databaseId,
    targetDatabaseId: target.databaseId,
    tables,
    ...(request.target_table_name === defaultTargetTemplate
      ? {}
      : { targetTemplate: request.target_table_name }),
    ...(Object.keys(capture).length === 0 ? {} : { capture }),
    deadLetters: request.dead_letters,
    ...(consumer !== undefined && { consumer }),
    ...(snapshotMode === 'no_data' ? {} : { snapshotMode }),
    ...(schemaPolicy === undefined ? {} : { schemaPolicy }),
    connectorName: connectorName(client.name, source.name, ordinal),
    topicPrefix: prefix,
    slotName: slotName(prefix),
    publicationName: publicationName(prefix),
    status: 'configured',
    desired: 'stopped',
    requestCount: 0,
    generation: 0,
    copyGeneration: 0,
    statusSince: now,
    createdAt: now,
  };
  const saved = await saveUnderFreeName(replication, distinctConnectorName(client, source, ordinal), ports);
  await store.addActivity(saved, {
    at: now,
    actor: 'user',
    action: 'created',
    message: `Configured with ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}.`,
    by,
  });
  return saved;
};

/** Undefined for what every replication has that says nothing. */
const readConsumer = (
  { placement, cpu, memory_mib: memoryMib }: CreateRequest['consumer'],
  defaultPlacement: Placement,
): ConsumerSettings | undefined => {
  const chosen = placement ?? defaultPlacement;
  const size = cpu === undefined || memoryMib === undefined ? undefined : { cpu, memoryMib };
  if (chosen === 'own' && size === undefined) return undefined;
  return { placement: chosen, ...(size !== undefined && { size }) };
};

/** Names of different clients or databases can have the same slug; the second one gets a name with their numbers. */
const saveUnderFreeName = async (
  replication: Replication,
  distinctName: string,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<Replication> => {
  try {
    await store.createReplication(replication);
    return replication;
  } catch (error) {
    const isTaken = error instanceof MillraceError && error.facts.connectorName === replication.connectorName;
    if (!isTaken) throw error;
    const renamed = { ...replication, connectorName: distinctName };
    await store.createReplication(renamed);
    return renamed;
  }
};

/**
 * The mappings of the requested tables, all checked at both databases; `others` are those that the replication has already.
 * Throws `InvalidRequest`, `ValidationFailed` and `TargetTableClaimed`, see `createReplication`.
 */
export const mapTables = (
  request: Omit<CreateRequest, 'consumer' | 'dead_letters' | 'schema_changes'>,
  databases: Endpoints,
  owner: TargetOwner,
  ports: Pick<CreatePorts, 'store' | 'openSource' | 'openTarget' | 'mostQueueBytes'>,
  others: readonly TableMapping[] = [],
  isMadeAgain: IsMadeAgain = async () => false,
): Promise<readonly TableMapping[]> =>
  withOpened(async (keep) => {
    const { openSource, openTarget } = ports;
    const source = keep(await openSource(databases.source));
    const target = keep(await openTarget(databases.target));
    const named = nameTargets(request, databases, source.dialect, target.dialect);
    const catalog = await source.listTables();
    const described = new Map(catalog.map((table) => [tableKey(table.ref), table]));
    const tables = named.tables.map((mapping) => {
      const table = described.get(tableKey(mapping.source));
      return table === undefined ? mapping : mapInexactAsText(mapping, table, source.dialect, target.dialect);
    });
    const refusedOptions = refuseCaptureOptions(toCaptureOptions(request.capture), ports.mostQueueBytes);
    const problems = [
      ...named.problems,
      ...(refusedOptions === undefined ? [] : [{ subject: 'body.capture', problem: refusedOptions }]),
      ...findSizeProblems([...others, ...tables]),
      ...findTakenTargets(tables, others),
    ];
    const unsuitable = [
      ...(await checkTables(tables, catalog, source, target, isMadeAgain)),
      ...findNameProblems(
        topicPrefix(databases.source.clientId, databases.source.databaseId, firstOrdinal),
        tables.map((mapping) => mapping.source),
        source.dialect,
        others.map((mapping) => mapping.source),
      ),
    ];
    if (problems.length > 0) throw invalidRequest([...problems, ...unsuitable]);
    if (unsuitable.length === 0) {
      const targets = tables.map((mapping) => mapping.target);
      await refuseClaimed(owner, targets, databases.target, target, ports);
      return tables;
    }
    throw new MillraceError(
      'ValidationFailed',
      `${unsuitable.length === 1 ? '1 problem keeps' : `${unsuitable.length} problems keep`} tables of ` +
        `${databases.source.name} from being replicated; nothing was saved.`,
      { facts: { problems: unsuitable } },
    );
  });

/** Throws `TargetTableClaimed` when another replication writes a table. The target comes first, since it asks for a login. */
export const refuseClaimed = async (
  owner: TargetOwner,
  targets: readonly TableRef[],
  targetDatabase: Database,
  target: TargetDatabase,
  { store }: Pick<CreatePorts, 'store'>,
): Promise<void> => {
  const claim = await findClaim(owner, targets, { store, target }).catch((error: unknown) => {
    // A user that may not look yet may be granted it before the start, which looks again.
    if (error instanceof MillraceError && error.code === 'PermissionDenied') return undefined;
    throw error;
  });
  if (claim !== undefined) throw claim;
  await refuseKnownWriters(owner, targets, { store, targetDatabase }, 'own-configured');
};

/** Mappings as requested, with what their names alone make impossible: used twice, too long, or a table that feeds itself. */
const nameTargets = (
  request: Omit<CreateRequest, 'consumer' | 'dead_letters' | 'schema_changes'>,
  { client, source, target }: Endpoints,
  sourceDialect: SourceDialect,
  targetDialect: TargetDialect,
): { readonly tables: readonly TableMapping[]; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const template = request.target_table_name;
  const tables = request.tables.map((requested, index): TableMapping => {
    const { target: to } = requested;
    const from = {
      schema: requested.source.schema ?? sourceDialect.defaultSchema(source),
      table: requested.source.table,
    };
    const byTemplate = targetTableName(template, {
      sourceDatabaseName: source.databaseName,
      clientName: client.name,
      table: from,
    });
    const mapped = {
      schema: to?.schema ?? targetDialect.defaultSchema(target),
      table: to?.table ?? byTemplate,
    };
    const reason = targetDialect.refuseName(mapped);
    if (reason !== undefined)
      problems.push({
        subject: `body.tables.${index}.target`,
        problem: to?.table === undefined ? `The default name cannot be used: ${reason}` : reason,
        remedy: 'Give another target table name.',
      });
    return {
      source: from,
      target: mapped,
      ...(requested.columns.length === 0 ? {} : { columns: requested.columns.map(toColumnMapping) }),
      ...(requested.value_policy === 'fail' ? {} : { valuePolicy: requested.value_policy }),
      ...(requested.unlogged_cascades === 'refuse' ? {} : { unloggedCascades: requested.unlogged_cascades }),
    };
  });

  const sources = tables.map((mapping) => mapping.source);
  const targets = tables.map((mapping) => mapping.target);
  for (const [ref] of repeated(sources, sources))
    problems.push({ subject: tableLabel(ref), problem: 'The source table is listed more than once.' });
  for (const [ref, sharers] of repeated(targets, sources))
    problems.push({
      subject: tableLabel(ref),
      problem: `More than one source table is mapped to it: ${sharers.map(tableLabel).join(', ')}.`,
      remedy: template.includes('{schema}')
        ? 'Give another target table name to each but one.'
        : 'Put {schema} into target_table_name, as in {sourcedb}_{schema}_{table}, or give other target table names.',
    });
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
  return { tables, problems };
};

/** Who owns them at the target does not tell: it is the same replication. */
const findTakenTargets = (
  tables: readonly TableMapping[],
  others: readonly TableMapping[],
): readonly Problem[] =>
  tables.flatMap(({ target }) => {
    const other = others.find((known) => tableKey(known.target) === tableKey(target));
    return other === undefined
      ? []
      : [
          {
            subject: tableLabel(target),
            problem: `The source table ${tableLabel(other.source)} of this replication is mapped to it already.`,
            remedy: 'Give another target table name.',
          },
        ];
  });

const findSizeProblems = (tables: readonly TableMapping[]): readonly Problem[] => {
  const remedy = 'Spread the tables over several replications.';
  return [
    ...(tables.length <= maxTables
      ? []
      : [
          {
            subject: 'body.tables',
            problem: `The replication would have more than ${maxTables.toLocaleString('en')} tables (limit of a replication).`,
            remedy,
          },
        ]),
    ...(Buffer.byteLength(JSON.stringify(tables)) <= maxMappingBytes
      ? []
      : [
          {
            subject: 'body.tables',
            problem:
              `The tables and their column mappings take more than ${maxMappingBytes / 1024} KB (limit of a replication: an ` +
              'item of DynamoDB has 400 KB).',
            remedy,
          },
        ]),
  ];
};

/** Those that are set. */
const toCaptureOptions = (capture: CreateRequest['capture']): CaptureOptions => {
  const set: Record<CaptureOptionName, number | undefined> = {
    maxBatchEvents: capture.max_batch_events,
    maxQueueEvents: capture.max_queue_events,
    maxQueueBytes: capture.max_queue_bytes,
    heartbeatIntervalMs: capture.heartbeat_interval_ms,
    pollIntervalMs: capture.poll_interval_ms,
    retriableRestartWaitMs: capture.retriable_restart_wait_ms,
    connectTimeoutMs: capture.connect_timeout_ms,
  };
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
};

/** Types as they were spelled where they are none, so that the problem can name them; nothing is saved then. */
const toColumnMapping = ({ source, target, omit, type }: ColumnRequest): ColumnMapping => ({
  source,
  ...(target === undefined ? {} : { target }),
  ...(omit ? { omit } : {}),
  ...(type === undefined ? {} : { type: parseColumnType(type)?.type ?? type }),
});

/** A name that is there more than once, with the sources it stands for. */
const repeated = (
  refs: readonly TableRef[],
  sources: readonly TableRef[],
): readonly (readonly [TableRef, readonly TableRef[]])[] => {
  const byKey = Map.groupBy(refs.entries(), ([, ref]) => tableKey(ref));
  return [...byKey.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return [];
    return [[first[1], group.flatMap(([index]) => sources[index] ?? [])] as const];
  });
};

/**
 * What keeps the tables from being replicated as mapped. Of the target, only tables are looked at whose columns are mapped:
 * the others are compared when the replication starts, but for limits that no table there can pass.
 */
const checkTables = async (
  tables: readonly TableMapping[],
  catalog: readonly TableDescription[],
  source: SourceDatabase,
  target: TargetDatabase,
  isMadeAgain: IsMadeAgain,
): Promise<readonly Problem[]> => {
  const byKey = new Map(catalog.map((table) => [tableKey(table.ref), table]));
  const problems = await forEachBounded(tables, parallelReads, async (mapping) => {
    const table = byKey.get(tableKey(mapping.source));
    if (table === undefined) return [unknownTable(mapping.source, catalog)];
    const atSource = findMappedTableProblems(table, mapping, source.dialect);
    const { mapped } = mapTable(table, mapping);
    if (mapping.columns === undefined)
      return [...atSource, ...findColumnLimitProblems(mapped, target.dialect)];
    const existing = (await isMadeAgain(mapping, target))
      ? undefined
      : await target.describeTable(mapping.target);
    return [...atSource, ...findTargetProblems(mapped, existing, target.dialect)];
  });
  return problems.flat();
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
