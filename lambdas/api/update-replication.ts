import type { z } from 'zod';
import { refuseCaptureOptions } from '#core/capture/capture-config.ts';
import { captureDefaults } from '#core/capture/connector-config.ts';
import { defaultSnapshotMode, type UsedSnapshotMode } from '#core/capture/snapshot-modes.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import {
  type CaptureOptionName,
  type CaptureOptions,
  captureOptionNames,
} from '#core/contracts/capture-options.ts';
import { type ClientId, type ReplicationId, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication, TableMapping } from '#core/contracts/replication.ts';
import { removeRowRelay } from '#core/copy/row-relay.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import {
  beginTableChange,
  requireChangeable,
  snapshotModeChange,
  type TableChangeRequest,
} from '#core/lifecycle/begin-table-change.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { createdTableMark } from '#core/naming/names.ts';
import { defaultTargetTemplate } from '#core/naming/target-template.ts';
import { mapRequestedTables } from './create-replication.ts';
import { invalidRequest } from './invalid-request.ts';
import { describeNewTables, readNewTables } from './new-tables.ts';
import type { ApiPorts } from './ports.ts';
import type { createReplicationSchema, updateReplicationSchema } from './replication-contracts.ts';

type UpdateRequest = z.output<typeof updateReplicationSchema>;
type TableRequest = z.output<typeof createReplicationSchema>['tables'][number];

export interface UpdateWish extends UpdateRequest {
  /** Who asks, as the activity names them. */
  readonly by: string;
}

/**
 * Changes how tables of a replication are mapped, what becomes of values that the target has no place for, and the options of
 * its connector. What is left out stays as it is. A table whose rows come out otherwise is copied again while the others stream;
 * the target table that it leaves stays as it is and is free for others.
 *
 * Throws, with nothing changed: `NotFound`, what `checkVersion` throws, `Conflict` where the status does not allow it, and
 * `InvalidRequest`, `ValidationFailed` and `TargetTableClaimed` as for a new replication.
 */
