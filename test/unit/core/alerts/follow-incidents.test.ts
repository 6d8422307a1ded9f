import { describe, expect, test } from '@jest/globals';
import { followIncidents, type IncidentFacts } from '#core/alerts/follow-incidents.ts';
import { openingAlerts, recoveryAlerts } from '#core/alerts/incident-alerts.ts';
import type { FaultCondition } from '#core/contracts/health-record.ts';
import type { Incident } from '#core/contracts/incident.ts';
import type { Fault } from '#core/health/fault.ts';

const start = Date.parse('2026-03-01T12:00:00.000Z');
const at = (seconds: number): string => new Date(start + seconds * 1_000).toISOString();
const replication = { replicationId: 7, sourceDatabaseId: 1, targetDatabaseId: 2 };

const fault = (condition: FaultCondition, change: Partial<Fault> = {}): Fault => ({
  condition,
  hop: 'target',
  message: `${condition} it is`,
  since: at(0),
  isFailure: false,
  ...change,
});

const follow = (
  before: readonly Incident[],
  seconds: number,
  faults: readonly Fault[],
  change: Partial<IncidentFacts> = {},
) =>
  followIncidents(before, {
    replication,
    overall: faults.length === 0 ? 'healthy' : 'degraded',
    faults,
    appliedEvents: 100,
    now: new Date(start + seconds * 1_000),
    ...change,
  });

describe('an incident', () => {
  test('is opened after its hold time, once, and updated in place', () => {
    const early = follow([], 60, [fault('consumer-retrying')]);
    expect(early).toEqual({ open: [], opened: [], closed: [] });
    const opened = follow([], 70, [fault('consumer-retrying')]);
    expect(opened.opened).toMatchObject([
      { replicationId: 7, condition: 'consumer-retrying', since: at(0), openedAt: at(70), updatedAt: at(70) },
    ]);
    const later = follow(opened.open, 130, [fault('consumer-retrying', { message: 'another cause' })]);
    expect(later.opened).toEqual([]);
    expect(later.open).toMatchObject([{ openedAt: at(70), updatedAt: at(130), message: 'another cause' }]);
  });

  test('is closed when it has been gone twice, with how long it took and what caught up', () => {
    const { open } = follow([], 70, [fault('consumer-retrying')]);
    const once = follow(open, 420, []);
    expect([once.closed, once.open.length]).toEqual([[], 1]);
    const back = follow(once.open, 480, [fault('consumer-retrying')]);
    expect(back.open[0]).not.toHaveProperty('goneSince');
    const twice = follow(once.open, 480, [], { appliedEvents: 41_100 });
    expect(twice.open).toEqual([]);
    expect(twice.closed).toMatchObject([
      { closedAt: at(480), ending: 'Recovered after 7 m, 41,000 changes caught up.' },
    ]);
  });

  test('ends at once when a user stops the replication', () => {
    const { open } = follow([], 70, [fault('consumer-retrying')]);
    expect(follow(open, 120, [], { overall: 'stopped' }).closed).toMatchObject([
      { ending: 'The replication was stopped by a user after 2 m.' },
    ]);
  });

  test('is one for each condition, however many tables have it', () => {
    const { opened } = follow([], 0, [fault('table-held'), fault('table-held'), fault('table-skipped')]);
    expect(opened.map(({ condition }) => condition)).toEqual(['table-held', 'table-skipped']);
  });
});

describe('alerts', () => {
  const owned = (condition: FaultCondition, replicationId: number, change: Partial<Fault> = {}) => {
    const of = { ...replication, replicationId };
    const [incident] = follow([], 3_600, [fault(condition, change)], { replication: of }).opened;
    if (incident === undefined) throw new Error('not opened');
    return { incident, replication: { replicationId, connectorName: `connector_${replicationId}` } };
  };

  test('one for a shared cause, which lists the replications', () => {
    const same = [1, 2, 3].map((id) => owned('consumer-retrying', id));
    const alerts = openingAlerts([...same, owned('capture-stalled', 4, { hop: 'capture' })], []);
    expect(alerts.map(({ subject }) => subject)).toEqual([
      'Millrace: 3 replications: consumer-retrying at target',
      'Millrace: connector_4: capture-stalled at capture',
    ]);
    expect(alerts[0]?.message).toContain('Replications: connector_1, connector_2, connector_3');
    expect(alerts[1]?.message).toContain('docs/runbook/health.md#capture-stalled');
    const [first, second] = same;
    if (first === undefined || second === undefined) throw new Error('no incidents');
    expect(openingAlerts([second], [first.incident])).toEqual([]);
  });

  test('none for what was told when it happened', () => {
    expect(openingAlerts([owned('replication-failed', 1), owned('table-held', 2)], [])).toEqual([]);
  });

  test('one recovery when the last of a cause is over', () => {
    const [first, second] = [1, 2].map((id) => owned('consumer-retrying', id));
    if (first === undefined || second === undefined) throw new Error('no incidents');
    const ended = {
      ...first,
      incident: { ...first.incident, ending: 'Recovered after 7 m, 3 changes caught up.' },
    };
    expect(recoveryAlerts([ended], [second.incident])).toEqual([]);
    expect(recoveryAlerts([ended], [])).toMatchObject([
      {
        subject: 'Millrace: connector_1: over: consumer-retrying',
        message: 'connector_1: Recovered after 7 m, 3 changes caught up.',
      },
    ]);
  });
});
