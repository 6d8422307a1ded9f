import type { z } from 'zod';
import { refuseCaptureOptions } from '#core/capture/capture-config.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { CaptureOptionName, CaptureOptions } from '#core/contracts/capture-options.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import type { ConsumerSettings, Placement, Replication, TableMapping } from '#core/contracts/replication.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { type Endpoints, type IsMadeAgain, mapTables, refuseClaimed } from '#core/lifecycle/map-tables.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import {
  connectorName,
  distinctConnectorName,
  publicationName,
  slotName,
  topicPrefix,
} from '#core/naming/names.ts';
import { defaultTargetTemplate } from '#core/naming/target-template.ts';
import { invalidRequest } from './invalid-request.ts';
import { readNewTables } from './new-tables.ts';
import type { ApiPorts } from './ports.ts';
import type { createReplicationSchema } from './replication-contracts.ts';
import { readPolicy } from './schema-policy.ts';

type CreateRequest = z.output<typeof createReplicationSchema>;
type CreatePorts = Pick<
  ApiPorts,
  'store' | 'openSource' | 'openTarget' | 'defaultPlacement' | 'clock' | 'mostQueueBytes'
>;

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
  const tables = await mapRequestedTables(request, { client, source, target }, owner, ports);

  const capture = toCaptureOptions(request.capture);
  const { snapshot_mode: snapshotMode } = request.capture;
  const schemaPolicy = readPolicy(
    request.schema_changes,
    tables.map((mapping) => mapping.source),
    'body.schema_changes',
  );
  const consumer = readConsumer(request.consumer, ports.defaultPlacement);
  const newTables = request.new_tables && readNewTables(request.new_tables, source);
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
    ...(newTables === undefined ? {} : { newTables }),
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
export const mapRequestedTables = (
  request: Pick<CreateRequest, 'target_table_name' | 'tables'> & Partial<Pick<CreateRequest, 'capture'>>,
  databases: Endpoints,
  owner: TargetOwner,
  ports: Pick<CreatePorts, 'store' | 'openSource' | 'openTarget' | 'mostQueueBytes'>,
  others: readonly TableMapping[] = [],
  isMadeAgain?: IsMadeAgain,
): Promise<readonly TableMapping[]> =>
  withOpened(async (keep) => {
    const source = keep(await ports.openSource(databases.source));
    const target = keep(await ports.openTarget(databases.target));
    const wish = {
      template: request.target_table_name,
      tables: request.tables.map(({ value_policy, unlogged_cascades, ...table }) => ({
        ...table,
        valuePolicy: value_policy,
        unloggedCascades: unlogged_cascades,
      })),
    };
    const ends = { source, target };
    const mapped = await mapTables(wish, databases, await source.listTables(), ends, others, isMadeAgain);
    const refusedOptions = refuseCaptureOptions(
      toCaptureOptions(request.capture ?? {}),
      ports.mostQueueBytes,
    );
    const invalid = [
      ...mapped.invalid,
      ...(refusedOptions === undefined ? [] : [{ subject: 'body.capture', problem: refusedOptions }]),
    ];
    const { tables, unsuitable } = mapped;
    if (invalid.length > 0) throw invalidRequest([...invalid, ...unsuitable]);
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

/** Those that are set. */
const toCaptureOptions = (capture: Partial<CreateRequest['capture']>): CaptureOptions => {
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
