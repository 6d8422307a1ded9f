import { describe, expect, test } from '@jest/globals';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import { type FaultCondition, faultConditionSchema } from '#core/contracts/health-record.ts';
import type { Hop } from '#core/contracts/hop.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { remedies } from '#core/health/fault.ts';
import { explain } from '#core/status/explain.ts';
import { type StatusFacts, unifiedStatus } from '#core/status/unified-status.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';

const at = '2026-03-01T12:00:00.000Z';
const now = new Date(at);
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1_000).toISOString();

const active = (change: Partial<Replication> = {}): Replication =>
  sampleReplication({ status: 'active', copyGeneration: 1, statusSince: ago(3_600), ...change });

const paused = (seconds: number): Replication =>
  active({ status: 'paused', pause: { since: ago(seconds), by: 'user' } });

const beat: Heartbeat = {
  launchId: 'l1',
  epoch: 1,
  state: 'RUNNING',
  beatAt: ago(5),
  startedAt: ago(3_000),
  applied: { inserts: 1, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  lagEvents: 0,
  lagMs: 0,
};

const seen = (change: Partial<SourceLog> = {}): SourceLog => ({
  readAt: ago(30),
  warnings: [],
  position: '0/200',
  activity: '1:1:',
  captured: '0/200',
  movement: '0/200',
  movedAt: ago(60),
  marks: [],
  reader: { isReading: true, since: ago(3_000) },
  ...change,
});

const failing = (code: string, since = ago(90)): SourceLog =>
  seen({ failure: { code, message: `${code} it says.`, since, at: ago(30) } });

const facts = (change: Partial<StatusFacts> = {}): StatusFacts => ({
  replication: active(),
  connector: { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] },
  launch: { launchId: 'l1', launchedAt: ago(3_000), generation: 3 },
  heartbeat: beat,
  tables: [],
  sourceLog: seen(),
  recorded: undefined,
  attempts: [],
  objectsAtSource: [],
  topicRetentionHours: 168,
  now,
  ...change,
});

const behind = (change: Partial<SourceLog>): Partial<StatusFacts> => ({
  sourceLog: seen({ captured: '0/100', marks: [{ at: ago(95), position: '0/180' }], ...change }),
});
const gib = 1024 ** 3;

