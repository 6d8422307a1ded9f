import { describe, expect, test } from '@jest/globals';
import { followIncidents, type IncidentFacts, parseIncidentId } from '#core/alerts/follow-incidents.ts';
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

  test('of an ended replication stays open while the next start is under way', () => {
    const { open } = follow([], 0, [fault('replication-failed')]);
    const starting = follow(follow(open, 60, [], { overall: 'starting' }).open, 180, [], {
      overall: 'starting',
    });
    expect(starting).toMatchObject({ open: [{ condition: 'replication-failed' }], closed: [] });
    const active = follow(follow(starting.open, 240, []).open, 300, []);
    expect(active).toMatchObject({ open: [], closed: [{ condition: 'replication-failed' }] });
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

describe('a condition that gets worse by steps', () => {
  const limit = (level: number) => fault('source-log-limit', { hop: 'source', level });

  test('is told again at each higher step, and not when it goes back', () => {
    const { open } = follow([], 0, [limit(50)]);
    const told = open.map((incident) => ({ ...incident, toldAt: at(0) }));
    const worse = follow(told, 60, [limit(95)]);
    expect(worse.open).toMatchObject([{ level: 95, severity: 'critical', openedAt: at(0) }]);
    expect(worse.open[0]).not.toHaveProperty('toldAt');
    const toldAgain = worse.open.map((incident) => ({ ...incident, toldAt: at(60) }));
    expect(follow(toldAgain, 120, [limit(80)]).open).toMatchObject([{ level: 95, toldAt: at(60) }]);
  });
});

test('what has ended well is an incident that is closed at once', () => {
  const notices = [
    { condition: 'copy-done', message: 'Copied 2 tables with 9 rows in 3 m', since: at(-180) },
  ] as const;
  const { open, closed } = follow([], 0, [], { notices });
  expect(open).toEqual([]);
  expect(closed).toMatchObject([
    {
      condition: 'copy-done',
      severity: 'info',
      closedAt: at(0),
      ending: 'Copied 2 tables with 9 rows in 3 m.',
    },
  ]);
  expect(parseIncidentId(closed[0]?.incidentId ?? '')).toEqual({
    replicationId: 7,
    condition: 'copy-done',
    openedAt: at(0),
  });
  expect(parseIncidentId('7-copy-done')).toBeUndefined();
});
