import { describe, expect, test } from '@jest/globals';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { type StatusFacts, unifiedStatus } from '#core/status/unified-status.ts';

const at = '2026-03-01T12:00:00.000Z';
const now = new Date(at);

const replication = (change: Partial<Replication> = {}): Replication => ({
  replicationId: 1,
  clientId: 1,
  name: 'r',
  sourceDatabaseId: 1,
  targetDatabaseId: 2,
  tables: [{ source: { schema: 'public', table: 'a' }, target: { schema: 'public', table: 'shop_a' } }],
  connectorName: 'acme_shop_connector',
  topicPrefix: 'client_1_db_1',
  slotName: 's',
  publicationName: 'p',
  status: 'active',
  desired: 'running',
  generation: 1,
  copyGeneration: 1,
  statusSince: at,
  createdAt: at,
  ...change,
});
const heartbeat = (change: Partial<Heartbeat> = {}): Heartbeat => ({
  launchId: 'l1',
  epoch: 1,
  state: 'RUNNING',
  beatAt: at,
  startedAt: at,
  applied: { inserts: 1, updates: 2, deletes: 3, truncates: 4, duplicatesSkipped: 5 },
  lagEvents: 0,
  lagMs: 0,
  ...change,
});
const live: TableProgress = {
  source: { schema: 'public', table: 'a' },
  target: { schema: 'public', table: 'shop_a' },
  generation: 1,
  state: 'live',
  estimatedRows: 10,
  estimatedBytes: 100,
  chunks: 1,
  chunksDone: 1,
  rowsCopied: 10,
  bytesCopied: 100,
  runsOn: 'lambda',
};
const facts = (change: Partial<StatusFacts> = {}): StatusFacts => ({
  replication: replication(),
  connector: { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] },
  launch: { launchId: 'l1', launchedAt: at, generation: 1 },
  heartbeat: heartbeat(),
  tables: [live],
  sourceLog: undefined,
  recorded: undefined,
  attempts: [],
  objectsAtSource: [],
  topicRetentionHours: 168,
  now,
  ...change,
});
const ago = (ms: number): string => new Date(now.getTime() - ms).toISOString();

test('everything that runs and reports is healthy', () => {
  expect(unifiedStatus(facts())).toMatchObject({ overall: 'healthy', reasons: [] });
});

test.each<[string, Partial<StatusFacts>, string, string]>([
  ['a paused connector', { connector: { state: 'PAUSED', tasks: [] } }, 'degraded', 'Connector is PAUSED'],
  [
    'a failed task',
    {
      connector: { state: 'RUNNING', tasks: [{ id: 0, state: 'FAILED', trace: 'java.Boom: slot\n\tat x' }] },
    },
    'failed',
    '1 of 1 tasks FAILED: java.Boom: slot',
  ],
  [
    'a failed connector',
    { connector: { state: 'FAILED', trace: 'bad config\n at', tasks: [] } },
    'failed',
    'Connector is FAILED: bad config',
  ],
  [
    'a connector without tasks',
    { connector: { state: 'RUNNING', tasks: [] } },
    'degraded',
    'Connector is RUNNING but has no task yet',
  ],
  [
    'an unassigned task',
    { connector: { state: 'RUNNING', tasks: [{ id: 0, state: 'UNASSIGNED' }] } },
    'degraded',
    'Task 0 is UNASSIGNED',
  ],
  [
    'a missing connector',
    { connector: 'missing' },
    'degraded',
    'Kafka Connect has no connector of this name',
  ],
  ['a silent Kafka Connect', { connector: 'unknown' }, 'degraded', 'Kafka Connect does not answer'],
  [
    'a stale heartbeat',
    { heartbeat: heartbeat({ beatAt: ago(120_001) }) },
    'degraded',
    `Last heartbeat was ${ago(120_001)}, which is too old`,
  ],
  [
    'a retrying consumer',
    { heartbeat: heartbeat({ state: 'RETRYING', errorMessage: 'a deadlock' }) },
    'degraded',
    'Consumer retries after a deadlock',
  ],
  [
    'a consumer that ended with an error',
    { heartbeat: heartbeat({ state: 'ERROR', errorMessage: 'disk full' }) },
    'failed',
    'Consumer ended with disk full',
  ],
  [
    'a launch that has not reported',
    { heartbeat: heartbeat({ launchId: 'l0' }) },
    'degraded',
    `Consumer was launched at ${at} and has not reported yet`,
  ],
  ['no consumer', { launch: undefined, heartbeat: undefined }, 'degraded', 'No consumer runs'],
  [
    'a skipped table',
    { tables: [{ ...live, state: 'skipped', message: 'It had rows.' }] },
    'degraded',
    'It had rows.',
  ],
])('%s is not healthy, and the reason is told', (_what, change, overall, reason) => {
  expect(unifiedStatus(facts(change))).toMatchObject({ overall, reasons: [reason] });
});

test('neither connector nor consumer means that nothing is replicated', () => {
  const status = unifiedStatus(facts({ connector: 'missing', launch: undefined, heartbeat: undefined }));
  expect(status.overall).toBe('failed');
  expect(status.reasons).toHaveLength(2);
});

