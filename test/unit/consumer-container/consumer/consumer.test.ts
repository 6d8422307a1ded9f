import { describe, expect, test } from '@jest/globals';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { TableCounts, TableProgress, TableState } from '#core/contracts/copy.ts';
import type { Replication, TableMapping } from '#core/contracts/replication.ts';
import type { SchemaChange } from '#core/contracts/schema-change.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ChangeFeed } from '#core/ports/change-feed.ts';
import type { Alert, PartitionOffsets } from '#core/ports/services.ts';
import { approveChange } from '#core/schema/decide-change.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createMemoryChanges } from '#test/kit/memory-changes.ts';
import { createRecordingLog, createRecordingMeters } from '#test/kit/recording-log.ts';
import { accounts, record } from '#test/unit/core/apply/sample-events.ts';
import { BeginAgain } from '../../../../consumer-container/consumer/change-inbox.ts';
import {
  type ConsumerDatabases,
  type ConsumerPorts,
  type FeedHooks,
  runConsumer,
} from '../../../../consumer-container/consumer/consumer.ts';
import { wholeTaskLimits } from '../../../../consumer-container/consumer/work-limits.ts';
import { FakeSession, FakeTarget, labels, topic, unreachable } from './fakes.ts';

const at = '2026-01-01T00:00:00.000Z';
const mapping = accounts.mapping;
const replication: Replication = {
  replicationId: 7,
  clientId: 1,
  name: 'accounts',
  sourceDatabaseId: 1,
  targetDatabaseId: 2,
  tables: [mapping],
  connectorName: 'acme_shop_connector',
  topicPrefix: 'client_1_db_1',
  slotName: 'slot',
  publicationName: 'publication',
  status: 'active',
  desired: 'running',
  generation: 3,
  copyGeneration: 1,
  statusSince: at,
  createdAt: at,
};

const copied = (state: TableState): TableProgress => ({
  ...mapping,
  generation: 1,
  state,
  estimatedRows: 0,
  estimatedBytes: 0,
  chunks: 1,
  chunksDone: 1,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
  ...(state === 'catching-up' && { copyEndPosition: '0/1000' }),
});

/** The ports of a consumer whose feed does what `feed` says. */
class World {
  readonly clock = createManualClock(at);
  readonly log = createRecordingLog();
  readonly target = new FakeTarget();
  readonly heartbeats: Heartbeat[] = [];
  readonly updates: unknown[] = [];
  readonly alerts: Alert[] = [];
  readonly activity: string[] = [];
  readonly errors: ErrorCode[] = [];
  readonly live: string[] = [];
  readonly held: string[] = [];
  readonly tableCounts: (readonly [table: string, counts: TableCounts])[] = [];
  readonly metrics: Readonly<Record<string, number>>[] = [];
  readonly expectedPlans: unknown[] = [];
  onTableState: () => void = () => {};
  opened = 0;
  applied: readonly TableMapping[] = [];
  closed = 0;
  refused: ConsumerDatabases['refused'] = [];
  shapes: ConsumerDatabases['shapes'] = [];
  readonly remembered: KnownShape[] = [];
  /** What the catalog says. */
  described: () => readonly TableDescription[] = () => [];
  tables: TableProgress[] = [copied('live')];
  offsets: PartitionOffsets[] = [{ topic, partition: 0, firstOffset: 0n, endOffset: 0n, topicId: 'a' }];
  connectPosition: number | undefined;
  /** What the store does with a heartbeat before it takes it. */
  onHeartbeat: (heartbeat: Heartbeat) => void = () => {};
  openError: (MillraceError | undefined)[] = [];
  readonly changes = createMemoryChanges();
  isWanted = true;
  readonly meters = createRecordingMeters();
  feed: (hooks: FeedHooks) => ChangeFeed['run'] = () => (_topics, _consume, signal) => untilAborted(signal);

