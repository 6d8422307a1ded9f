import { describe, expect, test } from '@jest/globals';
import type { Replication } from '#core/contracts/replication.ts';
import type { SchemaPolicy } from '#core/contracts/schema-policy.ts';
import type { ColumnDescription, KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { planChange } from '#core/databases/postgresql/target/change-table.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { SchemaChangeStore } from '#core/ports/state-store.ts';
import type { RehearsalResult } from '#core/ports/table-changer.ts';
import { approveChange, rejectChange } from '#core/schema/decide-change.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createMemoryChanges } from '#test/kit/memory-changes.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { accounts } from '#test/unit/core/apply/sample-events.ts';
import { ChangeInbox } from '../../../../consumer-container/consumer/change-inbox.ts';
import { ChangeFollower } from '../../../../consumer-container/consumer/follow-changes.ts';
import { TableShapes } from '../../../../consumer-container/consumer/table-shapes.ts';
import { topic } from './fakes.ts';

const { shapes: dialect } = postgresSourceDialect;
const column = (
  name: string,
  number: number,
  change: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  ...{ name, type: 'integer', baseType: 'int4', isArray: false, typeKind: 'base' },
  ...{ notNull: false, isGenerated: false },
  catalog: { number, typeId: 23, typeModifier: -1, version: '1' },
  ...change,
});
const table = (columns: readonly ColumnDescription[], storageId = 1): TableDescription => ({
  ...{ ref: accounts.mapping.source, columns, primaryKey: ['id'], isKeyDeferrable: false },
  ...{ replicaIdentity: 'default', relationKind: 'table', estimatedRows: 0, bytes: 0, uniqueIndexes: [] },
  catalog: {
    ...{ id: 5, storageId, rewriteVersion: '1', nameVersion: '1', owner: 10 },
    columnCount: columns.length,
  },
});
const before = table([column('id', 1), column('a', 2)]);
const after = table([column('id', 1), column('a', 2), column('c', 3)]);
const position = { topic, partition: 0, epoch: 4, nextOffset: 9n };

const setUp = (
  options: {
    readonly now?: TableDescription;
    readonly policy?: SchemaPolicy;
    readonly failure?: MillraceError;
    readonly known?: Partial<KnownShape>;
    readonly target?: TableDescription;
    readonly partitions?: number;
    readonly rehearsed?: RehearsalResult;
    readonly mismatch?: string;
    readonly harm?: MillraceError;
    readonly changes?: SchemaChangeStore;
  } = {},
) => {
  const { now = after } = options;
  const calls: string[] = [];
  const stored: KnownShape[] = [];
  const followed = { ...accounts } as never;
  const shapes = new TableShapes({
    topicPrefix: 'client_1_db_1',
    shapes: [{ copied: before, seen: before, ...options.known }],
    tables: new Map([[topic, new Map([['public.accounts', accounts]])]]),
    dialect,
    remember: async (shape) => {
      stored.push(shape);
      calls.push(shape.following === undefined ? 'remember' : 'remember that it follows');
    },
  });
  const replication = {
    replicationId: 7,
    clientId: 1,
    ...(options.policy && { schemaPolicy: options.policy }),
  };
  const changes = options.changes ?? createMemoryChanges();
  const inbox = new ChangeInbox({
    replication: { ...replication, tables: [accounts.mapping] } as unknown as Replication,
    store: changes,
    describeSources: async () => [now],
    shapeOf: (source) => shapes.of(source),
    clock: createManualClock(),
    log: createRecordingLog(),
  });
  const follower = new ChangeFollower({
    replication: replication as Replication,
    shapes,
    databases: {
      shapeDialect: dialect,
      describeSources: async () => [now],
      validateColumn: () => undefined,
      planChange: async (change) => planChange(change, options.target ?? before),
      executeChange: async (at, _target, statements) => {
        calls.push(`at ${at.nextOffset} of epoch ${at.epoch}: ${statements.join('; ')}`);
        if (options.failure !== undefined) throw options.failure;
      },
      rehearseChange: async (request) => {
        calls.push(`rehearse ${request.statements.join('; ')}`);
        return options.rehearsed ?? { method: 'rolled-back', problems: [], unfit: [], durationMs: 1 };
      },
      findMismatch: async () => options.mismatch,
      describeFollowed: async () => {
        calls.push('describe');
        return {
          table: followed,
          target: options.target ?? before,
          ...(options.harm && { harm: options.harm }),
        };
      },
    },
    store: {
      getReplication: async () => replication as Replication,
      addActivity: async (_scope, { action }) => void calls.push(action),
    },
    inbox,
    partitionsOf: () => options.partitions ?? 1,
    clock: createManualClock(),
    log: createRecordingLog(),
  });
  const reached = { kind: 'event', fingerprint: dialect.fingerprintOf(now) ?? '' } as const;
  return {
    follower,
    shapes,
    calls,
    stored,
    followed,
    changes,
    inbox,
    follow: () => follower.follow(position, reached),
  };
};

