import { isDeepStrictEqual } from 'node:util';
import type { AlertChannel, AlertDelivery, AlertMute, AlertRoute } from '#core/contracts/alerting.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { AlertStore } from '#core/ports/state-store.ts';

const replace = <T>(rules: Map<number, T>, id: number, before: T, after: T): boolean => {
  if (!isDeepStrictEqual(rules.get(id), before)) return false;
  rules.set(id, after);
  return true;
};

/** Rules and deliveries of alerts in memory. Tests reach into its maps. */
export const createMemoryAlertStore = () => {
  const channels = new Map<number, AlertChannel>();
  const routes = new Map<number, AlertRoute>();
  const mutes = new Map<number, AlertMute>();
  const deliveries = new Map<string, AlertDelivery>();
  const sequences = { channel: 0, route: 0, mute: 0 };
  const next = (name: keyof typeof sequences) => async () => {
    sequences[name] += 1;
    return sequences[name];
  };
  const momentOf = ({ createdAt, deliveryId }: AlertDelivery): string => `${createdAt}#${deliveryId}`;

  const alertStore: AlertStore = {
    nextChannelId: next('channel'),
    addChannel: async (channel) => void channels.set(channel.channelId, channel),
    replaceChannel: async (before, after) => replace(channels, before.channelId, before, after),
    findChannel: async (channelId) => channels.get(channelId),
    listChannels: async () => [...channels.values()],
    removeChannel: async (channelId) => void channels.delete(channelId),
    nextRouteId: next('route'),
    addRoute: async (route) => void routes.set(route.routeId, route),
    replaceRoute: async (before, after) => replace(routes, before.routeId, before, after),
    findRoute: async (routeId) => routes.get(routeId),
    listRoutes: async () => [...routes.values()],
    removeRoute: async (routeId) => void routes.delete(routeId),
    nextMuteId: next('mute'),
    putMute: async (mute) => void mutes.set(mute.muteId, mute),
    findMute: async (muteId) => mutes.get(muteId),
    listMutes: async () => [...mutes.values()],
    removeMute: async (muteId) => void mutes.delete(muteId),

    addDelivery: async (delivery) => {
      if (deliveries.has(delivery.deliveryId)) return false;
      deliveries.set(delivery.deliveryId, delivery);
      return true;
    },
    findDelivery: async (deliveryId) => deliveries.get(deliveryId),
    beginAttempt: async ({ deliveryId, begunAttempts }, dueAt) => {
      const current = deliveries.get(deliveryId);
      if (current?.state !== 'waiting' || current.begunAttempts !== begunAttempts) return false;
      deliveries.set(deliveryId, { ...current, begunAttempts: begunAttempts + 1, dueAt });
      return true;
    },
    endAttempt: async ({ deliveryId, begunAttempts }, attempt, change) => {
      const current = deliveries.get(deliveryId);
      if (current?.begunAttempts !== begunAttempts + 1)
        throw new MillraceError('Superseded', 'Another attempt has begun.');
      deliveries.set(deliveryId, { ...current, attempts: [...current.attempts, attempt], ...change });
    },
    listWaitingDeliveries: async () => [...deliveries.values()].filter(({ state }) => state === 'waiting'),
    listDeliveries: async ({ limit, from }) => {
      const found = [...deliveries.values()]
        .toSorted((a, b) => momentOf(b).localeCompare(momentOf(a)))
        .filter((delivery) => from === undefined || momentOf(delivery) <= from);
      const rest = found[limit];
      return {
        deliveries: found.slice(0, limit),
        ...(rest === undefined ? {} : { next: momentOf(rest) }),
      };
    },
  };
  return { alertStore, channels, routes, mutes, deliveries };
};
