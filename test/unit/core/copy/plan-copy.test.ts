import { expect, test } from '@jest/globals';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { Run } from '#core/contracts/steps.ts';
import { planCopy, splitPendingTable } from '#core/copy/plan-copy.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { PartitionOffsets } from '#core/ports/services.ts';
import { createFakeSource, createFakeTarget, sampleColumn, sampleTable } from '../../../kit/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingAlerts } from '../../../kit/recording-alerts.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';
import { sampleOwner } from '../../../kit/target-owner.ts';

const run = (change: Partial<Run> = {}): Run => ({
  clientId: 1,
  replicationId: 7,
  generation: 3,
  forceResync: false,
  ...change,
});

const createWorld = (replication: Partial<Replication> = {}) => {
  const { store, state } = createMemoryStore(sampleReplication(replication));
  const source = createFakeSource(
    [
      sampleTable('flights', { estimatedRows: 400_000, bytes: 40_000_000 }),
      sampleTable('airports', { estimatedRows: 1_400, bytes: 140_000 }),
    ],
    { flights: 400_000, airports: 1_400 },
  );
  const target = createFakeTarget();
  const resets: (readonly PartitionOffsets[])[] = [];
  const ends: readonly PartitionOffsets[] = [
    { topic: 'client_1_db_1.public.flights', partition: 0, firstOffset: 0n, endOffset: 42n },
  ];
  const log = createRecordingLog();
  return {
    store,
    state,
    source,
    target,
    resets,
    log,
    ports: {
      store,
      source: source.database,
      target: target.database,
      kafka: { topicOffsets: async () => ends },
      owner: sampleOwner(),
      resetCheckpoints: async (offsets: readonly PartitionOffsets[]) => {
        target.state.calls.push('resetCheckpoints');
        resets.push(offsets);
      },
      alerts: createRecordingAlerts(),
      clock: createManualClock(),
      log,
    },
  };
};

test('missing target tables are created, small tables are split, big ones are left to their worker', async () => {
  const { ports, state, target } = createWorld();
  const output = await planCopy(run(), ports);
  expect(output).toEqual({
    isDone: true,
    lanes: [{ run: run(), lane: 0, lanes: 1 }],
    hasFargateTables: true,
  });
  expect(target.state.calls.toSorted()).toEqual([
    'create public.shop_airports',
    'create public.shop_flights',
  ]);
  expect(state.replication.copyGeneration).toBe(3);
  expect(state.progress.get('public.airports')).toMatchObject({ state: 'pending', chunks: 1, generation: 3 });
  expect(state.progress.get('public.flights')).toMatchObject({
    state: 'pending',
    chunks: 0,
    runsOn: 'fargate',
  });
});

test('a table that a forced start has found unfit is neither emptied nor planned', async () => {
  const { ports, state, target, source } = createWorld({ copyGeneration: 2 });
  const [, airports] = state.replication.tables;
  if (airports === undefined) throw new Error('The sample has two tables.');
  state.progress.set('public.airports', {
    ...{ source: airports.source, target: airports.target, generation: 3, state: 'held', heldUntil: 'copy' },
    ...{ estimatedRows: 0, estimatedBytes: 0, chunks: 0, chunksDone: 0, rowsCopied: 0, bytesCopied: 0 },
    runsOn: 'lambda',
  });
  source.state.tables = source.state.tables.filter(({ ref }) => ref.table !== 'airports');
  target.state.tables.push(sampleTable('shop_airports'));
  target.state.withRows.add('shop_airports');
  expect(await planCopy(run({ forceResync: true }), ports)).toMatchObject({ isDone: true, lanes: [] });
  expect(target.state.calls).not.toContain('truncate public.shop_airports');
  expect(state.progress.get('public.airports')).toMatchObject({ state: 'held' });
});