export const updateReplication = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  { by, ...wish }: UpdateWish,
  ports: ApiPorts,
  checkVersion: (before: Replication) => void = () => undefined,
): Promise<Replication> => {
  const { store, clock } = ports;
  const seen = await store.getReplication(clientId, replicationId);
  checkVersion(seen);
  await requireChangeable(seen, undefined, ports);
  const tables = wish.tables === undefined ? seen.tables : await remap(seen, wish.tables, ports);
  const capture = wish.capture === undefined ? undefined : mergeCapture(seen.capture, wish.capture, ports);
  const mode = newSnapshotMode(seen, wish.capture?.snapshot_mode);
  const newTables =
    wish.new_tables &&
    readNewTables(wish.new_tables, await ports.store.getDatabase(clientId, seen.sourceDatabaseId));

  return underLease(replicationId, ports, async () => {
    const current = await store.getReplication(clientId, replicationId);
    checkVersion(current);
    await requireChangeable(current, undefined, ports);
    requireUnchanged(seen, current);
    const changes = tables.flatMap((after, index) => {
      const before = current.tables[index];
      return before === undefined || isSame(before, after) ? [] : [{ before, after }];
    });
    const isCaptureChanged = capture !== undefined && !isSame(current.capture ?? {}, capture);
    const isNewTablesChanged =
      wish.new_tables !== undefined &&
      describeNewTables(current.newTables) !== describeNewTables(newTables ?? undefined);
    if (changes.length === 0 && !isCaptureChanged && mode === undefined && !isNewTablesChanged)
      return current;
    if (changes.some(({ before, after }) => after.revision !== before.revision)) requireCopyable(current);

    const moved = changes.filter(({ before, after }) => tableKey(before.target) !== tableKey(after.target));
    const request: TableChangeRequest = {
      tables,
      leaving: moved.map(({ before }) => before),
      resync: changes
        .filter((change) => change.after.revision !== change.before.revision && !moved.includes(change))
        .map(({ after }) => after.source),
      ...(isCaptureChanged && { capture }),
      ...(mode !== undefined && { snapshotMode: mode }),
    };
    // A start that has failed may have left its connector and topics, and nothing would remove them any more.
    if (mode === defaultSnapshotMode && current.generation > 0) await removeRelay(current, ports);
    const saved =
      isNewTablesChanged || (mode !== undefined && changes.length === 0 && !isCaptureChanged)
        ? await saveSettings(
            current,
            {
              ...(changes.length === 0 && !isCaptureChanged && snapshotModeChange(mode)),
              // What was found goes by the patterns before; the next health check looks again.
              ...(isNewTablesChanged && { newTables: newTables ?? undefined, foundTables: undefined }),
            },
            ports,
          )
        : current;
    const changed =
      changes.length === 0 && !isCaptureChanged ? saved : await beginTableChange(saved, request, ports);
    const message = [
      ...describeChange(changes, isCaptureChanged, mode),
      ...(isNewTablesChanged ? ['Other tables join by themselves from now on.'] : []),
    ].join(' ');
    await store.addActivity(current, {
      at: clock.now().toISOString(),
      actor: 'user',
      action: 'replication-changed',
      message,
      by,
      ...(wish.reason !== undefined && { reason: wish.reason }),
      before: {
        ...describeValues(
          changes.map(({ before }) => before),
          isCaptureChanged,
          current.capture,
        ),
        ...(mode !== undefined && { snapshot_mode: modeOf(current) }),
        ...(isNewTablesChanged && { new_tables: describeNewTables(current.newTables) }),
      },
      after: {
        ...describeValues(
          changes.map(({ after }) => after),
          isCaptureChanged,
          capture,
        ),
        ...(mode !== undefined && { snapshot_mode: mode }),
        ...(isNewTablesChanged && { new_tables: describeNewTables(changed.newTables) }),
      },
    });
    ports.logFor(current.connectorName, replicationId).info(message, { version: changed.tablesVersion });
    return changed;
  });
};

const modeOf = ({ snapshotMode }: Pick<Replication, 'snapshotMode'>): UsedSnapshotMode =>
  snapshotMode ?? defaultSnapshotMode;

/** Undefined when it stays as it is. */
const newSnapshotMode = (
  replication: Replication,
  wished: UsedSnapshotMode | undefined,
): UsedSnapshotMode | undefined => (wished === modeOf(replication) ? undefined : wished);

/** What changes nothing of what runs. The plan of a copy is the same for each snapshot mode, so one that has begun goes on in another. */
const saveSettings = async (
  { clientId, replicationId, generation, status, desired, tablesVersion }: Replication,
  settings: Parameters<ApiPorts['store']['updateReplication']>[2],
  { store }: Pick<ApiPorts, 'store'>,
): Promise<Replication> => {
  const changed = await store.updateReplication(clientId, replicationId, settings, {
    generation,
    status,
    desired,
    ...(tablesVersion !== undefined && { tablesVersion }),
  });
  if (changed !== undefined) return changed;
  throw new MillraceError('Conflict', `Replication ${replicationId} was changed by someone else just now.`);
};

const removeRelay = (replication: Replication, ports: ApiPorts): Promise<void> => {
  const log = ports.logFor(replication.connectorName, replication.replicationId);
  return withOpened((keep) =>
    removeRowRelay(replication, { ...ports, kafka: keep(ports.openKafka(log)), log }),
  );
};