  run(stop: AbortSignal = new AbortController().signal) {
    const ports: ConsumerPorts = {
      clock: this.clock,
      labels,
      limits: wholeTaskLimits,
      log: this.log,
      alerts: { publish: async (alert) => void this.alerts.push(alert) },
      metrics: {
        emit: (_connector, values) => void this.metrics.push(values),
        countError: (_connector, code) => void this.errors.push(code),
      },
      meters: this.meters,
      admin: { topicOffsets: async () => this.offsets },
      connect: {
        getOffset: async () =>
          this.connectPosition === undefined ? undefined : { lsn: this.connectPosition },
      },
      deadLetterTopic: { write: () => Promise.reject(new Error('not asked')) },
      openFeed: (hooks) => ({ run: this.feed(hooks) }),
      openDatabases: async (tables) => {
        this.opened += 1;
        this.applied = tables;
        const error = this.openError.shift();
        if (error !== undefined) throw error;
        return {
          target: this.target as never,
          source: { readRows: () => Promise.reject(new Error('not asked')) },
          positions: postgresSourceDialect.capture,
          tables: this.refused.length > 0 ? [] : [accounts as never],
          refused: this.refused,
          shapes: this.shapes,
          shapeDialect: postgresSourceDialect.shapes,
          describeSources: async () => this.described(),
          listUncaptured: async () => [],
          writeMarker: async () => '0/1',
          validateColumn: () => undefined,
          planChange: async () => ({ statements: [], problems: [] }),
          executeChange: async () => undefined,
          describeFollowed: async () => ({ table: accounts as never, target: {} as never }),
          lookAtTargets: async (looked) => looked.map(({ shape }) => ({ target: shape.target })),
          describeTarget: async () => ({ table: accounts as never, target: {} as never }),
          rehearseChange: () => Promise.reject(new Error('not asked')),
          findMismatch: async () => undefined,
          close: async () => {
            this.closed += 1;
          },
        };
      },
      store: {
        ...this.changes,
        getReplication: async () => replication,
        listTableShapes: async () => [],
        putTableShape: async (_id, _source, shape) => void this.remembered.push(shape),
        putHeartbeat: async (_id, heartbeat) => {
          this.onHeartbeat(heartbeat);
          this.heartbeats.push(heartbeat);
        },
        listTableProgress: async () => this.tables,
        setTableState: async (_id, source, { state, message }, expected) => {
          if (message !== undefined) this.held.push(message);
          this.expectedPlans.push(expected);
          this.onTableState();
          this.live.push(`${source.table} ${state}`);
          this.tables = this.tables.map((table) => ({ ...table, state }));
        },
        updateReplication: async (_client, _id, change, expected) => {
          this.updates.push({ change, expected });
          return this.isWanted ? replication : undefined;
        },
        setTableCounts: async (_id, source, counts) => void this.tableCounts.push([source.table, counts]),
        addActivity: async (_id, { action }) => void this.activity.push(action),
      },
    };
    return runConsumer(replication, 'launch-1', ports, stop);
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });

const failing =
  (error: MillraceError): World['feed'] =>
  () =>
  () =>
    Promise.reject(error);

const statesOf = (world: World) => world.heartbeats.map(({ state }) => state);