test('a heartbeat of exactly two minutes is still recent', () => {
  expect(unifiedStatus(facts({ heartbeat: heartbeat({ beatAt: ago(120_000) }) })).consumer).toMatchObject({
    healthy: true,
    heartbeatRecent: true,
  });
});

test.each<[Replication['status'], string]>([
  ['configured', 'stopped'],
  ['stopped', 'stopped'],
  ['starting', 'starting'],
  ['error', 'failed'],
  ['needs-resync', 'failed'],
])('a replication that is %s is %s overall, whatever else runs', (status, overall) => {
  const { overall: actual, reasons } = unifiedStatus(
    facts({ replication: replication({ status, lastErrorMessage: 'the reason' }) }),
  );
  expect(actual).toBe(overall);
  expect(reasons).toHaveLength(1);
  if (overall === 'failed') expect(reasons).toEqual(['the reason']);
});

test('a stopped consumer is told from its last heartbeat', () => {
  const { consumer } = unifiedStatus(
    facts({
      launch: undefined,
      heartbeat: heartbeat({ state: 'STOPPED' }),
      replication: replication({ status: 'stopped' }),
    }),
  );
  expect(consumer).toMatchObject({ state: 'STOPPED', healthy: false, message: 'Consumer has stopped' });
});

test('statistics add what was copied and what was applied', () => {
  const { statistics } = unifiedStatus(
    facts({ heartbeat: heartbeat({ lagEvents: 3, lagMs: 40, sourcePosition: '0/1', lastAppliedAt: at }) }),
  );
  expect(statistics).toEqual({
    totalRowsSynced: 16,
    rowsCopied: 10,
    applied: heartbeat().applied,
    tablesEnabled: 1,
    tablesLive: 1,
    lastSyncAt: at,
    lagEvents: 3,
    lagMs: 40,
    lagMessage: undefined,
    sourcePosition: '0/1',
  });
});

test("the source's log is shown as it was seen, with its time, and its warnings are no reason against healthy", () => {
  const sourceLog = {
    readAt: at,
    retainedBytes: 7,
    captured: '0/1',
    marks: [],
    warnings: ['It keeps its log.'],
  };
  const status = unifiedStatus(facts({ sourceLog }));
  expect(status).toMatchObject({ overall: 'healthy', reasons: [], warnings: ['It keeps its log.'] });
  expect(status.statistics).toMatchObject({ sourceRetainedBytes: 7, sourceRetainedAt: at });
  const unseen = unifiedStatus(facts());
  expect(unseen.warnings).toEqual([]);
  expect(unseen.statistics.sourceRetainedBytes).toBeUndefined();
});

test("a table's lag is that of its topic, nothing when others lag, and unknown without word of it", () => {
  const lagOf = (laggingTopics?: Heartbeat['laggingTopics'], tables = [live]) => {
    const beat = heartbeat(laggingTopics === undefined ? {} : { laggingTopics });
    const [table] = unifiedStatus(facts({ heartbeat: beat, tables })).tables;
    return [table?.lagEvents, table?.lagMs];
  };
  const other = (n: number) => ({ topic: `client_1_db_1.public.t${n}`, lagEvents: 1, lagMs: 1 });
  expect(lagOf([{ topic: 'client_1_db_1.public.a', lagEvents: 7, lagMs: 90 }, other(1)])).toEqual([7, 90]);
  expect(lagOf([other(1)])).toEqual([0, 0]);
  expect(lagOf()).toEqual([undefined, undefined]);
  expect(lagOf(Array.from({ length: 100 }, (_, n) => other(n)))).toEqual([undefined, undefined]);
  expect(lagOf([], [{ ...live, state: 'skipped' }])).toEqual([undefined, undefined]);
});