test('a target table is created as its mapping has it', async () => {
  const { ports, target } = createWorld({
    tables: [
      {
        source: { schema: 'public', table: 'flights' },
        target: { schema: 'public', table: 'Trips' },
        columns: [
          { source: 'id', target: 'Trip', type: 'bigint' },
          { source: 'note', omit: true },
        ],
      },
    ],
  });
  await planCopy(run(), ports);
  const [created] = target.state.tables;
  expect(created?.columns.map(({ name, type }) => [name, type])).toEqual([['Trip', 'bigint']]);
  expect(created?.primaryKey).toEqual(['Trip']);
});

test('a target table that has rows of someone else is skipped and said to be', async () => {
  const { ports, state, target, log } = createWorld();
  target.state.tables.push(sampleTable('shop_airports'));
  target.state.withRows.add('shop_airports');
  const output = await planCopy(run(), ports);
  expect(output.lanes).toEqual([]);
  expect(state.progress.get('public.airports')).toMatchObject({
    state: 'skipped',
    message: expect.stringContaining('force_resync'),
  });
  expect(target.state.calls).toEqual(['create public.shop_flights']);
  expect(log.lines.some((line) => line.startsWith('warn') && line.includes('skipped'))).toBe(true);
});

test('a forced start truncates, moves the checkpoints to the ends, and only then counts as the new copy', async () => {
  const { ports, state, target, resets } = createWorld({ copyGeneration: 1 });
  target.state.tables.push(sampleTable('shop_airports'));
  target.state.withRows.add('shop_airports');
  const output = await planCopy(run({ forceResync: true }), ports);
  expect(target.state.calls.slice(0, 2)).toEqual(['truncate public.shop_airports', 'resetCheckpoints']);
  expect(resets).toEqual([[expect.objectContaining({ endOffset: 42n })]]);
  expect(state.replication.copyGeneration).toBe(3);
  expect(output.lanes).toHaveLength(1);
});

test('a forced start plans a table again that is live from an older copy', async () => {
  const { ports, state } = createWorld();
  await planCopy(run(), ports);
  for (const [key, progress] of state.progress) state.progress.set(key, { ...progress, state: 'live' });
  state.replication = { ...state.replication, generation: 4 };
  await planCopy(run({ generation: 4, forceResync: true }), ports);
  expect([...state.progress.values()]).toMatchObject([
    { generation: 4, state: 'pending' },
    { generation: 4, state: 'pending' },
  ]);
});

test('a forced start empties nothing while a target table has values that the source does not have', async () => {
  const { ports, target, source } = createWorld({ copyGeneration: 1 });
  const table = sampleTable('shop_airports');
  const [column] = table.columns;
  if (column === undefined) throw new Error('A table has columns.');
  target.state.tables.push({ ...table, columns: [...table.columns, { ...column, name: 'reviewed_by' }] });
  target.state.withRows.add('shop_airports');
  await expect(planCopy(run({ forceResync: true }), ports)).rejects.toMatchObject({
    code: 'ValidationFailed',
    message: expect.stringMatching(/shop_airports.*column reviewed_by/s),
  });
  expect(target.state.calls).toEqual([]);
  expect(source).toBeDefined();
  target.state.withRows.delete('shop_airports');
  await planCopy(run({ forceResync: true }), ports);
  expect(target.state.calls).toContain('resetCheckpoints');
});

test('a step that is repeated does not truncate again what was copied in between', async () => {
  const { ports, target, state, store } = createWorld({ copyGeneration: 1 });
  target.state.tables.push(sampleTable('shop_airports'));
  await planCopy(run({ forceResync: true }), ports);
  await store.recordFinishedChunk(7, { schema: 'public', table: 'airports' }, 3, {
    chunkNumber: 0,
    rows: 1_400,
    bytes: 1,
    durationMs: 1,
    finishedAt: '2026-03-01T12:00:00.000Z',
  });
  target.state.withRows.add('shop_airports');
  target.state.calls.length = 0;
  await planCopy(run({ forceResync: true }), ports);
  expect(target.state.calls).toEqual([]);
  expect(state.progress.get('public.airports')).toMatchObject({ chunksDone: 1, state: 'pending' });
});