const statement = 'ALTER TABLE "public"."shop_accounts" ADD COLUMN "c" integer';

test('the shape is stored before and after the target is changed, and then the table is another one', async () => {
  const { follow, calls, stored, shapes, followed } = setUp();
  expect(await follow()).toBe(true);
  expect(calls).toEqual([
    ...['remember that it follows', `at 9 of epoch 4: ${statement}`, 'describe', 'remember'],
    'schema-change-followed',
  ]);
  expect(stored.at(-1)).toMatchObject({ copied: after, version: 1 });
  expect([...shapes.tablesOf(topic).values()]).toEqual([followed]);
  expect(() =>
    shapes.judgeOf(topic)?.judgeEvent(dialect.fingerprintOf(after) ?? '', undefined),
  ).not.toThrow();
  // An older one that is sent again lacks the column, and means the same.
  expect(() =>
    shapes.judgeOf(topic)?.judgeEvent(dialect.fingerprintOf(before) ?? '', undefined),
  ).not.toThrow();
});

test('after a crash the column that is there is taken for its own, and without one for that of someone else', async () => {
  const repeated = setUp({ target: after, known: { following: after } });
  expect(await repeated.follow()).toBe(true);
  expect(repeated.calls).toEqual(['describe', 'remember', 'schema-change-followed']);
  expect(repeated.stored.at(-1)?.following).toBeUndefined();
  await expect(setUp({ target: after }).follow()).rejects.toMatchObject({
    code: 'SchemaChanged',
    message: expect.stringContaining('cannot follow: it has a column c already'),
  });
});

test('what someone else has changed of the target meanwhile is not hidden by what it follows', async () => {
  const harm = new MillraceError('TargetChanged', 'column n is numeric(10,0)');
  const { follow, stored, shapes, followed } = setUp({ harm });
  await expect(follow()).rejects.toMatchObject({ code: 'TargetChanged' });
  expect(stored.at(-1)).toMatchObject({ copied: after, targetLost: harm.message });
  expect([...shapes.tablesOf(topic).values()][0]).not.toBe(followed);
  const lost = setUp({ known: { targetLost: harm.message } });
  await expect(lost.follow()).rejects.toMatchObject({ code: 'TargetChanged', message: harm.message });
  expect(lost.calls).toEqual([]);
});

