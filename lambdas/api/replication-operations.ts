import { z } from 'zod';
import { snapshotModes } from '#core/capture/snapshot-modes.ts';
import { requireRoom } from '#core/lifecycle/client-quotas.ts';
import { describeCopy } from '#core/status/copy-progress.ts';
import { activityOperations } from './activity-operations.ts';
import { snapshotModesAnswerSchema, snapshotModesQuerySchema } from './capture-contracts.ts';
import { addTables, removeTable, resyncTable } from './change-tables.ts';
import { findProblems } from './check-readiness.ts';
import { createReplication } from './create-replication.ts';
import { deleteReplication, readDeletion, toDeletionAnswer } from './delete-replication.ts';
import {
  addTablesSchema,
  deleteReplicationQuerySchema,
  deletionAnswerSchema,
  removeTableQuerySchema,
  resyncTableSchema,
  tablePathSchema,
  validateReplicationSchema,
  validationAnswerSchema,
} from './lifecycle-contracts.ts';
import { lifecycleOperations } from './lifecycle-operations.ts';
import { defineOperation, type Operation } from './operation.ts';
import { hasInName, numberKey, readPage } from './paging.ts';
import { toProblemItem } from './problem-details.ts';
import { toListed, toReplicationAnswer } from './replication-answer.ts';
import {
  createReplicationSchema,
  listReplicationsQuerySchema,
  replicationAnswerSchema,
  replicationListSchema,
  updateReplicationSchema,
} from './replication-contracts.ts';
import { readStatus, toTableAnswer } from './replication-status.ts';
import { setPolicy, toPolicyAnswer } from './schema-policy.ts';
import { schemaPolicyAnswerSchema, schemaPolicyRequestSchema } from './schema-policy-contracts.ts';
import { pathIdSchema } from './shared-contracts.ts';
import { copyAnswerSchema, statusAnswerSchema } from './status-contracts.ts';
import { updateReplication } from './update-replication.ts';

const replicationPath = z.strictObject({ replication_id: pathIdSchema });

