import { describe, expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { AlertStore } from '#core/ports/state-store.ts';
import { sampleChannel, sampleDelivery, sampleMute, sampleRoute } from './alert-samples.ts';

/** What every store of alerts keeps to. Runs against one store, which may hold deliveries of other tests. */
export const describeAlertStore = (name: string, storeOf: () => AlertStore): void => {
  describe(`${name} as a store of alerts`, () => {
    test('keeps channels, routes and mutes, replaces and removes them', async () => {
      const store = storeOf();
      const channel = sampleChannel({ channelId: await store.nextChannelId(), clientId: 1 });
      const route = sampleRoute({ routeId: await store.nextRouteId(), conditions: ['table-held'] });
      const mute = sampleMute({ muteId: await store.nextMuteId(), replicationId: 7 });
      expect(await store.nextChannelId()).toBeGreaterThan(channel.channelId);
      await store.addChannel(channel);
      expect(await store.replaceChannel(channel, { ...channel, name: 'renamed' })).toBe(true);
      await store.addRoute(route);
      await store.putMute(mute);
      expect(await store.findChannel(channel.channelId)).toEqual({ ...channel, name: 'renamed' });
      expect(await store.listChannels()).toContainEqual({ ...channel, name: 'renamed' });
      expect(await store.findRoute(route.routeId)).toEqual(route);
      expect(await store.listRoutes()).toContainEqual(route);
      expect(await store.findMute(mute.muteId)).toEqual(mute);
      expect(await store.listMutes()).toContainEqual(mute);
      await store.removeChannel(channel.channelId);
      await store.removeRoute(route.routeId);
      await store.removeMute(mute.muteId);
      await store.removeMute(mute.muteId);
      expect([
        await store.findChannel(channel.channelId),
        await store.findRoute(route.routeId),
        await store.findMute(mute.muteId),
      ]).toEqual([undefined, undefined, undefined]);
    });

    test('replaces a channel and a route only as they were read', async () => {
      const store = storeOf();
      const channel = sampleChannel({ channelId: await store.nextChannelId() });
      const route = sampleRoute({ routeId: await store.nextRouteId() });
      await store.addChannel(channel);
      await store.addRoute(route);
      const changed = { ...route, conditions: ['table-held'] as const, channelIds: [1, 2] };
      expect([
        await store.replaceChannel({ ...channel, name: 'another' }, channel),
        await store.replaceRoute({ ...route, channelIds: [2] }, route),
        await store.replaceRoute({ ...route, alertTopic: false }, route),
        await store.replaceRoute(route, changed),
        // It has conditions by now, which what was read had not.
        await store.replaceRoute(route, { ...route, isDefault: true }),
        await store.replaceRoute(changed, route),
      ]).toEqual([false, false, false, true, false, true]);
      expect(await store.findRoute(route.routeId)).toEqual(route);
      expect(await store.findChannel(channel.channelId)).toEqual(channel);
      await store.removeChannel(channel.channelId);
      await store.removeRoute(route.routeId);
      expect(await store.replaceRoute(route, route)).toBe(false);
    });

    test('takes a delivery once, and lets one process begin each attempt', async () => {
      const store = storeOf();
      const delivery = sampleDelivery({ deliveryId: 'msg_attempts' });
      expect([await store.addDelivery(delivery), await store.addDelivery(delivery)]).toEqual([true, false]);
      const dueAt = '2026-03-01T12:01:00.000Z';
      const begun = await Promise.all([1, 2, 3].map(() => store.beginAttempt(delivery, dueAt)));
      expect(begun.filter(Boolean)).toHaveLength(1);
      const failed = { at: dueAt, httpStatus: 500, error: 'no' };
      await store.endAttempt(delivery, failed, { state: 'waiting', dueAt: '2026-03-01T12:02:00.000Z' });
      const second = await store.findDelivery('msg_attempts');
      expect(second).toEqual({
        ...delivery,
        begunAttempts: 1,
        attempts: [failed],
        dueAt: '2026-03-01T12:02:00.000Z',
      });
      if (second === undefined) throw new Error('It is gone.');
      await store.beginAttempt(second, dueAt);
      await expect(store.endAttempt(delivery, failed, { state: 'failed' })).rejects.toThrow(MillraceError);
      await store.endAttempt(second, { at: dueAt, httpStatus: 204 }, { state: 'delivered' });
      expect(await store.findDelivery('msg_attempts')).toMatchObject({
        state: 'delivered',
        attempts: [{ httpStatus: 500 }, { httpStatus: 204 }],
      });
    });

    test('lists what has not ended, and everything by pages, the newest first', async () => {
      const store = storeOf();
      const ids = ['msg_a', 'msg_b', 'msg_c'];
      for (const [index, deliveryId] of ids.entries()) {
        await store.addDelivery(sampleDelivery({ deliveryId, createdAt: `2027-01-01T00:00:0${index}.000Z` }));
      }
      const last = await store.findDelivery('msg_c');
      if (last === undefined) throw new Error('It is gone.');
      await store.beginAttempt(last, last.dueAt);
      await store.endAttempt(last, { at: last.dueAt }, { state: 'delivered' });
      const waiting = (await store.listWaitingDeliveries()).map(({ deliveryId }) => deliveryId);
      expect([waiting.includes('msg_a'), waiting.includes('msg_c')]).toEqual([true, false]);
      const first = await store.listDeliveries({ limit: 2 });
      expect(first.deliveries.map(({ deliveryId }) => deliveryId)).toEqual(['msg_c', 'msg_b']);
      const second = await store.listDeliveries({ limit: 1, ...(first.next && { from: first.next }) });
      expect(second.deliveries.map(({ deliveryId }) => deliveryId)).toEqual(['msg_a']);
    });
  });
};
