import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { activityRetentionDays, activitySchema } from '#core/contracts/activity.ts';
import { replicationIdSchema } from '#core/contracts/identifiers.ts';
import type { ActivityPage, ActivityStore } from '#core/ports/state-store.ts';
import { type DynamoTable, type Item, parseItem } from './dynamo-table.ts';
import { activitiesOf, activityIndexKey, activityKey, activityKind } from './store-keys.ts';

const itemSchema = z.strictObject({
  ...activitySchema.unwrap().shape,
  replicationId: replicationIdSchema.exactOptional(),
});

const secondsPerDay = 24 * 60 * 60;

/** Of one more item than the page has: it is where the next page begins. */
const toPage = (items: readonly Item[], limit: number, momentOf: (item: Item) => string): ActivityPage => {
  const next = items[limit];
  return {
    activity: items.slice(0, limit).map((item) => parseItem(itemSchema, item)),
    ...(next === undefined ? {} : { next: momentOf(next) }),
  };
};

export const createActivityStore = (table: DynamoTable): ActivityStore => ({
  listActivity: async (replicationId, { limit, from }) => {
    const { pk, sk } = activitiesOf(replicationId);
    const items = await table.query({
      pk,
      ...(from === undefined ? { prefix: sk } : { between: [sk, `${sk}${from}`] }),
      newestFirst: true,
      limit: limit + 1,
    });
    return toPage(items, limit, (item) => String(item.sk).slice(sk.length));
  },

  listClientActivity: async (clientId, { limit, from }) => {
    const items = await table.queryKind(activityKind(clientId), {
      newestFirst: true,
      limit: limit + 1,
      ...(from === undefined ? {} : { upTo: from }),
    });
    return toPage(items, limit, ({ gsiSk }) => String(gsiSk));
  },

  addActivity: async ({ clientId, replicationId }, activity) => {
    const moment = `${activity.at}#${randomUUID()}`;
    await table.put({
      ...activityKey({ clientId, ...(replicationId === undefined ? {} : { replicationId }) }, moment),
      ...activityIndexKey(clientId, moment),
      ...activity,
      ...(replicationId === undefined ? {} : { replicationId }),
      expiresAt: Math.floor(Date.parse(activity.at) / 1_000) + activityRetentionDays * secondsPerDay,
    });
  },
});