describe('the lag is null, with the reason, when nobody can tell it', () => {
  const caughtUp = { lagEvents: 0, lagMs: 0, laggingTopics: [] };
  const lagOf = (change: Partial<StatusFacts>) => {
    const { statistics, tables, reasons } = unifiedStatus(facts(change));
    return {
      figures: [statistics.lagEvents, statistics.lagMs, tables[0]?.lagEvents, tables[0]?.lagMs],
      message: statistics.lagMessage,
      reasons,
    };
  };
  const unknown = [undefined, undefined, undefined, undefined];

  test.each<[string, Partial<StatusFacts>, string]>([
    [
      'a start after a stop of yesterday',
      {
        replication: replication({ status: 'starting', generation: 2 }),
        launch: undefined,
        heartbeat: heartbeat({ ...caughtUp, state: 'STOPPED', beatAt: ago(86_400_000) }),
      },
      'Consumer has stopped',
    ],
    [
      'a launch that has not reported, after one that has',
      {
        launch: { launchId: 'l2', launchedAt: at, generation: 1 },
        heartbeat: heartbeat({ ...caughtUp, launchId: 'l1' }),
      },
      `Consumer was launched at ${at} and has not reported yet`,
    ],
    [
      'a heartbeat that is too old',
      { heartbeat: heartbeat({ ...caughtUp, beatAt: ago(120_001) }) },
      `Last heartbeat was ${ago(120_001)}, which is too old`,
    ],
    [
      'a consumer of the start before',
      {
        replication: replication({ status: 'starting', generation: 2 }),
        heartbeat: heartbeat(caughtUp),
      },
      'The consumer that runs is of start 1; start 2 has not launched its own yet',
    ],
    [
      'a consumer that has just stopped by itself',
      { heartbeat: heartbeat({ ...caughtUp, state: 'STOPPED' }) },
      'Consumer has stopped',
    ],
    [
      'a consumer that has just failed',
      { heartbeat: heartbeat({ ...caughtUp, state: 'ERROR', errorMessage: 'disk full' }) },
      'Consumer ended with disk full',
    ],
    [
      'a consumer that is starting',
      { heartbeat: { ...heartbeat({ state: 'STARTING' }), lagEvents: undefined, lagMs: undefined } },
      'Consumer is starting',
    ],
    ['no word of any consumer', { launch: undefined, heartbeat: undefined }, 'No consumer runs'],
  ])('%s', (_what, change, message) => {
    expect(lagOf(change)).toMatchObject({ figures: unknown, message });
  });

  test('end offsets that cannot be read also degrade the replication', () => {
    const beat = heartbeat({ lagUnknown: 'Could not read the end offsets of 8 topics: no broker' });
    const { lagEvents: _events, lagMs: _ms, ...rest } = beat;
    expect(lagOf({ heartbeat: rest })).toEqual({
      figures: unknown,
      message: beat.lagUnknown,
      reasons: [beat.lagUnknown],
    });
    expect(unifiedStatus(facts({ heartbeat: rest })).overall).toBe('degraded');
  });

  test('a consumer that retries tells its lag', () => {
    const beat = heartbeat({ state: 'RETRYING', lagEvents: 4, lagMs: 9, laggingTopics: [] });
    expect(lagOf({ heartbeat: beat })).toMatchObject({ figures: [4, 9, 0, 0], message: undefined });
  });

  test.each(['pending', 'copying', 'skipped'] as const)('a table that is %s has no lag', (state) => {
    expect(lagOf({ heartbeat: heartbeat(caughtUp), tables: [{ ...live, state }] }).figures).toEqual([
      0,
      0,
      undefined,
      undefined,
    ]);
  });
});

test('a consumer whose clock is behind is as healthy for the status as it is for healing', () => {
  const behindMs = 10 * 60_000;
  const earlier = (instant: Date | string) => new Date(new Date(instant).getTime() - behindMs).toISOString();
  const late = facts({ heartbeat: heartbeat({ startedAt: earlier(at), beatAt: earlier(now) }) });
  expect(unifiedStatus(late).consumer).toMatchObject({ heartbeatRecent: true, healthy: true });
});

const keptLog =
  'The source keeps its log for replication slot s while no connector reads it, so its disk fills as it writes';
const objectsAtSource = [
  { kind: 'replication slot', name: 's', keepsLog: true },
  { kind: 'publication', name: 'p', keepsLog: false },
];

test.each([
  ['stopped', 'PAUSED', true],
  ['error', 'FAILED', true],
  ['error', 'RUNNING', false],
  ['needs-resync', 'missing', true],
  ['active', 'PAUSED', true],
  ['active', 'RUNNING', false],
] as const)('%s with a connector that is %s: the log of the source is kept: %s', (status, state, isKept) => {
  const connector =
    state === 'missing'
      ? state
      : { state, tasks: [{ id: 0, state: state === 'FAILED' ? state : 'RUNNING' }] as const };
  const { reasons, sourceObjects } = unifiedStatus(
    facts({ replication: replication({ status }), connector, objectsAtSource }),
  );
  expect(reasons.includes(keptLog)).toBe(isKept);
  expect(sourceObjects.map(({ name }) => name)).toEqual(['s', 'p']);
});

test('nothing is at the source before a start has come to its capture, and what it began is there then', () => {
  const never = replication({ status: 'error', copyGeneration: 0 });
  const missing = { connector: 'missing', objectsAtSource } as const;
  expect(unifiedStatus(facts({ replication: never, ...missing }))).toMatchObject({ sourceObjects: [] });
  expect(unifiedStatus(facts({ replication: never, ...missing })).reasons).not.toContain(keptLog);
  const begun = unifiedStatus(facts({ replication: { ...never, capturedSince: at }, ...missing }));
  expect(begun.sourceObjects).toHaveLength(2);
  expect(begun.reasons).toContain(keptLog);
});

test('a start that waits names the transactions; one that came later does not', () => {
  const wait = { generation: 1, since: at, until: at, transactions: ['pid 5 of user app'], count: 1 };
  const starting = replication({ status: 'starting', wait });
  expect(unifiedStatus(facts({ replication: starting })).reasons).toContain(
    `Since ${at} the start waits for 1 transaction at the source: pid 5 of user app. It gives up at ${at}.`,
  );
  expect(unifiedStatus(facts({ replication: { ...starting, generation: 2 } })).wait).toBeUndefined();
  expect(unifiedStatus(facts({ replication: { ...starting, status: 'active' } })).wait).toBeUndefined();
});