describe('what keeps an active replication from being healthy', () => {
  test('a capture that was behind at two looks in a row, and had passed the first one, keeps it healthy', () => {
    const log = { marks: [{ at: ago(40), position: '0/180' }], movedAt: ago(31), capturedAsOf: ago(100) };
    expect(unifiedStatus(facts(behind(log))).overall).toBe('healthy');
  });

  test('a look that saw everything captured, and a heartbeat after it, keep it healthy', () => {
    const looks = [
      { at: ago(150), capturedAsOf: ago(175) },
      { at: ago(90), capturedAsOf: ago(115) },
      { at: ago(30), capturedAsOf: ago(55) },
    ];
    const log = { sourceLog: seen({ looks }), heartbeat: { ...beat, beatAt: ago(35), endsAgeMs: 5_000 } };
    expect(unifiedStatus(facts(log)).overall).toBe('healthy');
  });

  test('looks from before it became active count for nothing', () => {
    const looks = [{ at: ago(200), capturedAsOf: ago(900) }];
    const fresh = active({ statusSince: ago(100) });
    expect(unifiedStatus(facts({ replication: fresh, sourceLog: seen({ looks }) })).overall).toBe('healthy');
  });

  test('nothing does when the source was looked at lately and everything comes on', () => {
    expect(unifiedStatus(facts())).toMatchObject({ overall: 'healthy', faults: [] });
  });

  test('an idle source is not behind, however long nothing came', () => {
    const idle = seen({ captured: '0/1F0', aheadBytes: 16, movedAt: ago(86_400) });
    expect(unifiedStatus(facts({ sourceLog: idle })).overall).toBe('healthy');
  });

  test('a connector that was restarted just now may have no session yet', () => {
    const restarted = seen({ reader: { isReading: false, since: ago(35) } });
    expect(unifiedStatus(facts({ sourceLog: restarted })).overall).toBe('healthy');
  });

  test('one that has just become active was looked at by its start', () => {
    const fresh = active({ statusSince: ago(100) });
    expect(unifiedStatus(facts({ replication: fresh, sourceLog: undefined })).overall).toBe('healthy');
    const old = { ...failing('DatabaseUnreachable'), readAt: ago(900) };
    const before = { ...old, failure: { code: 'X', message: 'of before', since: ago(900), at: ago(900) } };
    expect(unifiedStatus(facts({ replication: fresh, sourceLog: before })).overall).toBe('healthy');
  });

  const cases: readonly [string, Partial<StatusFacts>, FaultCondition, Hop, 'degraded' | 'failed'][] = [
    ['nobody has looked at the source', { sourceLog: undefined }, 'source-not-watched', 'source', 'degraded'],
    [
      'the last look is old',
      { sourceLog: seen({ readAt: ago(200) }) },
      'source-not-watched',
      'source',
      'degraded',
    ],
    [
      'a dead source',
      { sourceLog: failing('DatabaseUnreachable') },
      'source-unreachable',
      'source',
      'degraded',
    ],
    [
      'a source that hangs',
      { sourceLog: failing('DatabaseTimeout') },
      'source-unreachable',
      'source',
      'degraded',
    ],
    [
      'a wrong password',
      { sourceLog: failing('DatabaseAuthenticationFailed') },
      'credentials-refused',
      'source',
      'failed',
    ],
    ['a lost grant', { sourceLog: failing('PermissionDenied') }, 'source-unreadable', 'source', 'degraded'],
    [
      'Connect away at a look',
      { sourceLog: failing('ConnectUnavailable') },
      'connect-silent',
      'capture',
      'degraded',
    ],
    [
      'a slot that nobody reads',
      { sourceLog: seen({ reader: { isReading: false, since: ago(90) } }) },
      'capture-not-reading',
      'capture',
      'degraded',
    ],
    [
      'a stopped walsender, or a binlog that is not read',
      behind({ movedAt: ago(300) }),
      'capture-stalled',
      'capture',
      'degraded',
    ],
    [
      'a capture that does not keep up',
      behind({ movedAt: ago(31) }),
      'capture-behind',
      'capture',
      'degraded',
    ],
    [
      'a capture of which nobody has seen for long that it has what was written, as the looks failed',
      behind({ marks: [{ at: ago(40), position: '0/180' }], movedAt: ago(31), capturedAsOf: ago(155) }),
      'capture-behind',
      'capture',
      'degraded',
    ],
    [
      'a heartbeat that is not yet old, and what was captured late since',
      {
        heartbeat: { ...beat, beatAt: ago(80), lagMs: 100 },
        sourceLog: seen({
          looks: [
            { at: ago(95), capturedAsOf: ago(400) },
            { at: ago(30), capturedAsOf: ago(30) },
          ],
        }),
      },
      'target-behind',
      'consumer',
      'degraded',
    ],
    [
      'a lag that was small at a heartbeat which rests on an old reading of the ends',
      {
        heartbeat: { ...beat, beatAt: ago(110), lagMs: 50_000, endsAgeMs: 25_000 },
      },
      'target-behind',
      'consumer',
      'degraded',
    ],
    [
      'a position that is not known',
      { sourceLog: { readAt: ago(30), warnings: [] } },
      'capture-unknown',
      'capture',
      'degraded',
    ],
    [
      'a connector paused by someone',
      { connector: { state: 'PAUSED', tasks: [] } },
      'connector-paused',
      'capture',
      'degraded',
    ],
    ['a connector that is gone', { connector: 'missing' }, 'connector-missing', 'capture', 'degraded'],
    [
      'a connector that has failed',
      { connector: { state: 'FAILED', tasks: [] } },
      'connector-failed',
      'capture',
      'failed',
    ],
    [
      'a connector without a worker',
      { connector: { state: 'UNASSIGNED', tasks: [] } },
      'connector-not-running',
      'capture',
      'degraded',
    ],
    ['Connect that does not answer', { connector: 'unknown' }, 'connect-silent', 'capture', 'degraded'],
    [
      'a target that is away',
      { heartbeat: { ...beat, state: 'RETRYING', errorHop: 'target', errorSince: ago(70) } },
      'consumer-retrying',
      'target',
      'degraded',
    ],
    [
      'Kafka that is away',
      { heartbeat: { ...beat, state: 'RETRYING', errorHop: 'kafka', errorSince: ago(70) } },
      'consumer-retrying',
      'kafka',
      'degraded',
    ],
    [
      'a slow target',
      { heartbeat: { ...beat, lagEvents: 41_000, lagMs: 240_000 } },
      'target-behind',
      'target',
      'degraded',
    ],
    [
      'ends of topics that cannot be read',
      { heartbeat: { ...beat, lagEvents: undefined, lagUnknown: 'no broker' } as Heartbeat },
      'lag-unknown',
      'kafka',
      'degraded',
    ],
    ['no consumer', { launch: undefined, heartbeat: undefined }, 'consumer-ended', 'consumer', 'degraded'],
    [
      'a consumer that ended in an error',
      { heartbeat: { ...beat, state: 'ERROR' } },
      'consumer-ended',
      'consumer',
      'failed',
    ],
    [
      'a consumer that is not heard of',
      { heartbeat: { ...beat, beatAt: ago(600) } },
      'consumer-silent',
      'consumer',
      'degraded',
    ],
    [
      'a consumer that starts',
      { heartbeat: { ...beat, state: 'STARTING' } },
      'consumer-starting',
      'consumer',
      'degraded',
    ],
    [
      'a source that is about to remove log',
      { sourceLog: seen({ retainedBytes: 9 * gib, limitBytes: 10 * gib }) },
      'source-log-limit',
      'source',
      'degraded',
    ],
    [
      'a failed replication',
      {
        replication: active({
          status: 'error',
          lastErrorCode: 'DatabaseFull',
          lastErrorMessage: 'It is full.',
        }),
      },
      'replication-failed',
      'target',
      'failed',
    ],
    [
      'lost changes',
      {
        replication: active({
          status: 'needs-resync',
          lastErrorCode: 'NeedsResync',
          lastErrorMessage: 'lost',
        }),
      },
      'needs-resync',
      'capture',
      'failed',
    ],
    [
      'a pause that is not complete',
      { replication: active({ status: 'pausing' }) },
      'ending-stuck',
      'consumer',
      'degraded',
    ],
    [
      'a pause that is too long',
      { replication: paused(150 * 3_600) },
      'pause-running-out',
      'kafka',
      'degraded',
    ],
    [
      'a paused one whose source is away',
      { replication: paused(600), sourceLog: failing('DatabaseUnreachable') },
      'source-unreachable',
      'source',
      'degraded',
    ],
    [
      'a paused one whose source is about to remove log',
      { replication: paused(600), sourceLog: seen({ retainedBytes: 9 * gib, limitBytes: 10 * gib }) },
      'source-log-limit',
      'source',
      'degraded',
    ],
    [
      'a deletion that is blocked',
      { replication: active({ status: 'deleting', lastErrorMessage: 'no' }) },
      'deletion-blocked',
      'consumer',
      'failed',
    ],
  ];

  test.each(cases)('%s', (_name, change, condition, hop, overall) => {
    const status = unifiedStatus(facts(change));
    expect(status).toMatchObject({ overall, faults: [{ condition, hop }] });
    expect(status.reasons[0]).toBe(status.faults[0]?.message);
    const why = explain({ replicationId: 7, sourceDatabaseId: 3 }, status, change.sourceLog, now);
    expect(why).toMatchObject({ condition, hop, doing: remedies[condition].doing, others: [] });
    expect(why.sentence).toMatch(/^At (the source|capture|Kafka|the consumer|the target), for \d.*\.$/);
    expect(why.sentence).not.toMatch(/undefined|NaN|\.\.$/);
  });

  test('a table is held: the others go on, and nothing goes on when there are no others', () => {
    const progress = {
      generation: 1,
      estimatedRows: 0,
      estimatedBytes: 0,
      chunks: 0,
      chunksDone: 0,
      rowsCopied: 0,
      bytesCopied: 0,
      runsOn: 'lambda',
    } as const;
    const [flights, airports] = active().tables.map((table) => ({
      ...progress,
      ...table,
      state: 'live' as const,
    }));
    if (flights === undefined || airports === undefined) throw new Error('no tables');
    const held = { ...flights, state: 'held' as const, message: 'It has changed.', heldSince: ago(500) };
    const one = unifiedStatus(facts({ tables: [held, airports] }));
    expect(one).toMatchObject({
      overall: 'degraded',
      faults: [{ condition: 'table-held', since: ago(500) }],
    });
    expect(unifiedStatus(facts({ tables: [held, { ...held, ...active().tables[1] }] })).overall).toBe(
      'failed',
    );
    const skipped = unifiedStatus(facts({ tables: [{ ...flights, state: 'skipped' }, airports] }));
    expect(skipped).toMatchObject({ overall: 'degraded', faults: [{ condition: 'table-skipped' }] });
  });

  test('of several, the cause comes first, and what follows from it alone is not told', () => {
    const status = unifiedStatus(
      facts({
        sourceLog: seen({
          captured: '0/100',
          movedAt: ago(300),
          marks: [{ at: ago(95), position: '0/180' }],
        }),
        connector: { state: 'PAUSED', tasks: [] },
        heartbeat: { ...beat, state: 'RETRYING', errorHop: 'source', errorSince: ago(70) },
      }),
    );
    expect(status.faults.map(({ condition }) => condition)).toEqual([
      'connector-paused',
      'consumer-retrying',
    ]);
    const dead = unifiedStatus(
      facts({
        sourceLog: {
          ...failing('DatabaseUnreachable'),
          captured: '0/100',
          marks: [{ at: ago(300), position: '0/180' }],
        },
        heartbeat: { ...beat, state: 'RETRYING', errorHop: 'source', errorSince: ago(70) },
      }),
    );
    expect(dead.faults.map(({ condition }) => condition)).toEqual([
      'source-unreachable',
      'consumer-retrying',
    ]);
  });

  test('a change of the tables that failed says when it is tried again, until it waits for a person', () => {
    const tableChange = {
      ...{ version: 2, state: 'failed' as const, resync: [], message: 'Changing the tables failed.' },
      ...{ startedAt: ago(300), failedAt: ago(90), errorCode: 'DatabaseAuthenticationFailed' },
    };
    const tries = (count: number, errorCode = tableChange.errorCode) => {
      const change = { ...tableChange, errorCode };
      const attempts = Array.from({ length: count }, () => ({ action: 'change-tables-again', at }));
      const [fault] = unifiedStatus(facts({ replication: active({ tableChange: change }), attempts })).faults;
      expect(fault?.condition).toBe('table-change-failed');
      return [fault?.triesAgainAt, fault?.doing !== undefined];
    };
    expect(tries(1)).toEqual([new Date(now.getTime() + 30_000).toISOString(), true]);
    expect(tries(3)).toEqual([undefined, false]);
    expect(tries(3, 'DatabaseUnreachable')).toEqual([new Date(now.getTime() + 390_000).toISOString(), true]);
    expect(tries(0, 'SchemaMismatch')).toEqual([undefined, false]);
  });

  test('a replication that is started again by itself says when', () => {
    const failed = active({
      ...{ status: 'error', capturedSince: ago(9_000), lastErrorCode: 'DatabaseUnreachable' },
      statusSince: ago(30),
    });
    const [fault] = unifiedStatus(facts({ replication: failed })).faults;
    expect(fault).toMatchObject({
      condition: 'replication-failed',
      triesAgainAt: new Date(now.getTime() + 30_000).toISOString(),
    });
  });

  test('since when it is so is remembered by the health check where nothing else tells it', () => {
    const recorded = {
      at: ago(60),
      overall: 'degraded',
      since: ago(600),
      faults: [{ condition: 'connector-paused', hop: 'capture', since: ago(600) }],
    } as const;
    const connector = { state: 'PAUSED', tasks: [] } as const;
    expect(unifiedStatus(facts({ connector, recorded }))).toMatchObject({
      since: ago(600),
      faults: [{ since: ago(600) }],
    });
    expect(unifiedStatus(facts({ connector }))).toMatchObject({ since: at, faults: [{ since: at }] });
    expect(unifiedStatus(facts({ recorded })).since).toBe(at);
  });
});

