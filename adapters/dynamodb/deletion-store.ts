import { type Deletion, deletionRetentionDays, deletionSchema } from '#core/contracts/deletion.ts';
import { tableRefSchema } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { DeletionStore } from '#core/ports/state-store.ts';
import { type DynamoTable, type Item, matching, parseItem } from './dynamo-table.ts';
import { parseReplication } from './replication-item.ts';
import {
  chunkPartition,
  connectorKey,
  consumerKey,
  deletionKey,
  healCountsKey,
  healsOf,
  healthKey,
  healthPointsOf,
  incidentsOf,
  type Key,
  openIncidentsKey,
  progressesOf,
  replicationKey,
  schemaChangesOf,
  shapesOf,
  slotKey,
  sourceLogKey,
} from './store-keys.ts';

const keyOf = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) });

const secondsPerDay = 24 * 60 * 60;

export const createDeletionStore = (table: DynamoTable, clock: Clock): DeletionStore => {
  const itemOf = (deletion: Deletion) => ({
    ...deletionKey(deletion.clientId, deletion.replicationId),
    ...deletion,
  });

  return {
    beginDeletion: async (replication, deletion) => {
      const { clientId, replicationId, status, desired, generation } = replication;
      const failed = await table.transact([
        {
          update: replicationKey(clientId, replicationId),
          change: {
            set: {
              status: 'deleting',
              desired: 'stopped',
              statusSince: clock.now().toISOString(),
              lastErrorCode: undefined,
              lastErrorMessage: undefined,
            },
          },
          condition: matching({ status, desired, generation }),
        },
        { put: itemOf(deletion) },
      ]);
      if (failed.length > 0) return undefined;
      const item = await table.get(replicationKey(clientId, replicationId));
      return item === undefined ? undefined : parseReplication(item);
    },

    getDeletion: async (clientId, replicationId) => {
      const item = await table.get(deletionKey(clientId, replicationId));
      return item === undefined ? undefined : parseItem(deletionSchema, item);
    },

    updateDeletion: async ({ clientId, replicationId }, change, expectedAttempt) => {
      const item = await table.update(
        deletionKey(clientId, replicationId),
        { set: change },
        matching({ attempt: expectedAttempt }),
      );
      return item === undefined ? undefined : parseItem(deletionSchema, item);
    },

    removeReplication: async (replication, done) => {
      const { clientId, replicationId, connectorName } = replication;
      await removeCopies(table, replication);
      for (const { pk, sk } of [
        healsOf(replicationId),
        shapesOf(replicationId),
        schemaChangesOf(replicationId),
        healthPointsOf(replicationId),
        incidentsOf(replicationId),
      ]) {
        await table.removeAll((await table.query({ pk, prefix: sk })).map(keyOf));
      }
      await table.removeAll([
        consumerKey(replicationId),
        slotKey(replicationId),
        sourceLogKey(replicationId),
        healthKey(replicationId),
        healCountsKey(replicationId),
        openIncidentsKey(replicationId),
      ]);
      const failed = await table.transact([
        { remove: replicationKey(clientId, replicationId), condition: matching({ status: 'deleting' }) },
        { remove: connectorKey(connectorName), condition: matching({ replicationId }) },
        {
          put: {
            ...itemOf(done),
            expiresAt: Math.floor(clock.now().getTime() / 1000) + deletionRetentionDays * secondsPerDay,
          },
        },
      ]);
      // The answer to the same write was lost, and the SDK has repeated it.
      const isGone = (await table.get(replicationKey(clientId, replicationId))) === undefined;
      if (failed.length > 0 && !isGone) {
        throw new MillraceError(
          'Internal',
          `Replication ${replicationId} could not be removed: its record or that of its connector's name is another one.`,
        );
      }
    },
  };
};

/** The progress of every table that was ever copied, with the chunks of whatever plan. */
const removeCopies = async (
  table: DynamoTable,
  { replicationId }: Pick<Replication, 'replicationId'>,
): Promise<void> => {
  const { pk, sk } = progressesOf(replicationId);
  for (const item of await table.query({ pk, prefix: sk })) {
    const source = tableRefSchema.parse(item.source);
    const chunks = await table.query({ pk: chunkPartition(replicationId, source) });
    await table.removeAll([...chunks.map(keyOf), keyOf(item)]);
  }
};
