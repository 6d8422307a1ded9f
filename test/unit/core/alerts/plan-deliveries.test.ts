import { describe, expect, test } from '@jest/globals';
import type { OwnedIncident } from '#core/alerts/compose-message.ts';
import type { AlertRules } from '#core/alerts/match-rules.ts';
import { planDeliveries } from '#core/alerts/plan-deliveries.ts';
import type { AlertDelivery } from '#core/contracts/alerting.ts';
import type { Incident } from '#core/contracts/incident.ts';
import { sampleChannel, sampleMute, sampleRoute } from '#test/kit/alert-samples.ts';

const at = '2026-03-01T12:00:00.000Z';
const now = new Date(at);

const owned = (replicationId: number, change: Partial<Incident> = {}, clientId = 1): OwnedIncident => {
  const condition = change.condition ?? 'consumer-retrying';
  return {
    incident: {
      incidentId: `${replicationId}-${condition}-${at}`,
      replicationId,
      condition,
      severity: 'warning',
      hop: 'target',
      message: `${condition} it is.`,
      since: at,
      openedAt: at,
      updatedAt: at,
      appliedAtOpening: 0,
      ...change,
    },
    replication: { replicationId, clientId, connectorName: `connector_${replicationId}` },
  };
};
const told = (incident: OwnedIncident): OwnedIncident => ({
  ...incident,
  incident: { ...incident.incident, toldAt: at },
});

const plan = (
  open: readonly OwnedIncident[],
  rules: Partial<AlertRules> = {},
  closed: readonly OwnedIncident[] = [],
) => planDeliveries({ open, closed }, { channels: [], routes: [], mutes: [], ...rules }, now);
const lines = (deliveries: readonly AlertDelivery[]): readonly string[] =>
  deliveries.map(({ channelName, message }) => `${channelName}: ${message.subject}`);

const shared = { sharedCause: 'consumer-retrying kafka' };

describe('what is told', () => {
  test('one alert for a shared cause, which lists the replications', () => {
    const { deliveries, told: heard } = plan([
      ...[1, 2, 3].map((id) => owned(id, shared)),
      owned(4, { condition: 'capture-stalled', hop: 'capture' }),
    ]);
    expect(lines(deliveries)).toEqual([
      'alert topic: Millrace: 3 replications: consumer-retrying at target',
      'alert topic: Millrace: connector_4: capture-stalled at capture',
    ]);
    expect(deliveries[0]?.message.text).toContain('Replications: connector_1, connector_2, connector_3');
    expect(deliveries[1]?.message.text).toContain('docs/runbook/health.md#capture-stalled');
    expect(heard.size).toBe(4);
  });

  test('nothing of a cause that was told already, and its incident counts as told', () => {
    const { deliveries, told: heard } = plan([told(owned(1, shared)), owned(2, shared)]);
    expect(deliveries).toEqual([]);
    expect([...heard]).toEqual([`2-consumer-retrying-${at}`]);
  });

  test('one recovery when the last of a cause is over', () => {
    const over = told(
      owned(1, { ...shared, closedAt: at, ending: 'Recovered after 7 m, 3 changes caught up.' }),
    );
    expect(plan([told(owned(2, shared))], {}, [over]).deliveries).toEqual([]);
    const { deliveries } = plan([], {}, [over]);
    expect(lines(deliveries)).toEqual(['alert topic: Millrace: connector_1: over: consumer-retrying']);
    expect(deliveries[0]?.message.text).toBe('connector_1: Recovered after 7 m, 3 changes caught up.');
  });

  test('nobody hears of the end of what nobody was told of', () => {
    expect(plan([], {}, [owned(1, { closedAt: at, ending: 'Recovered.' })]).deliveries).toEqual([]);
  });

  test('a higher step, although the condition was told before', () => {
    const worse = owned(1, {
      condition: 'source-log-limit',
      level: 95,
      openedAt: '2026-03-01T11:00:00.000Z',
      severity: 'critical',
    });
    expect(plan([worse]).deliveries).toMatchObject([
      { message: { event: 'worse', subject: expect.stringContaining('has reached 95 %') } },
    ]);
  });

  test('the same plan has the same ids, and another destination or step has others', () => {
    const rules = { channels: [sampleChannel()], routes: [sampleRoute()] };
    const ids = (incident: OwnedIncident) =>
      plan([incident], rules).deliveries.map(({ deliveryId }) => deliveryId);
    expect(ids(owned(1))).toEqual(ids(owned(1)));
    const all = [...ids(owned(1)), ...ids(owned(2)), ...ids(owned(1, { level: 80 }))];
    expect(new Set(all).size).toBe(6);
  });

  test('more replications than an alert can hold are counted', () => {
    const { deliveries } = plan(Array.from({ length: 400 }, (_, index) => owned(index + 1, shared)));
    expect(deliveries[0]?.message.incidents).toHaveLength(50);
    expect(deliveries[0]?.message.text).toContain('connector_50 and 350 more');
  });
});

describe('the alert topic', () => {
  test('is not told again what is told at once, but channels are', () => {
    const failed = owned(1, { condition: 'replication-failed', severity: 'critical' });
    expect(plan([failed]).deliveries).toEqual([]);
    const rules = { channels: [sampleChannel()], routes: [sampleRoute()] };
    expect(lines(plan([failed], rules).deliveries)).toEqual([
      'ops: Millrace: connector_1: replication-failed at target',
    ]);
  });
});