test('a healthy replication and one that does not run are explained, too', () => {
  const healthy = explain({ replicationId: 7, sourceDatabaseId: 3 }, unifiedStatus(facts()), seen(), now);
  expect(healthy).toMatchObject({ overall: 'healthy', hop: undefined, lookedAgoMs: 30_000 });
  const stopped = unifiedStatus(facts({ replication: active({ status: 'stopped' }) }));
  expect(explain({ replicationId: 7, sourceDatabaseId: 3 }, stopped, undefined, now)).toMatchObject({
    overall: 'stopped',
    sentence: 'The replication was stopped by a user.',
    lookedAgoMs: undefined,
  });
});

test('the call that may end a fault names the source and the table', () => {
  const callOf = (change: Partial<StatusFacts>): string | undefined =>
    explain({ replicationId: 7, sourceDatabaseId: 3 }, unifiedStatus(facts(change)), undefined, now).call;
  expect(callOf({ sourceLog: failing('DatabaseAuthenticationFailed') })).toBe(
    'PATCH /databases/3 {"password": ...}',
  );
  const [mapping] = active().tables;
  if (mapping === undefined) throw new Error('no tables');
  const held = {
    ...mapping,
    generation: 1,
    state: 'held',
    message: 'It has changed.',
    runsOn: 'lambda',
    estimatedRows: 0,
    estimatedBytes: 0,
    chunks: 0,
    chunksDone: 0,
    rowsCopied: 0,
    bytesCopied: 0,
  } as const;
  expect(callOf({ tables: [held] })).toBe(`POST /replications/7/tables/${tableLabel(mapping.source)}/resync`);
});

test('every condition has words for what is done and what can be done', () => {
  for (const condition of faultConditionSchema.options) {
    expect(remedies[condition].doing).toMatch(/\.$/);
    expect(remedies[condition].advice).toMatch(/\.$/);
  }
});

test('rows that are known to differ are never under a green light, also after a pause', () => {
  const source = { schema: 'public', table: 'orders' };
  const heartbeat: Heartbeat = { ...beat, deadLetters: [{ source, rows: 2 }] };
  const status = unifiedStatus(facts({ heartbeat }));
  expect(status).toMatchObject({
    overall: 'degraded',
    faults: [{ condition: 'dead-letters', hop: 'target' }],
  });
  expect(status.reasons[0]).toBe(
    '2 rows of public.orders are known to differ from the source: the target has refused changes of them',
  );
  expect(unifiedStatus(facts({ heartbeat: { ...beat, deadLetters: [] } })).overall).toBe('healthy');
  expect(unifiedStatus(facts({ heartbeat, replication: paused(60) })).overall).toBe('degraded');
});
