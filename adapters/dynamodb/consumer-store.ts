import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { heartbeatSchema } from '#core/contracts/consumer.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ConsumerLaunch, ConsumerStore, HealStore } from '#core/ports/state-store.ts';
import { type DynamoTable, matching, parseItem } from './dynamo-table.ts';
import { toAttribute } from './metrics-store.ts';
import {
  consumerKey,
  healCountsKey,
  healKey,
  healsSince,
  lastHealKey,
  replicationKey,
} from './store-keys.ts';

const launchSchema = z.strictObject({
  launchId: z.string(),
  taskArn: z.string().optional(),
  launchedAt: instantSchema,
  generation: z.number().int().positive(),
});

/** The recorded launch, if none was revoked since, and the newest heartbeat, of this launch or an older one. */
const consumerItemSchema = z.strictObject({
  ...launchSchema.partial().shape,
  revokedLaunchId: z.string().optional(),
  revokedTaskArn: z.string().optional(),
  heartbeat: heartbeatSchema.optional(),
});

const healAttemptSchema = z.strictObject({ action: z.string(), at: instantSchema });
const healRetentionSeconds = 24 * 60 * 60;

/** Launches are recorded seconds apart, so a second look is already rare. */
const revokeRounds = 5;

const launchOf = (item: z.infer<typeof consumerItemSchema> | undefined): ConsumerLaunch | undefined => {
  if (item?.launchId === undefined) return undefined;
  const { heartbeat: _heartbeat, revokedLaunchId: _launchId, revokedTaskArn: _taskArn, ...launch } = item;
  const { taskArn, ...rest } = parseItem(launchSchema, launch);
  return taskArn === undefined ? rest : { ...rest, taskArn };
};

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
              revokedLaunchId: undefined,
              revokedTaskArn: undefined,
            },
          },
        },
      ]);
      if (failed.length > 0)
        throw new MillraceError(
          'Superseded',
          `Replication ${replicationId} was stopped or started again, so no consumer of start ${launch.generation} is launched.`,
          { facts: { replicationId, generation: launch.generation } },
        );
    },

    getLaunch: async (replicationId) => launchOf(await read(replicationId)),

    revokeLaunch: async (replicationId) => {
      for (let round = 0; round < revokeRounds; round += 1) {
        const launch = launchOf(await read(replicationId));
        if (launch === undefined) return undefined;
        const revoked = await table.update(
          consumerKey(replicationId),
          {
            set: {
              launchId: undefined,
              taskArn: undefined,
              launchedAt: undefined,
              generation: undefined,
              revokedLaunchId: launch.launchId,
              revokedTaskArn: launch.taskArn,
            },
          },
          // A task that is attached at this moment must be in the launch that the caller gets.
          launch.taskArn === undefined
            ? {
                expression: '#launchId = :launchId AND attribute_not_exists(#taskArn)',
                values: { ':launchId': launch.launchId },
              }
            : matching({ launchId: launch.launchId, taskArn: launch.taskArn }),
        );
        if (revoked !== undefined) return launch;
      }
      throw new MillraceError('StoreUnavailable', `Launches of replication ${replicationId} keep changing.`);
    },

    getRevokedLaunch: async (replicationId) => {
      const { revokedLaunchId, revokedTaskArn } = (await read(replicationId)) ?? {};
      if (revokedLaunchId === undefined) return undefined;
      return {
        launchId: revokedLaunchId,
        ...(revokedTaskArn === undefined ? {} : { taskArn: revokedTaskArn }),
      };
    },

    setLaunchTask: async (replicationId, launchId, taskArn) => {
      const key = consumerKey(replicationId);
      const attached = await table.update(key, { set: { taskArn } }, matching({ launchId }));
      if (attached !== undefined) return;
      // A stop came while the task was being launched. It waits for the end of this task, and finds its ARN here.
      await table.update(key, { set: { revokedTaskArn: taskArn } }, matching({ revokedLaunchId: launchId }));
    },

    putHeartbeat: async (replicationId, heartbeat) => {
      const { launchId } = heartbeat;
      const written = await table.update(
        consumerKey(replicationId),
        { set: { heartbeat } },
        {
          expression:
            heartbeat.state === 'STOPPED' || heartbeat.state === 'ERROR'
              ? '#launchId = :launchId OR #revokedLaunchId = :launchId'
              : '#launchId = :launchId',
          values: { ':launchId': launchId },
        },
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
      await table.transact([
        { put: { ...healKey(replicationId, attempt.at, randomUUID()), ...attempt, expiresAt } },
        { update: healCountsKey(replicationId), change: { add: { [toAttribute(attempt.action)]: 1 } } },
      ]);
    },
  };
};