test('a later start without force resumes the plan of the copy before, and leaves finished tables alone', async () => {
  const { ports, state, source, target } = createWorld();
  await planCopy(run(), ports);
  state.replication = { ...state.replication, generation: 4 };
  const airports = { schema: 'public', table: 'airports' };
  state.progress.set(tableKey(airports), {
    ...state.progress.get(tableKey(airports)),
    state: 'live',
  } as never);
  target.state.withRows.add('shop_flights');
  source.state.tables = [];
  const output = await planCopy(run({ generation: 4 }), ports);
  expect(output).toEqual({ isDone: true, lanes: [], hasFargateTables: true });
  expect(state.replication.copyGeneration).toBe(3);
});

test('a start that a stop has replaced plans nothing', async () => {
  const { ports, state, target } = createWorld({ desired: 'stopped', status: 'stopped' });
  await expect(planCopy(run(), ports)).rejects.toMatchObject({ code: 'Superseded' });
  expect(state.progress.size).toBe(0);
  expect(target.state.calls).toEqual([]);
});

test.each([
  ['truncates no further table', ['shop_flights', 'shop_airports']],
  ['leaves the checkpoints', ['shop_flights']],
])('a forced start that a newer one has replaced %s', async (_what, tables) => {
  const { ports, state, target, resets } = createWorld({ copyGeneration: 1 });
  target.state.tables.push(...tables.map((table) => sampleTable(table)));
  for (const table of tables) target.state.withRows.add(table);
  const truncating = {
    ...ports.target,
    truncate: async (...args: Parameters<typeof ports.target.truncate>) => {
      await ports.target.truncate(...args);
      state.replication = { ...state.replication, generation: 4 };
    },
  };
  const attempt = planCopy(run({ forceResync: true }), { ...ports, target: truncating });
  await expect(attempt).rejects.toMatchObject({ code: 'Superseded' });
  expect(target.state.calls).toEqual(['truncate public.shop_flights']);
  expect(resets).toEqual([]);
  expect(state.replication.copyGeneration).toBe(1);
});

test.each([
  ['a newer start', { generation: 4 }],
  ['a stop', { desired: 'stopped' }],
] as const)(
  '%s that comes while tables are truncated keeps the copy from counting as the new one',
  async (_what, change) => {
    const { ports, state } = createWorld({ copyGeneration: 1 });
    const resetCheckpoints = async () => {
      state.replication = { ...state.replication, ...change };
    };
    const attempt = planCopy(run({ forceResync: true }), { ...ports, resetCheckpoints });
    await expect(attempt).rejects.toMatchObject({ code: 'Superseded' });
    expect(state.replication.copyGeneration).toBe(1);
    expect(state.progress.size).toBe(0);
  },
);

test('the worker of an older start does not put its split in the place of a newer plan', async () => {
  const { ports, state } = createWorld();
  await planCopy(run(), ports);
  const old = state.progress.get('public.flights');
  if (old === undefined) throw new Error('There is no plan.');
  state.replication = { ...state.replication, generation: 4 };
  await ports.store.putTablePlan(7, { ...old, generation: 4 }, []);
  expect(await splitPendingTable(7, old, ports)).toMatchObject({ generation: 4, chunks: 0 });
  expect(state.progress.get('public.flights')).toMatchObject({ generation: 4, chunks: 0 });
});

test.each([
  ['a stop', { desired: 'stopped', status: 'stopped' }],
  ['a newer start', { generation: 4 }],
] as const)(
  'a start that %s has replaced plans nothing also when its copy had begun',
  async (_what, change) => {
    const { ports, state, target } = createWorld({ copyGeneration: 3, ...change });
    await expect(planCopy(run(), ports)).rejects.toMatchObject({ code: 'Superseded' });
    expect(state.progress.size).toBe(0);
    expect(target.state.calls).toEqual([]);
  },
);