describe('a consumer ends', () => {
  test('drained after SIGTERM, with a last heartbeat', async () => {
    const world = new World();
    const stop = new AbortController();
    world.feed = () => (_topics, _consume, signal) => {
      setTimeout(() => stop.abort(), 20);
      return untilAborted(signal);
    };
    expect(await world.run(stop.signal)).toBe('drained');
    expect(statesOf(world)[0]).toBe('STARTING');
    expect(statesOf(world)).toContain('RUNNING');
    expect(statesOf(world).at(-1)).toBe('STOPPED');
    expect(world.updates).toEqual([]);
    expect(world.closed).toBe(1);
  });

  test.each([
    ['held', 'drained', ['accounts catching-up', 'accounts held']],
    ['live', 'needs-resync', []],
  ] as const)(
    'or not when retention deleted events of a table that was %s before: %s',
    async (state, end, states) => {
      const world = new World();
      world.tables = [copied(state)];
      world.offsets = [{ topic, partition: 0, firstOffset: 5n, endOffset: 9n }];
      const stop = new AbortController();
      world.feed = () => async (_topics, consume, signal) => {
        await consume(new FakeSession([]));
        setTimeout(() => stop.abort(), 20);
        return untilAborted(signal);
      };
      expect(await world.run(stop.signal)).toBe(end);
      expect(world.live).toEqual(states);
      if (state === 'held')
        expect(world.held.at(-1)).toMatch(/^It was held.*begins at 5.*Copy the table again/s);
    },
  );

  test('drained when it is stopped at the moment in which it would begin again', async () => {
    const world = new World();
    const stop = new AbortController();
    world.feed = () => async () => {
      stop.abort();
      throw new BeginAgain('Table public.accounts was changed once more while it waits.');
    };
    expect(await world.run(stop.signal)).toBe('drained');
    expect(world.updates).toEqual([]);
    expect(statesOf(world).at(-1)).toBe('STOPPED');
  });

  test('without touching the status when it fails after another launch has replaced it', async () => {
    const world = new World();
    const stop = new AbortController();
    world.feed = () => async () => {
      stop.abort();
      world.onHeartbeat = () => {
        throw new MillraceError('Superseded', 'replaced');
      };
      throw new MillraceError('Internal', 'late');
    };
    expect(await world.run(stop.signal)).toBe('superseded');
    expect(world.updates).toEqual([]);
    expect(world.alerts).toEqual([]);
  });

  test.each(['Fenced', 'Superseded'] as const)('without a trace when it is %s', async (code) => {
    const world = new World();
    world.feed = failing(new MillraceError(code, 'another one'));
    expect(await world.run()).toBe('superseded');
    expect(world.updates).toEqual([]);
    expect(world.alerts).toEqual([]);
    expect(statesOf(world)).not.toContain('ERROR');
  });

  test('at once when a heartbeat says that another launch has replaced it', async () => {
    const world = new World();
    world.onHeartbeat = ({ state }) => {
      if (state === 'RUNNING') throw new MillraceError('Superseded', 'replaced');
    };
    expect(await world.run()).toBe('superseded');
    expect(statesOf(world)).toEqual(['STARTING']);
    expect(world.closed).toBe(1);
  });

  test.each([
    ['ConstraintViolated', 'failed', 'error'],
    ['Internal', 'failed', 'error'],
    ['NeedsResync', 'needs-resync', 'needs-resync'],
  ] as const)('with %s: status, alert and heartbeat say so', async (code, end, status) => {
    const world = new World();
    world.feed = failing(new MillraceError(code, 'what happened'));
    expect(await world.run()).toBe(end);
    expect(world.updates).toEqual([
      {
        change: { status, lastErrorCode: code, lastErrorMessage: 'what happened' },
        expected: { generation: 3, desired: 'running' },
      },
    ]);
    expect(world.alerts).toMatchObject([
      {
        subject: `Millrace: acme_shop_connector is in state ${status}`,
        message: `what happened\n\nWhat to do: ${errorPolicies[code].advice}`,
        replicationId: 7,
      },
    ]);
    expect(world.heartbeats.at(-1)).toMatchObject({ state: 'ERROR', errorCode: code });
    expect(world.activity).toEqual([status === 'error' ? 'consumer-failed' : 'resync-needed']);
    expect(world.errors).toEqual([code]);
  });

  test("without touching the status when a user's stop came first", async () => {
    const world = new World();
    world.isWanted = false;
    world.feed = failing(new MillraceError('ConstraintViolated', 'late'));
    expect(await world.run()).toBe('superseded');
    expect(world.alerts).toEqual([]);
  });

  test('with needs-resync when a topic is gone, or does not begin where it has to', async () => {
    const gone = new World();
    gone.offsets = [];
    expect(await gone.run()).toBe('needs-resync');
    const late = new World();
    late.offsets = [{ topic, partition: 0, firstOffset: 5n, endOffset: 9n }];
    late.feed = () => async (_topics, consume) => consume(new FakeSession([]));
    expect(await late.run()).toBe('needs-resync');
    expect(late.updates).toMatchObject([
      { change: { lastErrorMessage: expect.stringContaining('begins at 5') } },
    ]);
  });
});