/** The tables that the replication has from now on, in their order; those that are named are checked at both databases. */
const remap = async (
  replication: Replication,
  asked: NonNullable<UpdateRequest['tables']>,
  ports: ApiPorts,
): Promise<readonly TableMapping[]> => {
  const { store } = ports;
  const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
  const wished = findAsked(replication, asked);
  const owner = await ownerOf(store, replication);
  const mark = createdTableMark(replication, owner);
  const keys = new Set(wished.map(({ mapping }) => tableKey(mapping.source)));
  const mapped = await mapRequestedTables(
    {
      target_table_name: replication.targetTemplate ?? defaultTargetTemplate,
      tables: wished.map(({ mapping, wish }) => toRequest(mapping, wish)),
    },
    { client: await store.getClient(replication.clientId), source: sourceDatabase, target: targetDatabase },
    owner,
    ports,
    replication.tables.filter(({ source }) => !keys.has(tableKey(source))),
    // The copy creates it again, unless the table has got another target.
    async (mapping, target) =>
      replication.copyGeneration > 0 &&
      replication.tables.some(
        (before) =>
          tableKey(before.source) === tableKey(mapping.source) &&
          tableKey(before.target) === tableKey(mapping.target),
      ) &&
      target.isCreatedTable(mapping.target, mark),
  );
  const byKey = new Map(mapped.map((mapping) => [tableKey(mapping.source), mapping]));
  return replication.tables.map((before) => {
    const after = byKey.get(tableKey(before.source));
    return after === undefined ? before : withRevision(before, after, replication);
  });
};

interface Wished {
  readonly mapping: TableMapping;
  readonly wish: NonNullable<UpdateRequest['tables']>[number];
}

const findAsked = (
  { tables, replicationId }: Replication,
  asked: NonNullable<UpdateRequest['tables']>,
): readonly Wished[] => {
  const problems: Problem[] = [];
  const wished: Wished[] = [];
  for (const [index, wish] of asked.entries()) {
    const { schema, table } = wish.source;
    const found = tables.filter(
      ({ source }) => source.table === table && (schema === undefined || source.schema === schema),
    );
    const [mapping] = found;
    const subject = `body.tables.${index}.source`;
    if (mapping === undefined)
      problems.push({
        subject,
        problem: `Replication ${replicationId} has no source table ${schema === undefined ? table : `${schema}.${table}`}.`,
        remedy: `Add it by POST /replications/${replicationId}/tables.`,
      });
    else if (found.length > 1)
      problems.push({
        subject,
        problem: `Several schemas have the table ${table}.`,
        remedy: 'Name the schema.',
      });
    else wished.push({ mapping, wish });
  }
  if (problems.length > 0) throw invalidRequest(problems);
  return wished;
};

/** The whole of a table's mapping: what is wished, and the rest as it is. */
const toRequest = (mapping: TableMapping, wish: Wished['wish']): TableRequest => ({
  source: mapping.source,
  target: {
    schema: wish.target?.schema ?? mapping.target.schema,
    table: wish.target?.table ?? mapping.target.table,
  },
  columns:
    wish.columns ??
    (mapping.columns ?? []).map(({ source, target, omit, type }) => ({
      source,
      target,
      omit: omit === true,
      type,
    })),
  value_policy: wish.value_policy ?? mapping.valuePolicy ?? 'fail',
  unlogged_cascades: wish.unlogged_cascades ?? mapping.unloggedCascades ?? 'refuse',
});

/** Whether two values have the same fields, in whatever order. */
const isSame = (one: object, other: object): boolean => inOrder(one) === inOrder(other);
const inOrder = (value: object): string =>
  JSON.stringify(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));

/** A copy by the mapping before does not count any more where the rows come out otherwise. */
const withRevision = (
  before: TableMapping,
  after: TableMapping,
  { copyGeneration }: Replication,
): TableMapping => {
  const { revision = 1, unloggedCascades: _before, ...rowsBefore } = before;
  const { unloggedCascades: _after, ...rowsAfter } = after;
  const isOtherwise = copyGeneration > 0 && !isSame(rowsBefore, rowsAfter);
  const next = isOtherwise ? revision + 1 : revision;
  return { ...after, ...(next > 1 && { revision: next }) };
};