describe('a route that keeps its incidents from the alert topic', () => {
  const channels = [
    sampleChannel({ channelId: 1, name: 'ops' }),
    sampleChannel({ channelId: 2, clientId: 2 }),
  ];
  const names = (incidents: readonly OwnedIncident[], routes: AlertRules['routes']) =>
    plan(incidents, { channels, routes }).deliveries.map(
      ({ channelName, message }) => `${channelName}: ${message.incidents.map((it) => it.replicationId)}`,
    );
  const quiet = sampleRoute({ alertTopic: false, clientId: 1 });

  test('is told in place of the topic, which still hears of what no such route takes', () => {
    expect(names([owned(1)], [quiet])).toEqual(['ops: 1']);
    expect(names([owned(1)], [{ ...quiet, channelIds: [] }])).toEqual([]);
    expect(names([owned(1)], [{ ...quiet, minSeverity: 'critical' }])).toEqual(['alert topic: 1']);
    expect(names([owned(1), owned(9, {}, 2)], [quiet])).toEqual(['alert topic: 9', 'ops: 1']);
  });

  test('leaves a shared cause to the topic for the replications that it does not take', () => {
    expect(names([owned(1, shared), owned(9, shared, 2)], [quiet])).toEqual(['alert topic: 9', 'ops: 1']);
  });

  test('keeps nothing back that none of its channels can have', () => {
    expect(names([owned(1)], [{ ...quiet, channelIds: [2, 99] }])).toEqual(['alert topic: 1']);
  });

  test('is also not told of the end, as the topic is not', () => {
    const over = told(owned(1, { closedAt: at, ending: 'Recovered.' }));
    const { deliveries } = plan([], { channels, routes: [{ ...quiet, channelIds: [] }] }, [over]);
    expect(deliveries).toEqual([]);
  });
});

describe('routes', () => {
  const channels = [
    sampleChannel({ channelId: 1, name: 'all' }),
    sampleChannel({ channelId: 2, name: 'of client 1', clientId: 1 }),
    sampleChannel({ channelId: 3, name: 'of client 2', clientId: 2 }),
    sampleChannel({ channelId: 4, name: 'rest' }),
  ];
  const names = (incident: OwnedIncident, routes: AlertRules['routes']) =>
    plan([incident], { channels, routes })
      .deliveries.map(({ channelName }) => channelName)
      .filter((name) => name !== 'alert topic');

  test('take what is severe enough, of their client and conditions', () => {
    const routes = [
      sampleRoute({ routeId: 1, channelIds: [1], minSeverity: 'critical' }),
      sampleRoute({ routeId: 2, channelIds: [2], clientId: 1 }),
      sampleRoute({ routeId: 3, channelIds: [1], conditions: ['copy-done'], minSeverity: 'info' }),
      sampleRoute({ routeId: 4, channelIds: [4], isDefault: true, minSeverity: 'info' }),
    ];
    expect(names(owned(1), routes)).toEqual(['of client 1']);
    expect(names(owned(1, { severity: 'critical' }), routes)).toEqual(['all', 'of client 1']);
    expect(names(owned(9, {}, 2), routes)).toEqual(['rest']);
  });

  test("never give a client's channel what is of another client", () => {
    expect(names(owned(1), [sampleRoute({ channelIds: [1, 2, 3, 99] })])).toEqual(['all', 'of client 1']);
    const { deliveries } = plan([owned(1, shared), owned(9, shared, 2)], {
      channels,
      routes: [sampleRoute({ channelIds: [1, 3] })],
    });
    const ofClient = deliveries.find(({ channelName }) => channelName === 'of client 2');
    expect(JSON.stringify(ofClient)).not.toContain('connector_1');
    expect(ofClient).toMatchObject({ clientId: 2, message: { incidents: [{ replicationId: 9 }] } });
  });
});

describe('a mute', () => {
  test.each([
    ['of everything', {}, true],
    ['of the client', { clientId: 1 }, true],
    ['of another client', { clientId: 2 }, false],
    ['of the replication', { clientId: 1, replicationId: 1 }, true],
    ['of another replication', { clientId: 1, replicationId: 2 }, false],
    ['of the condition', { condition: 'consumer-retrying' }, true],
    ['of another condition', { condition: 'lag-unknown' }, false],
    ['that has ended', { until: at }, false],
  ] as const)('%s', (_name, change, isMuted) => {
    const { deliveries, muted, told: heard } = plan([owned(1)], { mutes: [sampleMute(change)] });
    expect([deliveries.length, muted.size, heard.size]).toEqual(isMuted ? [0, 1, 0] : [1, 0, 1]);
  });

  test('that has ended lets the topic hear what is told at once otherwise', () => {
    const failed = owned(1, { condition: 'needs-resync', wasMuted: true });
    expect(lines(plan([failed]).deliveries)).toEqual([
      'alert topic: Millrace: connector_1: needs-resync at target',
    ]);
  });

  test('keeps back what is over meanwhile', () => {
    const over = told(owned(1, { closedAt: at, ending: 'Recovered.' }));
    expect(plan([], { mutes: [sampleMute()] }, [over]).deliveries).toEqual([]);
  });
});