describe('starting', () => {
  test('shows what it knows to those who read its metrics, and counts what it retries', async () => {
    const world = new World();
    const stop = new AbortController();
    const seen: unknown[] = [];
    world.openError = [unreachable];
    world.onHeartbeat = () => void seen.push(world.meters.readings());
    world.feed = () => async () => {
      seen.push(world.meters.readings());
      stop.abort();
    };
    await world.run(stop.signal);
    // Before the checkpoints are claimed nothing is known.
    expect(seen[0]).toBeUndefined();
    expect(seen.at(-1)).toMatchObject({ applied: world.heartbeats.at(-1)?.applied, lagMs: 0, lagEvents: 0 });
    expect(world.meters.retries).toEqual(['target']);
  });

  test('is repeated for as long as a database is away, and the heartbeats tell which and since when', async () => {
    const world = new World();
    const stop = new AbortController();
    world.openError = Array.from({ length: 8 }, () => unreachable);
    world.feed = () => async () => stop.abort();
    expect(await world.run(stop.signal)).toBe('drained');
    const pauses = world.clock.sleeps.filter((ms) => ms !== 1_000);
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    const retrying = world.heartbeats.filter(({ state }) => state === 'RETRYING');
    expect(retrying.length).toBeGreaterThanOrEqual(8);
    expect(new Set(retrying.map(({ errorSince }) => errorSince)).size).toBe(1);
    expect(retrying.at(-1)).toMatchObject({ errorCode: 'DatabaseUnreachable', errorHop: 'target' });
    expect(world.updates).toEqual([]);
  });

  test('an error in the middle that time can cure opens everything again', async () => {
    const world = new World();
    const stop = new AbortController();
    let runs = 0;
    world.feed = () => async () => {
      runs += 1;
      if (runs < 3) throw unreachable;
      stop.abort();
    };
    expect(await world.run(stop.signal)).toBe('drained');
    expect([world.opened, world.closed]).toEqual([3, 3]);
  });

  test('one that was replaced claims nothing', async () => {
    const world = new World();
    world.onHeartbeat = () => {
      throw new MillraceError('Superseded', 'replaced');
    };
    expect(await world.run()).toBe('superseded');
    expect(world.opened).toBe(0);
  });

  test('reads the password again, once, when it is refused', async () => {
    const refused = new MillraceError('DatabaseAuthenticationFailed', 'no');
    const rotated = new World();
    const stop = new AbortController();
    rotated.openError = [refused];
    rotated.feed = () => async () => stop.abort();
    expect(await rotated.run(stop.signal)).toBe('drained');
    expect(rotated.opened).toBe(2);
    const wrong = new World();
    wrong.openError = [refused, refused];
    expect(await wrong.run()).toBe('failed');
    expect(wrong.opened).toBe(2);
  });

  test('leaves skipped tables out', async () => {
    const world = new World();
    const stop = new AbortController();
    world.feed = () => async () => stop.abort();
    expect(await world.run(stop.signal)).toBe('drained');
    expect(world.applied).toEqual([mapping]);
    const skipping = new World();
    skipping.tables = [copied('skipped')];
    skipping.openError = [new MillraceError('SchemaMismatch', 'enough')];
    await skipping.run();
    expect(skipping.applied).toEqual([]);
  });
});

describe('held tables', () => {
  const running = (world: World) => {
    const stop = new AbortController();
    world.feed = () => async () => stop.abort();
    return world.run(stop.signal);
  };

  test('a table that cannot be applied is held, with its reason, and the consumer runs', async () => {
    const world = new World();
    const { source } = mapping;
    world.refused = [{ source, error: new MillraceError('SchemaMismatch', 'Column c is missing.') }];
    expect(await running(world)).toBe('drained');
    expect(world.live).toEqual(['accounts held']);
    expect(world.held).toEqual([`Column c is missing. ${errorPolicies.SchemaMismatch.advice}`]);
    expect(world.activity).toEqual(['table-held']);
    expect(world.alerts).toMatchObject([
      { subject: 'Millrace: table public.accounts of acme_shop_connector is held', replicationId: 7 },
    ]);
    expect(world.updates).toEqual([]);
    expect(world.errors).toEqual(['SchemaMismatch']);
  });

  test('one that was held is tried again by the next consumer', async () => {
    const world = new World();
    world.tables = [copied('held')];
    expect(await running(world)).toBe('drained');
    expect(world.live[0]).toBe('accounts catching-up');
  });
});

