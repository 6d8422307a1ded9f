import type { z } from 'zod';
import {
  alertChannelSchema,
  alertDeliverySchema,
  alertMuteSchema,
  alertRouteSchema,
  deliveryRetentionDays,
} from '#core/contracts/alerting.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { AlertStore } from '#core/ports/state-store.ts';
import { absent, type DynamoTable, matching, parseItem, unchanged } from './dynamo-table.ts';
import { nextNumber } from './sequence.ts';
import {
  alertChannels,
  alertMutes,
  alertRoutes,
  alertRuleKey,
  deliveryKey,
  deliveryKind,
  deliveryMoment,
  waitingDeliveries,
  waitingDeliveryKey,
} from './store-keys.ts';

const secondsPerDay = 24 * 60 * 60;

/** A mute that has ended is shown for so long. */
const endedMuteDays = 7;

const secondsOf = (at: string, days: number): number =>
  Math.floor(Date.parse(at) / 1_000) + days * secondsPerDay;

type RuleList = typeof alertChannels | typeof alertRoutes | typeof alertMutes;

export const createAlertStore = (table: DynamoTable): AlertStore => {
  const rulesOf = <S extends z.ZodType>(list: RuleList, schema: S) => ({
    find: async (id: number): Promise<z.output<S> | undefined> => {
      const item = await table.get(alertRuleKey(list, id));
      return item === undefined ? undefined : parseItem(schema, item);
    },
    list: async (): Promise<readonly z.output<S>[]> =>
      (await table.query({ pk: list })).map((item) => parseItem(schema, item)),
    remove: async (id: number): Promise<void> => table.removeAll([alertRuleKey(list, id)]),
  });
  const channels = rulesOf(alertChannels, alertChannelSchema);
  const routes = rulesOf(alertRoutes, alertRouteSchema);
  const mutes = rulesOf(alertMutes, alertMuteSchema);

  return {
    nextChannelId: () => nextNumber(table, 'alert-channel'),
    addChannel: async (channel) => {
      await table.put({ ...alertRuleKey(alertChannels, channel.channelId), ...channel });
    },
    replaceChannel: (before, after) =>
      table.put({ ...alertRuleKey(alertChannels, after.channelId), ...after }, matching(before)),
    findChannel: channels.find,
    listChannels: channels.list,
    removeChannel: channels.remove,

    nextRouteId: () => nextNumber(table, 'alert-route'),
    addRoute: async (route) => {
      await table.put({ ...alertRuleKey(alertRoutes, route.routeId), ...route });
    },
    replaceRoute: (before, after) =>
      table.put(
        { ...alertRuleKey(alertRoutes, after.routeId), ...after },
        unchanged(before, ['conditions', 'alertTopic']),
      ),
    findRoute: routes.find,
    listRoutes: routes.list,
    removeRoute: routes.remove,

    nextMuteId: () => nextNumber(table, 'alert-mute'),
    putMute: async (mute) => {
      await table.put({
        ...alertRuleKey(alertMutes, mute.muteId),
        ...mute,
        expiresAt: secondsOf(mute.until, endedMuteDays),
      });
    },
    findMute: mutes.find,
    listMutes: mutes.list,
    removeMute: mutes.remove,

    addDelivery: async (delivery) => {
      const { deliveryId, createdAt } = delivery;
      const expiresAt = secondsOf(createdAt, deliveryRetentionDays);
      const failed = await table.transact([
        {
          put: {
            ...deliveryKey(deliveryId),
            ...delivery,
            gsiPk: deliveryKind,
            gsiSk: deliveryMoment(createdAt, deliveryId),
            expiresAt,
          },
          condition: absent,
        },
        { put: { ...waitingDeliveryKey(deliveryId), deliveryId, expiresAt } },
      ]);
      return failed.length === 0;
    },

    findDelivery: async (deliveryId) => {
      const item = await table.get(deliveryKey(deliveryId));
      return item === undefined ? undefined : parseItem(alertDeliverySchema, item);
    },

    beginAttempt: async ({ deliveryId, begunAttempts }, dueAt) => {
      const begun = await table.update(
        deliveryKey(deliveryId),
        { set: { dueAt, begunAttempts: begunAttempts + 1 } },
        matching({ begunAttempts, state: 'waiting' }),
      );
      return begun !== undefined;
    },

    endAttempt: async ({ deliveryId, begunAttempts, attempts }, attempt, next) => {
      const failed = await table.transact([
        {
          update: deliveryKey(deliveryId),
          change: {
            set: {
              state: next.state,
              attempts: [...attempts, attempt],
              ...(next.state === 'waiting' && { dueAt: next.dueAt }),
            },
          },
          condition: matching({ begunAttempts: begunAttempts + 1, state: 'waiting' }),
        },
        ...(next.state === 'waiting' ? [] : [{ remove: waitingDeliveryKey(deliveryId) }]),
      ]);
      if (failed.length === 0) return;
      throw new MillraceError(
        'Superseded',
        `Attempt ${begunAttempts + 1} of delivery ${deliveryId} took so long that another one has begun.`,
      );
    },

    listWaitingDeliveries: async () => {
      const items = await table.query({ pk: waitingDeliveries });
      const found = await Promise.all(items.map(({ sk }) => table.get(deliveryKey(String(sk)))));
      return found.filter((item) => item !== undefined).map((item) => parseItem(alertDeliverySchema, item));
    },

    listDeliveries: async ({ limit, from }) => {
      const items = await table.queryKind(deliveryKind, {
        newestFirst: true,
        limit: limit + 1,
        ...(from !== undefined && { upTo: from }),
      });
      const next = items[limit];
      return {
        deliveries: items.slice(0, limit).map((item) => parseItem(alertDeliverySchema, item)),
        ...(next !== undefined && { next: String(next.gsiSk) }),
      };
    },
  };
};