describe('a person decides', () => {
  test.each<[SchemaPolicy, string, RegExp]>([
    [
      { preset: 'strict' },
      'SchemaChanged',
      /Planned at the target: ALTER TABLE .* The policy for such changes is ask\./,
    ],
    [{ kinds: { 'add-column': 'stop' } }, 'SchemaChangeStops', /The policy for such changes is stop\./],
  ])('by the policy %j', async (policy, code, message) => {
    const { follow, calls } = setUp({ policy });
    await expect(follow()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(calls).toEqual([]);
  });

  test('where it is not certain what has changed', async () => {
    const rewritten = setUp({ now: table(after.columns, 2) });
    await expect(rewritten.follow()).rejects.toMatchObject({ code: 'SchemaChanged' });
    expect(rewritten.calls).toEqual([]);
  });

  test('where the catalog knows of something that the log has not', async () => {
    const now = { ...after, catalog: { ...after.catalog, nameVersion: '2' } } as TableDescription;
    await expect(setUp({ now }).follow()).rejects.toMatchObject({
      message: expect.stringContaining('it had another name for a time'),
    });
  });

  test('where the target refuses the change; but not when it only has to wait', async () => {
    const refused = setUp({
      failure: new MillraceError('PermissionDenied', 'must be owner of table accounts'),
    });
    await expect(refused.follow()).rejects.toMatchObject({
      code: 'SchemaChanged',
      message: expect.stringContaining('The target refused the change: must be owner of table accounts'),
    });
    for (const code of ['DatabaseTimeout', 'Fenced'] as const) {
      const waiting = setUp({ failure: new MillraceError(code, 'later') });
      await expect(waiting.follow()).rejects.toMatchObject({ code });
      expect(waiting.calls.at(-1)).toMatch(/^at 9/);
    }
  });
});

test('an event that lacks a column of the table as it was copied is not read: its row would have nothing there', async () => {
  const { follower, shapes, calls } = setUp({ known: { copied: after, seen: after } });
  const fingerprint = dialect.fingerprintOf(before) ?? '';
  const definition = '5 d\n1 23 -1 id\n0 23 -1 a';
  await expect(follower.follow(position, { kind: 'event', fingerprint, definition })).rejects.toMatchObject({
    code: 'SchemaChanged',
    message: expect.stringMatching(
      /lacks columns of the table as it was copied.*column c was dropped or renamed/,
    ),
  });
  expect(calls).toEqual([]);
  expect(() => shapes.judgeOf(topic)?.judgeEvent(fingerprint, definition)).toThrow();
});

test('an event from before the copy that has every column is read as it is', async () => {
  const full: TableDescription = { ...after, replicaIdentity: 'full' };
  const { follower, shapes, calls } = setUp({ now: full, known: { copied: full, seen: full } });
  const fingerprint = 'before the identity was FULL';
  const definition = '5 d\n1 23 -1 id\n0 23 -1 a\n0 23 -1 c';
  expect(await follower.follow(position, { kind: 'event', fingerprint, definition })).toBe(true);
  expect(calls).toEqual(['remember']);
  expect(() => shapes.judgeOf(topic)?.judgeEvent(fingerprint, definition)).not.toThrow();
  expect(shapes.of(after.ref)?.copied).toBe(full);
});

test('partitions have no order among each other', async () => {
  expect(await setUp({ partitions: 2 }).follow()).toBe(false);
});

describe('a change that a person has decided on', () => {
  const policy = { preset: 'strict' } as const;
  const by = { by: 'ada', at: '2026-03-01T12:00:00.000Z' };
  /** What waits after the consumer has come to the change. */
  const asked = async (options: Parameters<typeof setUp>[0] = {}) => {
    const first = setUp({ policy, ...options });
    await expect(first.follow()).rejects.toMatchObject({ code: 'SchemaChanged' });
    const [change] = await first.changes.listSchemaChanges(7);
    if (change === undefined) throw new Error('Nothing waits.');
    return { ...first, change };
  };
  const approve = async (changes: SchemaChangeStore, edited?: string): Promise<void> => {
    const [change] = await changes.listSchemaChanges(7);
    if (change === undefined) throw new Error('Nothing waits.');
    const { version } = change;
    await changes.putSchemaChange(7, approveChange(change, { version, ...by, statement: edited }), version);
  };
  /** Another consumer, which begins at the same place. */
  const again = async (options: Parameters<typeof setUp>[0]) => {
    const next = setUp({ policy, ...options });
    await next.inbox.load([
      {
        ...{ source: accounts.mapping.source, target: accounts.mapping.target, generation: 1, state: 'held' },
        ...{ estimatedRows: 1, estimatedBytes: 1, chunks: 1, chunksDone: 1, rowsCopied: 1, bytesCopied: 1 },
        runsOn: 'lambda',
      },
    ]);
    return next;
  };

  test('waits with what is planned, once, and its error names it', async () => {
    const { change, follow, changes } = await asked();
    expect(change).toMatchObject({
      ...{ state: 'waiting', way: 'follow', kinds: ['add-column'], statements: [statement], version: 1 },
      ...{ position: { topic, partition: 0, offset: '9' }, risk: { level: 'low' } },
    });
    await expect(follow()).rejects.toMatchObject({ facts: { schemaChange: change.changeId } });
    expect(await changes.listSchemaChanges(7)).toHaveLength(1);
  });

  test('is done when it was approved, also after a crash in the middle', async () => {
    const { changes } = await asked();
    await approve(changes);
    const first = await again({ changes });
    expect(await first.follow()).toBe(true);
    expect(first.calls).toContain(`at 9 of epoch 4: ${statement}`);
    const [done] = await changes.listSchemaChanges(7);
    expect(done).toMatchObject({ state: 'applied', decidedBy: 'ada' });
    expect(done?.closedAt).toBeDefined();

    const broken = await asked();
    await approve(broken.changes);
    const repeated = await again({ changes: broken.changes, target: after, known: { following: after } });
    expect(await repeated.follow()).toBe(true);
    expect(repeated.calls.some((call) => call.startsWith('at 9'))).toBe(false);
    expect((await broken.changes.listSchemaChanges(7))[0]).toMatchObject({ state: 'applied' });
  });

  test('is asked about once more when the target would be changed otherwise than was shown', async () => {
    const { changes } = await asked({
      known: { copied: table([column('id', 1), column('a', 2, { notNull: true })]) },
    });
    await approve(changes);
    const next = await again({
      changes,
      known: { copied: table([column('id', 1), column('a', 2, { notNull: true })]) },
      target: table([column('id', 1), column('a', 2, { notNull: true })]),
    });
    await expect(next.follow()).rejects.toMatchObject({ code: 'SchemaChanged' });
    expect(next.calls).toEqual([]);
    expect((await changes.listSchemaChanges(7))[0]).toMatchObject({
      state: 'waiting',
      note: expect.stringContaining('other statements are planned'),
    });
  });

  test('gives way to another one of its table, and its approval does not hold for that', async () => {
    const { changes } = await asked();
    await approve(changes);
    const now = table([column('id', 1), column('a', 2), column('c', 3), column('d', 4)]);
    const next = await again({ changes, now });
    await expect(next.follow()).rejects.toMatchObject({ code: 'SchemaChanged' });
    const states = (await changes.listSchemaChanges(7)).map(({ state }) => state);
    expect(states.toSorted()).toEqual(['expired', 'waiting']);
    expect(next.calls).toEqual([]);
  });

  test('stays undone when it was rejected, and says by whom and why', async () => {
    const { changes, change } = await asked();
    const rejected = rejectChange(change, { version: 1, ...by, reason: 'not at night' });
    await changes.putSchemaChange(7, rejected, 1);
    const next = await again({ changes });
    await expect(next.follow()).rejects.toMatchObject({
      message: expect.stringContaining('was rejected by ada: not at night.'),
    });
    expect(next.calls).toEqual([]);
  });

  test('is done with the statement of the person, once it is seen that the target suits', async () => {
    const edited = 'ALTER TABLE "public"."shop_accounts" ADD COLUMN "c" bigint';
    const { changes } = await asked();
    await approve(changes, edited);
    const unfit = await again({ changes, rehearsed: { ...rehearsed, after }, mismatch: 'column c is text' });
    await expect(unfit.follow()).rejects.toMatchObject({
      message: expect.stringContaining('would not suit: column c is text'),
    });
    expect(unfit.calls).toEqual([`rehearse ${edited}`]);
    await approve(changes, edited);
    const refused = await again({ changes, rehearsed: { ...rehearsed, problems: ['no such type'] } });
    await expect(refused.follow()).rejects.toMatchObject({
      message: expect.stringContaining('no such type'),
    });
    await approve(changes, edited);
    const fit = await again({ changes, rehearsed: { ...rehearsed, after } });
    expect(await fit.follow()).toBe(true);
    expect(fit.calls).toContain(`at 9 of epoch 4: ${edited}`);
  });

  test('waits again when the target refuses it', async () => {
    const { changes } = await asked();
    await approve(changes);
    const failure = new MillraceError('PermissionDenied', 'must be owner of table accounts');
    const refused = await again({ changes, failure });
    await expect(refused.follow()).rejects.toMatchObject({ code: 'SchemaChanged' });
    expect((await changes.listSchemaChanges(7))[0]).toMatchObject({
      state: 'waiting',
      note: 'The target refused the change: must be owner of table accounts',
    });
  });

  test('is closed when the policy lets the target follow by now', async () => {
    const { changes } = await asked();
    const next = await again({ changes, policy: { preset: 'safe' } });
    expect(await next.follow()).toBe(true);
    expect((await changes.listSchemaChanges(7))[0]).toMatchObject({ state: 'applied' });
  });

  test('a TRUNCATE passes at the place where it was approved, and nowhere else', async () => {
    const first = setUp({ policy });
    await expect(first.follower.truncate(position)).rejects.toMatchObject({ code: 'SchemaChanged' });
    await approve(first.changes);
    const next = await again({ changes: first.changes });
    expect(await next.follower.truncate(position)).toBe(true);
    expect(next.follower.mayTruncate(topic, 9n)).toBe(true);
    expect(next.follower.mayTruncate(topic, 10n)).toBe(false);
    await next.follower.truncated(topic, 9n);
    expect((await first.changes.listSchemaChanges(7))[0]).toMatchObject({ state: 'approved' });
    await next.follower.truncated(topic, 10n);
    expect((await first.changes.listSchemaChanges(7))[0]).toMatchObject({
      state: 'applied',
      way: 'truncate',
    });
    await expect(next.follower.truncate({ ...position, nextOffset: 12n })).rejects.toMatchObject({
      code: 'SchemaChanged',
    });
  });
});

const rehearsed: RehearsalResult = { method: 'rolled-back', problems: [], unfit: [], durationMs: 1 };