describe('a table that waits for a person', () => {
  const changed = new MillraceError(
    'SchemaChanged',
    'Table public.accounts has changed at the source: it is odd.',
  );

  test('is noted as a change, and the next consumer leaves it held and tells nobody again', async () => {
    const world = new World();
    const { source } = mapping;
    const run = () => {
      const stop = new AbortController();
      world.feed = () => async () => stop.abort();
      return world.run(stop.signal);
    };
    world.refused = [{ source, error: changed }];
    expect(await run()).toBe('drained');
    const [change] = await world.changes.listSchemaChanges(replication.replicationId);
    expect(change).toMatchObject({ state: 'waiting', way: 'resync', what: 'it is odd' });
    expect(world.held.at(-1)).toContain(`/schema-changes/${change?.changeId}`);
    expect(await run()).toBe('drained');
    expect(world.live).toEqual(['accounts held', 'accounts held']);
    expect(world.activity).toEqual(['table-held']);
    expect(world.alerts).toHaveLength(1);
    expect(await world.changes.listSchemaChanges(replication.replicationId)).toHaveLength(1);
  });

  test('is tried again by the same consumer once its change is approved', async () => {
    const world = new World();
    const stop = new AbortController();
    const { source, target } = mapping;
    const waiting: SchemaChange = {
      ...{ changeId: '0123456789ab', version: 1, fingerprint: 'f', source, target, state: 'waiting' },
      ...{ way: 'follow', kinds: ['add-column'], what: 'column c was added', statements: [], droppable: [] },
      ...{ limits: [], risk: { level: 'low', message: '' }, shapeVersion: 0, detectedAt: at, updatedAt: at },
    };
    await world.changes.putSchemaChange(replication.replicationId, waiting, undefined);
    world.tables = [copied('held')];
    world.refused = [
      { source, error: new MillraceError('SchemaChanged', 'It waits.', { facts: { schemaChange: 'x' } }) },
    ];
    let begun = 0;
    world.feed = () => async (_topics, _consume, signal) => {
      begun += 1;
      if (begun === 2) return stop.abort();
      world.refused = [];
      const approved = approveChange(waiting, { version: 1, by: 'ada', at });
      await world.changes.putSchemaChange(replication.replicationId, approved, 1);
      await untilAborted(signal);
    };
    expect(await world.run(stop.signal)).toBe('drained');
    expect(begun).toBe(2);
    expect(world.opened).toBe(2);
    expect(world.live).toEqual(['accounts held', 'accounts catching-up']);
    expect(world.log.lines.join()).toContain('was approved by ada');
  });
});