const mergeCapture = (
  before: CaptureOptions = {},
  wish: NonNullable<UpdateRequest['capture']>,
  { mostQueueBytes }: Pick<ApiPorts, 'mostQueueBytes'>,
): CaptureOptions => {
  const wished: Readonly<Record<CaptureOptionName, number | null | undefined>> = {
    maxBatchEvents: wish.max_batch_events,
    maxQueueEvents: wish.max_queue_events,
    maxQueueBytes: wish.max_queue_bytes,
    heartbeatIntervalMs: wish.heartbeat_interval_ms,
    pollIntervalMs: wish.poll_interval_ms,
    retriableRestartWaitMs: wish.retriable_restart_wait_ms,
    connectTimeoutMs: wish.connect_timeout_ms,
  };
  const merged: CaptureOptions = Object.fromEntries(
    captureOptionNames.flatMap((name) => {
      const value = wished[name] === undefined ? before[name] : wished[name];
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
  const refused = refuseCaptureOptions(merged, mostQueueBytes);
  if (refused !== undefined) throw invalidRequest([{ subject: 'body.capture', problem: refused }]);
  return merged;
};

const requireUnchanged = (seen: Replication, current: Replication): void => {
  if (
    isSame(seen.tables, current.tables) &&
    isSame(seen.capture ?? {}, current.capture ?? {}) &&
    seen.snapshotMode === current.snapshotMode
  )
    return;
  throw new MillraceError(
    'Conflict',
    `Replication ${current.replicationId} was changed by someone else just now. Read it, then send the change again.`,
  );
};

/** Tables are copied again while the others stream, so nothing can be copied again of a replication that does not run. */
const requireCopyable = ({ replicationId, status, copyGeneration }: Replication): void => {
  if (status === 'active' || copyGeneration === 0) return;
  throw new MillraceError(
    'Conflict',
    `Replication ${replicationId} is ${status}, and a table that is mapped otherwise is copied again, which is done only while ` +
      `the replication is active. Start it (POST /replications/${replicationId}/start), then send the change again. Options of ` +
      'the connector can be changed now.',
    { facts: { replicationId, status } },
  );
};

interface MappingChange {
  readonly before: TableMapping;
  readonly after: TableMapping;
}

const describeChange = (
  changes: readonly MappingChange[],
  isCaptureChanged: boolean,
  mode: UsedSnapshotMode | undefined,
): readonly string[] => {
  const again = changes.filter(({ before, after }) => before.revision !== after.revision);
  const named = (list: readonly MappingChange[]): string =>
    list.map(({ after }) => tableLabel(after.source)).join(', ');
  return [
    ...(changes.length === 0 ? [] : [`The mapping was changed of ${named(changes)}.`]),
    ...(again.length === 0 ? [] : [`Copied again: ${named(again)}.`]),
    ...(isCaptureChanged ? ['The options of the connector were changed.'] : []),
    ...(mode === undefined ? [] : [`The snapshot mode is ${mode} from the next copy on.`]),
  ];
};

const describeValues = (
  mappings: readonly TableMapping[],
  isCaptureChanged: boolean,
  capture: CaptureOptions = {},
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    mappings.map((mapping) => [`table ${tableLabel(mapping.source)}`, describeMapping(mapping)]),
  ),
  ...(isCaptureChanged && { capture: JSON.stringify({ ...captureDefaults, ...capture }) }),
});

/** A table can have 1,600 columns, and an entry of the activity is for people. */
const maxDescribedColumns = 20;

const describeMapping = ({ target, columns = [], valuePolicy, unloggedCascades }: TableMapping): string => {
  const shown = columns.slice(0, maxDescribedColumns).map(({ source, target: name = source, omit, type }) => {
    if (omit === true) return `${source} left out`;
    return `${source} to ${name}${type === undefined ? '' : ` as ${type}`}`;
  });
  const more = columns.length - shown.length;
  return [
    `to ${tableLabel(target)}`,
    ...shown,
    ...(more > 0 ? [`and ${more} more columns`] : []),
    `value_policy ${valuePolicy ?? 'fail'}`,
    ...(unloggedCascades === undefined ? [] : [`unlogged_cascades ${unloggedCascades}`]),
  ].join(', ');
};