const manyTables = (count: number) => {
  const names = Array.from({ length: count }, (_unused, index) => `${'long_table_name_'.repeat(3)}${index}`);
  return {
    names,
    replication: {
      tables: names.map((table) => ({
        source: { schema: 'public', table },
        target: { schema: 'public', table: `shop_${table}` },
      })),
    },
  };
};

test('planning that runs out of time goes on in the next call', async () => {
  const { names, replication } = manyTables(30);
  const { ports, source, state, target } = createWorld(replication);
  source.state.tables = names.map((name) => sampleTable(name));
  let looks = 0;
  const outputs = [];
  for (let call = 0; call < 10; call += 1) {
    looks = 0;
    const output = await planCopy(run(), ports, () => {
      looks += 1;
      return looks > 8;
    });
    outputs.push(output.isDone);
    if (output.isDone) break;
    expect(output).toEqual({ isDone: false, lanes: [], hasFargateTables: false });
  }
  expect(outputs).toEqual([false, false, false, true]);
  expect(state.progress.size).toBe(30);
  expect(target.state.calls).toHaveLength(30);
});

test('a forced start that runs out of time while it truncates goes on, and moves the checkpoints once', async () => {
  const { names, replication } = manyTables(10);
  const { ports, source, target, state, resets } = createWorld({ ...replication, copyGeneration: 1 });
  source.state.tables = names.map((name) => sampleTable(name));
  for (const name of names) {
    target.state.tables.push(sampleTable(`shop_${name}`));
    target.state.withRows.add(`shop_${name}`);
  }
  let looks = 0;
  const isOver = (): boolean => {
    looks += 1;
    return looks > 4;
  };
  expect((await planCopy(run({ forceResync: true }), ports, isOver)).isDone).toBe(false);
  expect(state.replication.copyGeneration).toBe(1);
  expect((await planCopy(run({ forceResync: true }), ports)).isDone).toBe(true);
  expect(target.state.calls.filter((call) => call.startsWith('truncate'))).toHaveLength(10);
  expect(resets).toHaveLength(1);
});

test.each([1, 600, 1_000])(
  'the plan of %i tables takes no more of the state than that of ten',
  async (count) => {
    const { names, replication } = manyTables(count);
    const { ports, source } = createWorld(replication);
    source.state.tables = names.map((name) => sampleTable(name));
    const output = await planCopy(run({ transactionWaitSeconds: 600 }), ports);
    expect(JSON.stringify(output).length).toBeLessThan(1_000);
  },
);

test('a table that is gone when it is planned is held, and the others are planned', async () => {
  const { ports, state, source } = createWorld();
  source.state.tables = source.state.tables.filter(({ ref }) => ref.table !== 'airports');
  expect(await planCopy(run(), ports)).toMatchObject({ isDone: true, lanes: [], hasFargateTables: true });
  expect(state.progress.get('public.airports')).toMatchObject({
    state: 'held',
    heldUntil: 'copy',
    generation: 3,
    message: expect.stringMatching(
      /has no table public\.airports any more\..* POST \/replications\/\{id\}\/tables\/public\.airports\/resync/,
    ),
  });
  expect(state.progress.get('public.flights')).toMatchObject({ state: 'pending' });
  expect(ports.alerts.published).toHaveLength(1);
  expect(state.activity.map(({ action }) => action)).toEqual(['table-held']);
  // A repetition finds it held.
  expect(await planCopy(run(), ports)).toMatchObject({ isDone: true, lanes: [] });
  expect(ports.alerts.published).toHaveLength(1);
});

test('none is held when none could be copied: the start fails, and the next one looks at all again', async () => {
  const { ports, state, source } = createWorld();
  source.state.tables = [];
  await expect(planCopy(run(), ports)).rejects.toMatchObject({ code: 'TableNotFound' });
  expect([...state.progress.values()]).toEqual([]);
});