describe('while it runs', () => {
  test('a recreated topic is found out although nothing arrives', async () => {
    const world = new World();
    world.target.checkpoint = { ...world.target.checkpoint, topicId: 'a' };
    world.feed = () => (_topics, _consume, signal) => {
      world.offsets = [{ topic, partition: 0, firstOffset: 0n, endOffset: 0n, topicId: 'b' }];
      return untilAborted(signal);
    };
    expect(await world.run()).toBe('needs-resync');
    expect(world.clock.sleeps).toContain(3_000);
  });

  test('a topic that a starting broker did not know for a moment is no loss', async () => {
    const world = new World();
    const stop = new AbortController();
    let asked = 0;
    world.feed =
      ({ verifyPosition }) =>
      async () => {
        const { offsets } = world;
        Object.defineProperty(world, 'offsets', { get: () => (++asked === 1 ? [] : offsets) });
        await verifyPosition(topic, 0, 0n);
        stop.abort();
      };
    expect(await world.run(stop.signal)).toBe('drained');
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  test('Kafka’s absence is RETRYING, and no failure however long it lasts', async () => {
    const world = new World();
    const stop = new AbortController();
    world.feed = (hooks) => async (_topics, _consume, signal) => {
      hooks.onAvailability(new MillraceError('KafkaUnavailable', 'away'));
      while (world.clock.now().getTime() < Date.parse(at) + 600_000) await world.clock.sleep(1_000, signal);
      hooks.onAvailability(undefined);
      stop.abort();
    };
    expect(await world.run(stop.signal)).toBe('drained');
    expect(world.heartbeats.find(({ state }) => state === 'RETRYING')).toMatchObject({
      errorCode: 'KafkaUnavailable',
    });
    expect(world.log.lines.filter((line) => line.includes('Waiting for Kafka'))).toHaveLength(1);
  });

  test('a table becomes live when the consumer has passed the end that Connect had reached', async () => {
    const world = new World();
    world.tables = [copied('catching-up')];
    world.offsets = [{ topic, partition: 0, firstOffset: 0n, endOffset: 2n }];
    world.target.checkpoint = { ...world.target.checkpoint, nextOffset: 1n };
    const stop = new AbortController();
    const seen: string[] = [];
    const passTime = async (signal: AbortSignal) => {
      for (let tick = 0; tick < 20; tick += 1) await world.clock.sleep(1_000, signal);
    };
    world.feed = () => async (_topics, consume, signal) => {
      await passTime(signal);
      seen.push(`capture behind: ${world.live.length}`);
      world.connectPosition = 0x1000;
      await passTime(signal);
      seen.push(`consumer behind: ${world.live.length}`);
      await consume(new FakeSession([record(1, { op: 'c', after: { id: 1, balance: 1, note: 'x' } })]));
      await passTime(signal);
      stop.abort();
    };
    expect(await world.run(stop.signal)).toBe('drained');
    expect(seen).toEqual(['capture behind: 0', 'consumer behind: 0']);
    expect(world.live).toEqual(['accounts live']);
  });

  test('end offsets that cannot be read make the lag unknown after 30 s, in the heartbeat and its metrics', async () => {
    const world = new World();
    world.offsets = [{ topic, partition: 0, firstOffset: 0n, endOffset: 0n }];
    const { offsets } = world;
    const stop = new AbortController();
    const pass = async (ms: number, signal: AbortSignal) => {
      const until = world.clock.now().getTime() + ms;
      while (world.clock.now().getTime() < until) await world.clock.sleep(500, signal);
    };
    world.feed = () => async (_topics, _consume, signal) => {
      Object.defineProperty(world, 'offsets', {
        configurable: true,
        get: () => {
          throw new MillraceError('KafkaUnavailable', 'no broker');
        },
      });
      await pass(90_000, signal);
      Object.defineProperty(world, 'offsets', { get: () => offsets });
      await pass(30_000, signal);
      stop.abort();
    };
    expect(await world.run(stop.signal)).toBe('drained');
    const running = world.heartbeats.filter(({ state }) => state === 'RUNNING');
    const unknown = running.filter(({ lagUnknown }) => lagUnknown !== undefined);
    expect(unknown[0]).toMatchObject({ lagUnknown: expect.stringContaining('no broker') });
    expect(unknown.map(({ lagEvents, lagMs, laggingTopics }) => [lagEvents, lagMs, laggingTopics])).toEqual(
      unknown.map(() => [undefined, undefined, undefined]),
    );
    expect(running.at(-1)).toMatchObject({ lagEvents: 0, lagMs: 0, laggingTopics: [] });
    const lags = world.metrics.map((values) => [values.LagEvents, values.LagMs]);
    expect(lags).toContainEqual([undefined, expect.any(Number)]);
    expect(Math.max(...lags.map(([, ms]) => ms ?? 0))).toBeGreaterThan(60_000);
    expect(lags.at(-1)).toEqual([0, 0]);
    expect(world.heartbeats[0]).not.toHaveProperty('lagEvents');
  });

  test('a table that a newer start has planned again is not called live', async () => {
    const world = new World();
    world.tables = [copied('catching-up')];
    world.connectPosition = 0x1000;
    const stop = new AbortController();
    world.onTableState = () => {
      throw new MillraceError('Superseded', 'planned again');
    };
    world.feed = () => async (_topics, _consume, signal) => {
      for (let tick = 0; tick < 20; tick += 1) await world.clock.sleep(1_000, signal);
      stop.abort();
    };
    expect(await world.run(stop.signal)).toBe('drained');
    expect(world.live).toEqual([]);
    expect(world.expectedPlans).toContainEqual({ generation: 1, states: ['catching-up'] });
  });

  test('heartbeats come every 30 s when idle, and every 5 s while rows are applied', async () => {
    const world = new World();
    const stop = new AbortController();
    const from = world.clock.now().getTime();
    world.feed = () => async (_topics, _consume, signal) => {
      while (world.clock.now().getTime() < from + 120_000) await world.clock.sleep(500, signal);
      stop.abort();
    };
    await world.run(stop.signal);
    const times = world.heartbeats
      .filter(({ state }) => state === 'RUNNING')
      .map(({ beatAt }) => Date.parse(beatAt));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(1);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(40_000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000);
  });
});
