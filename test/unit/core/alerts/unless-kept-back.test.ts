import { expect, test } from '@jest/globals';
import { heldAlert, stateAlert } from '#core/alerts/compose-alert.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import type { AlertMute, AlertRoute } from '#core/contracts/alerting.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Alert } from '#core/ports/services.ts';
import { sampleChannel, sampleMute, sampleRoute } from '#test/kit/alert-samples.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';

const owner = { replicationId: 7, clientId: 1, connectorName: 'acme_shop_connector' };
const alert = stateAlert(owner, 'needs-resync', { reason: 'r', advice: 'a' });

interface Rules {
  readonly listMutes?: () => Promise<readonly AlertMute[]>;
  readonly routes?: readonly AlertRoute[];
}

const publish = async ({ listMutes = async () => [], routes = [] }: Rules, told = alert) => {
  const published: Alert[] = [];
  const store = {
    listMutes,
    listRoutes: async () => routes,
    listChannels: async () => [sampleChannel(), sampleChannel({ channelId: 2, clientId: 2 })],
  };
  const ports = { store, clock: createManualClock(), log: createRecordingLog() };
  await unlessKeptBack({ publish: async (it) => void published.push(it) }, ports).publish(told);
  return published.length;
};

test('what is muted is not published, and everything else is', async () => {
  expect(await publish({ listMutes: async () => [sampleMute({ condition: 'needs-resync' })] })).toBe(0);
  expect(await publish({ listMutes: async () => [sampleMute({ condition: 'table-held' })] })).toBe(1);
});

test('what a route keeps from the alert topic is not published, if someone else can have it', async () => {
  const kept = (change: Partial<AlertRoute> = {}) => [sampleRoute({ alertTopic: false, ...change })];
  expect(await publish({ routes: kept() })).toBe(0);
  expect(await publish({ routes: kept({ channelIds: [] }) })).toBe(0);
  expect(await publish({ routes: [sampleRoute()] })).toBe(1);
  expect(await publish({ routes: kept({ clientId: 2 }) })).toBe(1);
  expect(await publish({ routes: kept({ conditions: ['table-held'] }) })).toBe(1);
  // Of channels that are gone, or another client's, nobody would hear.
  expect(await publish({ routes: kept({ channelIds: [2, 99] }) })).toBe(1);
});

test('a route from a severity on takes nothing that is milder', async () => {
  const routes = [sampleRoute({ alertTopic: false, minSeverity: 'critical' })];
  const held = heldAlert(owner, 'public.items', { reason: 'r', advice: 'a' });
  expect([await publish({ routes }), await publish({ routes }, held)]).toEqual([0, 1]);
});

test('people are told when the rules cannot be read', async () => {
  const listMutes = () => Promise.reject(new MillraceError('StoreUnavailable', 'no'));
  expect(await publish({ listMutes })).toBe(1);
});