test('the last table that the replication has left is not held', async () => {
  const { ports, state, source } = createWorld({ copyGeneration: 3 });
  const [, airports] = state.replication.tables;
  if (airports === undefined) throw new Error('The sample has two tables.');
  state.progress.set('public.airports', {
    ...{ source: airports.source, target: airports.target, generation: 3, state: 'held', heldUntil: 'copy' },
    ...{ estimatedRows: 0, estimatedBytes: 0, chunks: 0, chunksDone: 0, rowsCopied: 0, bytesCopied: 0 },
    runsOn: 'lambda',
  });
  source.state.tables = [];
  await expect(planCopy(run(), ports)).rejects.toMatchObject({ code: 'TableNotFound' });
  expect(state.progress.has('public.flights')).toBe(false);
});

test('those of a first start are not, either, when capture has begun without another one', async () => {
  const { ports, state, source } = createWorld({
    tables: ['flights', 'airports', 'gone'].map((table) => ({
      source: { schema: 'public', table },
      target: { schema: 'public', table: `shop_${table}` },
    })),
  });
  const gone = state.replication.tables[2];
  if (gone === undefined) throw new Error('There are three tables.');
  state.progress.set('public.gone', {
    ...{ source: gone.source, target: gone.target, generation: 3, state: 'held', heldUntil: 'copy' },
    ...{ estimatedRows: 0, estimatedBytes: 0, chunks: 0, chunksDone: 0, rowsCopied: 0, bytesCopied: 0 },
    runsOn: 'lambda',
  });
  source.state.tables = [];
  await expect(planCopy(run(), ports)).rejects.toMatchObject({ code: 'TableNotFound' });
  expect([...state.progress.keys()]).toEqual(['public.gone']);
});

test('a table that was changed after capture had begun with it is held', async () => {
  const { ports, state, source, store } = createWorld();
  const before = sampleTable('airports');
  await store.putTableShape(7, before.ref, { generation: 3, copied: before, seen: before });
  source.state.tables = [
    sampleTable('flights'),
    { ...before, columns: [...before.columns, sampleColumn('extra')] },
  ];
  expect(await planCopy(run(), ports)).toMatchObject({ isDone: true });
  expect(state.progress.get('public.airports')).toMatchObject({
    state: 'held',
    message: expect.stringContaining('has changed at the source: column extra was added'),
  });
});

test('a table that has lost its key since it was validated is held', async () => {
  const { ports, state, source } = createWorld();
  source.state.tables = [sampleTable('flights'), sampleTable('airports', { primaryKey: [] })];
  expect(await planCopy(run(), ports)).toMatchObject({ isDone: true });
  expect(state.progress.get('public.airports')).toMatchObject({
    state: 'held',
    message: expect.stringContaining('cannot be replicated as it is'),
  });
});

test.each([
  ['of another table', 'public.flights'],
  ['of no table', undefined],
])('a missing right %s ends the planning', async (_what, table) => {
  const { ports, source } = createWorld();
  const failing = {
    ...source.database,
    nextChunkBound: async () => {
      throw new MillraceError('PermissionDenied', 'permission denied', { facts: { table } });
    },
  };
  await expect(planCopy(run(), { ...ports, source: failing })).rejects.toMatchObject({
    code: 'PermissionDenied',
  });
});

test('a missing right on the table itself holds it', async () => {
  const { ports, state, source } = createWorld();
  const failing = {
    ...source.database,
    nextChunkBound: async () => {
      throw new MillraceError('PermissionDenied', 'Cannot read.', { facts: { table: 'public.airports' } });
    },
  };
  expect(await planCopy(run(), { ...ports, source: failing })).toMatchObject({ isDone: true });
  expect(state.progress.get('public.airports')).toMatchObject({
    state: 'held',
    message: expect.stringMatching(/^Cannot read\. Grant the missing privilege/),
  });
});