export const replicationOperations: readonly Operation[] = [
  defineOperation({
    id: 'listSnapshotModes',
    method: 'GET',
    path: '/snapshot-modes',
    summary: "What the snapshot modes of Debezium's connectors do, which one replications have, and why.",
    query: snapshotModesQuerySchema,
    status: 200,
    answer: snapshotModesAnswerSchema,
    run: async ({ query: { kind } }) => ({
      snapshot_modes: snapshotModes
        .filter(({ kinds }) => kind === undefined || kinds.includes(kind))
        .map(({ mode, formerNames, kinds, meaning, isUsed, inMillrace }) => ({
          mode,
          former_names: [...formerNames],
          kinds: [...kinds],
          meaning,
          supported: isUsed,
          in_millrace: inMillrace,
        })),
    }),
  }),

  defineOperation({
    id: 'createReplication',
    method: 'POST',
    path: '/replications',
    summary:
      'Configure a replication. Its tables are checked at the source; nothing runs until it is started.',
    body: createReplicationSchema,
    status: 201,
    answer: replicationAnswerSchema,
    errors: [
      'NotFound',
      'ValidationFailed',
      'TargetTableClaimed',
      'ReplicationTooLarge',
      'QuotaExceeded',
      'DatabaseUnreachable',
      'DatabaseAuthenticationFailed',
      'DatabaseTimeout',
    ],
    run: async ({ clientId, actor, body }, ports) => {
      await requireRoom(clientId, { replications: 1, tables: body.tables.length }, ports);
      return toReplicationAnswer(await createReplication(clientId, { ...body, by: actor }, ports));
    },
  }),

  defineOperation({
    id: 'listReplications',
    method: 'GET',
    path: '/replications',
    summary: 'List the replications, without their tables.',
    status: 200,
    answer: replicationListSchema,
    query: listReplicationsQuerySchema,
    run: async ({ clientId, query: { limit, cursor, ...filter } }, { store }) => {
      const { items, nextCursor } = await readPage(
        { limit, cursor },
        {
          read: (after, count) => store.listReplicationsAfter(clientId, Number(after ?? 0), count),
          keyOf: ({ replicationId }) => numberKey(replicationId),
          keep: ({ name, status, sourceDatabaseId, targetDatabaseId }) =>
            hasInName(name, filter.name) &&
            (filter.status === undefined || status === filter.status) &&
            (filter.database_id === undefined ||
              [sourceDatabaseId, targetDatabaseId].includes(filter.database_id)),
        },
      );
      return { replications: items.map(toListed), next_cursor: nextCursor };
    },
  }),

  defineOperation({
    id: 'getReplication',
    method: 'GET',
    path: '/replications/{replication_id}',
    summary: 'Get a replication.',
    params: replicationPath,
    status: 200,
    answer: replicationAnswerSchema,
    errors: ['NotFound'],
    versionOf: (replication) => replication,
    run: async ({ clientId, params }, { store }) =>
      toReplicationAnswer(await store.getReplication(clientId, params.replication_id)),
  }),

  defineOperation({
    id: 'updateReplication',
    method: 'PATCH',
    path: '/replications/{replication_id}',
    summary:
      'Change the mapping of tables and columns, value policies, and options of the connector. Tables whose rows come out ' +
      'otherwise are copied again while the others stream.',
    params: replicationPath,
    body: updateReplicationSchema,
    status: 202,
    answer: replicationAnswerSchema,
    errors: [
      'NotFound',
      'Conflict',
      'ValidationFailed',
      'TargetTableClaimed',
      'ReplicationTooLarge',
      'DatabaseUnreachable',
      'DatabaseAuthenticationFailed',
      'DatabaseTimeout',
    ],
    versionOf: (replication) => replication,
    run: async ({ clientId, actor, params, body, requireMatch }, ports) =>
      toReplicationAnswer(
        await updateReplication(clientId, params.replication_id, { ...body, by: actor }, ports, (before) =>
          requireMatch(toReplicationAnswer(before)),
        ),
      ),
  }),

  defineOperation({
    id: 'validateReplication',
    method: 'POST',
    path: '/replications/{replication_id}/validate',
    summary:
      "A dry run: makes every check of a start, with Kafka Connect's own of the connector, and changes nothing.",
    params: replicationPath,
    body: validateReplicationSchema,
    status: 200,
    answer: validationAnswerSchema,
    errors: ['NotFound', 'SecretMissing', 'DatabaseTimeout'],
    run: async ({ clientId, params }, ports) => {
      const replication = await ports.store.getReplication(clientId, params.replication_id);
      const log = ports.logFor(replication.connectorName, replication.replicationId);
      const { problems, warnings } = await findProblems(replication, log, ports);
      return {
        replication_id: replication.replicationId,
        ready: problems.length === 0,
        problems: problems.map(toProblemItem),
        warnings: warnings.map(toProblemItem),
      };
    },
  }),

  ...lifecycleOperations,

  defineOperation({
    id: 'getSchemaPolicy',
    method: 'GET',
    path: '/replications/{replication_id}/schema-policy',
    summary: 'What is done when a table of the replication is changed at the source.',
    params: replicationPath,
    status: 200,
    answer: schemaPolicyAnswerSchema,
    errors: ['NotFound'],
    versionOf: (policy) => policy,
    run: async ({ clientId, params }, { store }) =>
      toPolicyAnswer((await store.getReplication(clientId, params.replication_id)).schemaPolicy),
  }),

  defineOperation({
    id: 'setSchemaPolicy',
    method: 'PUT',
    path: '/replications/{replication_id}/schema-policy',
    summary:
      'Choose what is done when a table is changed at the source. It counts from the next change on; a table that is held ' +
      'tries again when its consumer starts again.',
    params: replicationPath,
    body: schemaPolicyRequestSchema,
    status: 200,
    answer: schemaPolicyAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    versionOf: (policy) => policy,
    run: async ({ clientId, actor, params, body, requireMatch }, ports) =>
      toPolicyAnswer(
        await setPolicy(clientId, params.replication_id, { ...body, by: actor }, ports, (before) =>
          requireMatch(toPolicyAnswer(before)),
        ),
      ),
  }),

  defineOperation({
    id: 'addTables',
    method: 'POST',
    path: '/replications/{replication_id}/tables',
    summary: 'Add tables to a replication. The others stream on, and are not copied again.',
    params: replicationPath,
    body: addTablesSchema,
    status: 202,
    answer: replicationAnswerSchema,
    errors: [
      'NotFound',
      'Conflict',
      'ValidationFailed',
      'TargetTableClaimed',
      'ReplicationTooLarge',
      'QuotaExceeded',
      'DatabaseUnreachable',
      'DatabaseAuthenticationFailed',
      'DatabaseTimeout',
    ],
    run: async ({ clientId, actor, params, body }, ports) => {
      await requireRoom(clientId, { tables: body.tables.length }, ports);
      return toReplicationAnswer(
        await addTables(clientId, params.replication_id, { ...body, by: actor }, ports),
      );
    },
  }),

  defineOperation({
    id: 'removeTable',
    method: 'DELETE',
    path: '/replications/{replication_id}/tables/{table}',
    summary: 'Leave a table out of a replication. The others stream on, and the target table stays as it is.',
    params: tablePathSchema,
    query: removeTableQuerySchema,
    status: 202,
    answer: replicationAnswerSchema,
    errors: ['NotFound', 'Conflict', 'ServiceUnavailable'],
    run: async ({ clientId, actor, params, query }, ports) =>
      toReplicationAnswer(
        await removeTable(
          clientId,
          params.replication_id,
          params.table,
          { version: query.version, by: actor },
          ports,
        ),
      ),
  }),

  defineOperation({
    id: 'resyncTable',
    method: 'POST',
    path: '/replications/{replication_id}/tables/{table}/resync',
    summary: 'Copy one table again, in the shape that it has at the source now. The others stream on.',
    params: tablePathSchema,
    body: resyncTableSchema,
    status: 202,
    answer: replicationAnswerSchema,
    errors: ['NotFound', 'Conflict', 'ServiceUnavailable'],
    run: async ({ clientId, actor, params, body }, ports) =>
      toReplicationAnswer(
        await resyncTable(
          clientId,
          params.replication_id,
          params.table,
          { version: body.version, by: actor },
          ports,
        ),
      ),
  }),

  defineOperation({
    id: 'deleteReplication',
    method: 'DELETE',
    path: '/replications/{replication_id}',
    summary:
      'Delete a replication with everything it consists of: consumer, connector, slot, publication, topics, checkpoints.',
    params: replicationPath,
    query: deleteReplicationQuerySchema,
    status: 202,
    answer: deletionAnswerSchema,
    errors: ['NotFound', 'Conflict', 'ServiceUnavailable'],
    run: async ({ clientId, actor, params, query }, ports) =>
      toDeletionAnswer(
        await deleteReplication(
          clientId,
          params.replication_id,
          { dropTargetTables: query.drop_target_tables, force: query.force, by: actor },
          ports,
        ),
      ),
  }),

  defineOperation({
    id: 'getDeletion',
    method: 'GET',
    path: '/replications/{replication_id}/deletion',
    summary:
      'How far the deletion of a replication is. It is kept for 90 days after the replication is gone.',
    params: replicationPath,
    status: 200,
    answer: deletionAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params }, ports) =>
      toDeletionAnswer(await readDeletion(clientId, params.replication_id, ports)),
  }),

  defineOperation({
    id: 'getStatus',
    method: 'GET',
    path: '/replications/{replication_id}/status',
    summary: 'Whether it replicates: connector, consumer, lag and the state of each table.',
    params: replicationPath,
    status: 200,
    answer: statusAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params }, ports) =>
      readStatus(await ports.store.getReplication(clientId, params.replication_id), ports),
  }),

  defineOperation({
    id: 'getCopyProgress',
    method: 'GET',
    path: '/replications/{replication_id}/copy',
    summary: 'How far the initial copy is: rows, bytes, percent, rows per second and time left.',
    params: replicationPath,
    status: 200,
    answer: copyAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params }, { store, clock }) => {
      const replication = await store.getReplication(clientId, params.replication_id);
      const progress = await store.listTableProgress(replication.replicationId);
      const copy = describeCopy(replication, progress, clock.now());
      return {
        replication_id: replication.replicationId,
        rows_copied: copy.rowsCopied,
        bytes_copied: copy.bytesCopied,
        estimated_rows: copy.estimatedRows,
        percent: copy.percent,
        rows_per_second: copy.rowsPerSecond ?? null,
        bytes_per_second: copy.bytesPerSecond ?? null,
        seconds_left: copy.secondsLeft ?? null,
        tables: copy.tables.map(toTableAnswer),
      };
    },
  }),

  ...activityOperations,
];
