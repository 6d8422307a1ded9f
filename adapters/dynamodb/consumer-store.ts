import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { heartbeatSchema } from '#core/contracts/consumer.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ConsumerLaunch, ConsumerStore, HealStore } from '#core/ports/state-store.ts';
import { type DynamoTable, matching, parseItem } from './dynamo-table.ts';
import { consumerKey, healKey, healsSince, lastHealKey, replicationKey } from './store-keys.ts';

/** The recorded launch and the newest heartbeat, of this launch or an older one, in one item. */
const consumerItemSchema = z.strictObject({
  launchId: z.string(),
  taskArn: z.string().optional(),
  launchedAt: instantSchema,
  generation: z.number().int().positive(),
  heartbeat: heartbeatSchema.optional(),
});

const healAttemptSchema = z.strictObject({ action: z.string(), at: instantSchema });
const healRetentionSeconds = 24 * 60 * 60;

export const createConsumerStore = (table: DynamoTable): ConsumerStore & HealStore => {
  const read = async (replicationId: number) => {
    const item = await table.get(consumerKey(replicationId));
    return item === undefined ? undefined : parseItem(consumerItemSchema, item);
  };

  return {
    recordLaunch: async (clientId, replicationId, launch) => {
      const failed = await table.transact([
        {
          check: replicationKey(clientId, replicationId),
          condition: matching({ desired: 'running', generation: launch.generation }),
        },
        {
          update: consumerKey(replicationId),
          change: {
            set: {
              launchId: launch.launchId,
              taskArn: launch.taskArn,
              launchedAt: launch.launchedAt,
              generation: launch.generation,
            },
          },
        },
      ]);
      if (failed.length > 0)
        throw new MillraceError(
          'Superseded',
          `Replication ${replicationId} was stopped or started anew, so no consumer of start ${launch.generation} is launched.`,
          { facts: { replicationId, generation: launch.generation } },
        );
    },

    getLaunch: async (replicationId) => {
      const item = await read(replicationId);
      if (item === undefined) return undefined;
      const { heartbeat: _heartbeat, taskArn, ...rest } = item;
      const launch: ConsumerLaunch = taskArn === undefined ? rest : { ...rest, taskArn };
      return launch;
    },

    setLaunchTask: async (replicationId, launchId, taskArn) => {
      await table.update(consumerKey(replicationId), { set: { taskArn } }, matching({ launchId }));
    },

    putHeartbeat: async (replicationId, heartbeat) => {
      const { launchId } = heartbeat;
      const written = await table.update(
        consumerKey(replicationId),
        { set: { heartbeat } },
        matching({ launchId }),
      );
      if (written === undefined)
        throw new MillraceError(
          'Superseded',
          `Launch ${launchId} is not the consumer of replication ${replicationId} any more.`,
          { facts: { replicationId, launchId } },
        );
    },

    getHeartbeat: async (replicationId) => (await read(replicationId))?.heartbeat,

    listHealAttempts: async (replicationId, since) => {
      const { pk, sk } = healsSince(replicationId, since.toISOString());
      const items = await table.query({ pk, between: [sk, lastHealKey] });
      return items.map((item) => parseItem(healAttemptSchema, item));
    },

    addHealAttempt: async (replicationId, attempt) => {
      const expiresAt = Math.floor(new Date(attempt.at).getTime() / 1000) + healRetentionSeconds;
      await table.put({ ...healKey(replicationId, attempt.at, randomUUID()), ...attempt, expiresAt });
    },
  };
};
