import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { ActivityStore, LeaseStore, ReplicationStore } from '#core/ports/state-store.ts';
import { absent, type DynamoTable, matching, present } from './dynamo-table.ts';
import { packReplication, parseReplication, writeReplication } from './replication-item.ts';
import { nextNumber } from './sequence.ts';
import {
  connectorKey,
  databaseKey,
  lastReplicationIndexKey,
  leaseKey,
  parseReplicationKey,
  replicationIndexKey,
  replicationKey,
  replicationKind,
  replicationsOf,
} from './store-keys.ts';

/** Updates of one replication come from a user, an execution and the healer; they rarely meet even once. */
const updateRounds = 10;

export const createReplicationStore = (
  table: DynamoTable,
  clock: Clock,
): Omit<ReplicationStore, keyof ActivityStore> & LeaseStore => {
  const getReplication: ReplicationStore['getReplication'] = async (clientId, replicationId) => {
    const item = await table.get(replicationKey(clientId, replicationId));
    if (item === undefined) throw new MillraceError('NotFound', `There is no replication ${replicationId}.`);
    return parseReplication(item);
  };

  return {
    nextReplicationId: () => nextNumber(table, 'replication'),

    nextOrdinal: (clientId, sourceDatabaseId) => nextNumber(table, `ordinal#${clientId}#${sourceDatabaseId}`),

    createReplication: async (replication) => {
      const { clientId, replicationId, connectorName, sourceDatabaseId, targetDatabaseId } = replication;
      const failed = await writeReplication(replication, () =>
        table.transact([
          {
            put: {
              ...replicationKey(clientId, replicationId),
              ...replicationIndexKey(replicationId),
              ...packReplication(replication),
            },
            condition: absent,
          },
          { put: { ...connectorKey(connectorName), replicationId }, condition: absent },
          ...[...new Set([sourceDatabaseId, targetDatabaseId])].map((databaseId) => ({
            check: databaseKey(clientId, databaseId),
            condition: present,
          })),
        ]),
      );
      if (failed.length === 0) return;
      if (failed.includes(0))
        throw new MillraceError('Conflict', `There already is a replication ${replicationId}.`);
      if (failed.some((index) => index > 1))
        throw new MillraceError('NotFound', 'A database of the replication was deleted just now.');
      throw new MillraceError('Conflict', `Another replication has the connector name ${connectorName}.`, {
        facts: { connectorName },
      });
    },

    getReplication,

    listReplications: async (clientId) => {
      const { pk, sk } = replicationsOf(clientId);
      const items = await table.query({ pk, prefix: sk });
      return items.map(parseReplication);
    },

    listReplicationsAfter: async (clientId, after, limit) => {
      const { pk, sk } = replicationsOf(clientId);
      const items = await table.query({
        pk,
        between: [replicationKey(clientId, after + 1).sk, `${sk}~`],
        limit,
      });
      return items.map(parseReplication);
    },

    listAllReplications: async () => {
      const items = await table.queryKind(replicationKind);
      return items.map(parseReplication);
    },

    listAllReplicationsAfter: async (after, limit) => {
      const items = await table.queryKind(replicationKind, {
        between: [replicationIndexKey(after + 1).gsiSk, lastReplicationIndexKey],
        limit,
      });
      return items.map(parseReplication);
    },

    listReplicationKeys: async () => (await table.queryKeys(replicationKind)).map(parseReplicationKey),

    updateReplication: async (clientId, replicationId, change, expected = {}) => {
      for (let round = 0; round < updateRounds; round += 1) {
        const current = await getReplication(clientId, replicationId);
        const holds = Object.entries(expected).every(
          ([field, value]) => value === undefined || current[field as keyof Replication] === value,
        );
        if (!holds) return undefined;
        const statusChanges = change.status !== undefined && change.status !== current.status;
        // The status that `statusSince` was decided on must still be there, whatever the caller expects.
        const set = packReplication(change);
        const item = await writeReplication({ replicationId, tables: change.tables ?? current.tables }, () =>
          table.update(
            replicationKey(clientId, replicationId),
            { set: { ...set, ...(statusChanges ? { statusSince: clock.now().toISOString() } : {}) } },
            matching({ ...expected, status: current.status }),
          ),
        );
        if (item !== undefined) return parseReplication(item);
      }
      throw new MillraceError('StoreUnavailable', `Replication ${replicationId} is being changed by others.`);
    },

    acquireLease: async (replicationId, holder, ttlMs, now) =>
      table.put(
        { ...leaseKey(replicationId), holder, leasedUntil: now.getTime() + ttlMs },
        {
          expression: 'attribute_not_exists(#pk) OR #holder = :holder OR #leasedUntil <= :now',
          values: { ':holder': holder, ':now': now.getTime() },
        },
      ),

    releaseLease: async (replicationId, holder) => {
      await table.remove(leaseKey(replicationId), matching({ holder }));
    },
  };
};
