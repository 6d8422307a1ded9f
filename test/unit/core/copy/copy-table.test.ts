import { describe, expect, test } from '@jest/globals';
import type { Chunk, TableProgress } from '#core/contracts/copy.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { Run } from '#core/contracts/steps.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { copyTable } from '#core/copy/copy-table.ts';
import { copyTables } from '#core/copy/copy-tables.ts';
import { finishCopy } from '#core/copy/finish-copy.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { CopiedTables } from '#core/ports/databases.ts';
import { createFakeSource, createFakeTarget, sampleTable } from '../../../kit/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingAlerts } from '../../../kit/recording-alerts.ts';
import { createRecordingLog, createRecordingMetrics } from '../../../kit/recording-log.ts';

const run: Run = { clientId: 1, replicationId: 7, generation: 3, forceResync: false };
const flights = { schema: 'public', table: 'flights' };
const airports = { schema: 'public', table: 'airports' };

const planned = (table: typeof flights, change: Partial<TableProgress> = {}): TableProgress => ({
  source: table,
  target: { schema: 'public', table: `shop_${table.table}` },
  generation: 3,
  state: 'pending',
  estimatedRows: 30,
  estimatedBytes: 3_000,
  chunks: 3,
  chunksDone: 0,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
  ...change,
});

const threeChunks: readonly Chunk[] = [
  { chunkNumber: 0, upTo: ['10'] },
  { chunkNumber: 1, after: ['10'], upTo: ['20'] },
  { chunkNumber: 2, after: ['20'] },
];

const createWorld = async () => {
  const { store, state } = createMemoryStore(sampleReplication({ copyGeneration: 3 }));
  await store.putTablePlan(7, planned(flights), threeChunks);
  const source = createFakeSource([sampleTable('flights'), sampleTable('airports')], { airports: 5 });
  const target = createFakeTarget([sampleTable('shop_flights'), sampleTable('shop_airports')]);
  const copied: number[] = [];
  const policies: unknown[] = [];
  const clock = createManualClock();
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const behaviour = {
    copyChunk: async (_chunk: Chunk, _signal: AbortSignal): Promise<void> => {},
    atCommit: (_chunk: Chunk): void => {},
    nulled: undefined as ReadonlyMap<string, number> | undefined,
  };
  const ports = {
    store,
    source: source.database,
    target: target.database,
    copier: {
      copyChunk: async (
        { valuePolicy }: CopiedTables,
        chunk: Chunk,
        signal: AbortSignal,
        beforeCommit?: () => Promise<unknown>,
      ) => {
        policies.push(valuePolicy);
        await behaviour.copyChunk(chunk, signal);
        behaviour.atCommit(chunk);
        await beforeCommit?.();
        copied.push(chunk.chunkNumber);
        clock.advance(1_000);
        const { nulled } = behaviour;
        return { rows: 10, bytes: 1_000, ...(nulled !== undefined && { nulled }) };
      },
      close: async () => {},
    },
    metrics,
    alerts: createRecordingAlerts(),
    clock,
    log,
  };
  return { store, state, source, target, copied, policies, clock, log, metrics, behaviour, ports };
};

const options = { parallelChunks: 1, signal: new AbortController().signal };

test('every chunk is copied and recorded, and the table is ready to be finished', async () => {
  const { ports, copied, state, metrics, log } = await createWorld();
  expect(await copyTable(run, flights, ports, options)).toEqual({ rows: 30, isDone: true });
  expect(copied).toEqual([0, 1, 2]);
  expect(state.progress.get('public.flights')).toMatchObject({
    state: 'copying',
    chunksDone: 3,
    rowsCopied: 30,
    startedAt: '2026-03-01T12:00:00.000Z',
    finishedAt: '2026-03-01T12:00:03.000Z',
  });
  expect(metrics.emitted.filter((values) => 'CopyRows' in values)).toHaveLength(3);
  expect(log.lines).toContain('info: STEP 3/4 public.flights: 3 of 3 chunks, 10 rows/s, 0 s left');
});

test('values that became NULL by the policy of their table are counted and reported', async () => {
  const { ports, state, behaviour, policies, metrics, log } = await createWorld();
  const [mapping] = state.replication.tables;
  if (mapping === undefined) throw new Error('There is no table.');
  state.replication = { ...state.replication, tables: [{ ...mapping, valuePolicy: 'null' }] };
  behaviour.nulled = new Map([
    ['day', 2],
    ['note', 1],
  ]);
  await copyTable(run, flights, ports, options);
  expect(policies).toEqual(['null', 'null', 'null']);
  expect(metrics.emitted.filter((values) => 'ValuesNulled' in values)).toEqual(
    Array.from({ length: 3 }, () => ({ ValuesNulled: 3 })),
  );
  expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual([
    'warn: STEP 3/4 public.shop_flights: 6 values of column day, 3 values of column note became NULL, because the target ' +
      'cannot hold them (value_policy null)',
  ]);
});

test('they are reported also when a later chunk fails', async () => {
  const { ports, behaviour, log } = await createWorld();
  behaviour.nulled = new Map([['day', 1]]);
  behaviour.copyChunk = async ({ chunkNumber }) => {
    if (chunkNumber === 1) throw new MillraceError('ConstraintViolated', 'no');
  };
  await expect(copyTable(run, flights, ports, options)).rejects.toMatchObject({ code: 'ConstraintViolated' });
  expect(log.lines).toContainEqual(expect.stringContaining('1 value of column day became NULL'));
});

test('finished chunks are not copied again', async () => {
  const { ports, copied, store } = await createWorld();
  await store.recordFinishedChunk(7, flights, 3, {
    chunkNumber: 1,
    rows: 10,
    bytes: 1,
    durationMs: 1,
    finishedAt: '2026-03-01T12:00:00.000Z',
  });
  expect(await copyTable(run, flights, ports, options)).toEqual({ rows: 20, isDone: true });
  expect(copied).toEqual([0, 2]);
});

test('a table that is finished is not touched', async () => {
  const { ports, copied, store } = await createWorld();
  await store.setTableState(7, flights, { state: 'live' });
  expect(await copyTable(run, flights, ports, options)).toEqual({ rows: 0, isDone: true });
  expect(copied).toEqual([]);
});

test('a chunk that fails for a moment is copied again', async () => {
  const { ports, copied, clock, behaviour } = await createWorld();
  let failures = 2;
  behaviour.copyChunk = async ({ chunkNumber }) => {
    if (chunkNumber !== 1 || failures === 0) return;
    failures -= 1;
    throw new MillraceError('DatabaseUnreachable', 'gone');
  };
  await copyTable(run, flights, ports, options);
  expect(copied).toEqual([0, 1, 2]);
  expect(clock.sleeps).toEqual([2_000, 4_000]);
});

test('a failure that lasts ends the copy, and with it the chunks that run at the same time', async () => {
  const { ports, copied, behaviour, state } = await createWorld();
  behaviour.copyChunk = async ({ chunkNumber }, signal) => {
    if (chunkNumber === 0) throw new MillraceError('ConstraintViolated', 'no');
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  };
  const attempt = copyTable(run, flights, ports, { ...options, parallelChunks: 2 });
  await expect(attempt).rejects.toMatchObject({ code: 'ConstraintViolated' });
  expect(copied).toEqual([]);
  expect(state.progress.get('public.flights')).toMatchObject({ state: 'copying', chunksDone: 0 });
});

test('a signal ends the copy between chunks', async () => {
  const { ports, copied, behaviour } = await createWorld();
  const ending = new AbortController();
  behaviour.copyChunk = async () => ending.abort(new MillraceError('Superseded', 'SIGTERM'));
  const attempt = copyTable(run, flights, ports, { parallelChunks: 1, signal: ending.signal });
  await expect(attempt).rejects.toMatchObject({ code: 'Superseded' });
  expect(copied).toEqual([0]);
});

test('a stop by the user ends the copy, and the chunk under way is not committed', async () => {
  const { ports, copied, behaviour, state } = await createWorld();
  behaviour.copyChunk = async ({ chunkNumber }) => {
    if (chunkNumber === 1)
      state.replication = { ...state.replication, desired: 'stopped', status: 'stopped' };
  };
  await expect(copyTable(run, flights, ports, options)).rejects.toMatchObject({ code: 'Superseded' });
  expect(copied).toEqual([0]);
});

/** A newer start of the same replication, which copies everything again. */
const startAgain = ({ state }: Pick<Awaited<ReturnType<typeof createWorld>>, 'state'>) => {
  state.replication = { ...state.replication, generation: 4, copyGeneration: 4 };
};

describe('a newer start that began', () => {
  test('ends the copy before its next chunk', async () => {
    const world = await createWorld();
    world.behaviour.copyChunk = async () => {
      if (world.copied.length === 1) startAgain(world);
    };
    await expect(copyTable(run, flights, world.ports, options)).rejects.toMatchObject({ code: 'Superseded' });
    expect(world.copied).toEqual([0]);
  });

  test('keeps a chunk that is written from being committed', async () => {
    const world = await createWorld();
    world.behaviour.atCommit = () => startAgain(world);
    await expect(copyTable(run, flights, world.ports, options)).rejects.toMatchObject({ code: 'Superseded' });
    expect(world.copied).toEqual([]);
    expect(world.state.progress.get('public.flights')).toMatchObject({ chunksDone: 0 });
  });

  test('keeps a chunk from being tried again, after a wait', async () => {
    const world = await createWorld();
    let attempts = 0;
    world.behaviour.copyChunk = async () => {
      attempts += 1;
      startAgain(world);
      throw new MillraceError('DatabaseUnreachable', 'gone');
    };
    await expect(copyTable(run, flights, world.ports, options)).rejects.toMatchObject({ code: 'Superseded' });
    expect(attempts).toBe(1);
  });

  test('has planned the table again, whose state stays as the newer start set it', async () => {
    const world = await createWorld();
    let asked = 0;
    const store = {
      ...world.store,
      // The newer start comes right after the last time that the older one asks whether it is current.
      setTableState: async (
        ...[id, table, change, expected]: Parameters<typeof world.store.setTableState>
      ) => {
        asked += 1;
        if (asked === 2) await world.store.putTablePlan(7, planned(flights, { generation: 4 }), threeChunks);
        return world.store.setTableState(id, table, change, expected);
      },
    };
    await expect(copyTable(run, flights, { ...world.ports, store }, options)).rejects.toMatchObject({
      code: 'Superseded',
    });
    expect(world.state.progress.get('public.flights')).toMatchObject({ generation: 4, state: 'pending' });
  });

  test('has finished the copy of the table, which does not go back to copying', async () => {
    const world = await createWorld();
    world.behaviour.copyChunk = async ({ chunkNumber }) => {
      if (chunkNumber === 2) await world.store.setTableState(7, flights, { state: 'catching-up' });
    };
    await expect(copyTable(run, flights, world.ports, options)).rejects.toMatchObject({ code: 'Superseded' });
    expect(world.state.progress.get('public.flights')).toMatchObject({ state: 'catching-up' });
  });

  test('has planned the table again, which the end of the older copy does not make catch up', async () => {
    const world = await createWorld();
    await copyTable(run, flights, world.ports, options);
    const source = {
      writeMarker: async () => {
        await world.store.putTablePlan(7, planned(flights, { generation: 4 }), threeChunks);
        return '0/200';
      },
    };
    await expect(finishCopy(run, { ...world.ports, source })).rejects.toMatchObject({ code: 'Superseded' });
    expect(world.state.progress.get('public.flights')).toMatchObject({ generation: 4, state: 'pending' });
  });

  test('ends the end of the older copy', async () => {
    const world = await createWorld();
    await copyTable(run, flights, world.ports, options);
    const source = {
      writeMarker: async () => {
        world.state.replication = { ...world.state.replication, generation: 4 };
        return '0/200';
      },
    };
    await expect(finishCopy(run, { ...world.ports, source })).rejects.toMatchObject({ code: 'Superseded' });
    expect(world.state.progress.get('public.flights')).toMatchObject({ state: 'copying' });
  });

  test('is the reason that is given, although the plan is another one, too', async () => {
    const world = await createWorld();
    startAgain(world);
    await expect(copyTable(run, flights, world.ports, options)).rejects.toMatchObject({ code: 'Superseded' });
  });

  test.each([
    ['a newer start', async (world: Awaited<ReturnType<typeof createWorld>>) => startAgain(world)],
    [
      'a newer plan',
      (world: Awaited<ReturnType<typeof createWorld>>) =>
        world.store.putTablePlan(7, planned(flights, { generation: 4 }), threeChunks),
    ],
  ])(
    '%s that comes while the tables are described keeps the table from being called copying',
    async (_what, act) => {
      const world = await createWorld();
      const target = {
        ...world.ports.target,
        describeTable: async (ref: typeof flights) => {
          await act(world);
          return world.ports.target.describeTable(ref);
        },
      };
      await expect(copyTable(run, flights, { ...world.ports, target }, options)).rejects.toMatchObject({
        code: 'Superseded',
      });
      expect(world.state.progress.get('public.flights')).toMatchObject({ state: 'pending' });
      expect(world.copied).toEqual([]);
    },
  );

  test('leaves nothing to do for the worker of the older one', async () => {
    const world = await createWorld();
    world.state.replication = { ...world.state.replication, generation: 4 };
    await expect(copyTables(run, world.ports, { ...options, share: 'big' })).rejects.toMatchObject({
      code: 'Superseded',
    });
    await expect(finishCopy(run, world.ports)).rejects.toMatchObject({ code: 'Superseded' });
    expect(world.copied).toEqual([]);
    expect(world.source.state.calls).toEqual([]);
  });
});

test('a plan of another copy is not carried out, nor finished', async () => {
  const { ports, state, store } = await createWorld();
  await store.putTablePlan(7, planned(airports, { runsOn: 'fargate' }), threeChunks);
  state.replication = { ...state.replication, copyGeneration: 2 };
  await expect(copyTable(run, flights, ports, options)).rejects.toMatchObject({ code: 'CopyFailed' });
  expect(await copyTables(run, ports, { ...options, share: 'big' })).toMatchObject({ rows: 0 });
  expect(await finishCopy(run, ports)).toBe(0);
});

test('a target table that has gone is named', async () => {
  const { ports, target } = await createWorld();
  target.state.tables.length = 0;
  await expect(copyTable(run, flights, ports, options)).rejects.toMatchObject({
    code: 'TableNotFound',
    facts: { table: 'public.shop_flights' },
  });
});

test('the worker splits and copies the big tables only', async () => {
  const { ports, copied, store, state } = await createWorld();
  await store.putTablePlan(7, planned(airports, { runsOn: 'fargate', chunks: 0 }), []);
  expect(await copyTables(run, ports, { ...options, share: 'big' })).toEqual({ rows: 10, isDone: true });
  expect(copied).toEqual([0]);
  expect(state.progress.get('public.airports')).toMatchObject({ chunks: 1, chunksDone: 1 });
  expect(state.progress.get('public.flights')).toMatchObject({ chunksDone: 0 });
});

test('a lane whose time is over copies one chunk at least, and the next call goes on with the rest', async () => {
  const { ports, copied, store, state } = await createWorld();
  await store.putTablePlan(7, planned(airports, { chunks: 1 }), [{ chunkNumber: 0 }]);
  const lane = { ...options, share: { lane: 0, lanes: 1 } };
  const isOver = (): boolean => copied.length > 0;
  expect(await copyTables(run, ports, { ...lane, isOver })).toEqual({ rows: 10, isDone: false });
  expect(copied).toEqual([0]);
  expect(state.progress.get('public.flights')?.finishedAt).toBeUndefined();
  expect(await copyTables(run, ports, lane)).toEqual({ rows: 30, isDone: true });
  expect(await copyTables(run, ports, lane)).toEqual({ rows: 0, isDone: true });
  expect(copied).toHaveLength(4);
});

test('the end of the copy is marked once, and copied tables catch up from there', async () => {
  const { ports, state, source } = await createWorld();
  await copyTable(run, flights, ports, options);
  expect(await finishCopy(run, ports)).toBe(1);
  expect(state.progress.get('public.flights')).toMatchObject({
    state: 'catching-up',
    copyEndPosition: '0/200',
  });
  expect(await finishCopy(run, ports)).toBe(0);
  expect(source.state.calls).toEqual(['writeMarker copy-end']);
});

test('a copy with unfinished chunks is not finished', async () => {
  const { ports, source } = await createWorld();
  await expect(finishCopy(run, ports)).rejects.toMatchObject({
    code: 'CopyFailed',
    facts: { tables: ['public.flights'] },
  });
  expect(source.state.calls).toEqual([]);
});

describe('a table that cannot be copied', () => {
  const createTwoTables = async () => {
    const world = await createWorld();
    await world.store.putTablePlan(7, planned(airports, { chunks: 1, estimatedBytes: 10 }), [
      { chunkNumber: 0 },
    ]);
    const shape = sampleTable('flights');
    await world.store.putTableShape(7, flights, { generation: 3, copied: shape, seen: shape });
    return world;
  };
  const lane = { ...options, share: { lane: 0, lanes: 1 } };
  const stateOf = (world: Awaited<ReturnType<typeof createTwoTables>>, table: string) =>
    world.state.progress.get(`public.${table}`);

  test('for a reason of its own is held, and the next one is copied and finished', async () => {
    const world = await createTwoTables();
    world.behaviour.copyChunk = async ({ chunkNumber }) => {
      if (chunkNumber === 1) throw new MillraceError('ValueRejected', 'A value does not fit.');
    };
    expect(await copyTables(run, world.ports, lane)).toMatchObject({ isDone: true });
    expect(stateOf(world, 'flights')).toMatchObject({
      state: 'held',
      heldUntil: 'copy',
      chunksDone: 1,
      message: expect.stringMatching(/^A value does not fit\. Widen the named target column.* POST /),
    });
    expect(await finishCopy(run, world.ports)).toBe(1);
    expect(stateOf(world, 'airports')).toMatchObject({ state: 'catching-up' });
    expect(world.ports.alerts.published).toHaveLength(1);
  });

  test('because it was changed between two chunks says so, whatever the statement failed with', async () => {
    const world = await createTwoTables();
    world.behaviour.copyChunk = async ({ chunkNumber }) => {
      if (chunkNumber !== 1) return;
      world.source.state.tables = world.source.state.tables.map((table) =>
        table.ref.table === 'flights' ? { ...table, primaryKey: ['note'] } : table,
      );
      throw new MillraceError('SchemaMismatch', 'column id does not exist');
    };
    expect(await copyTables(run, world.ports, lane)).toMatchObject({ isDone: true });
    expect(stateOf(world, 'flights')?.message).toMatch(/its key was changed from \(id\) to \(note\)/);
  });

  test('because it was changed since it was planned is not read any further', async () => {
    const world = await createTwoTables();
    world.source.state.tables = [
      { ...sampleTable('flights'), columns: sampleTable('flights').columns.toReversed() },
      sampleTable('airports'),
    ];
    expect(await copyTables(run, world.ports, lane)).toMatchObject({ isDone: true, rows: 10 });
    expect(world.copied).toEqual([0]);
    expect(stateOf(world, 'flights')).toMatchObject({ state: 'held', chunksDone: 0 });
  });

  test('passes over a partition that was dropped before its rows were copied, where the policy lets it', async () => {
    const partition = { schema: 'public', table: 'flights_old' };
    const leaf = { ref: partition, id: 2, storageId: 2, rewriteVersion: '1', joinVersion: '1' };
    const withPartitions = (partitions: readonly (typeof leaf)[]) => ({
      ...sampleTable('flights'),
      columns: sampleTable('flights').columns.map((column, index) => ({
        ...column,
        catalog: { number: index + 1, typeId: 23, typeModifier: -1, version: '1' },
      })),
      catalog: { id: 1, storageId: 0, rewriteVersion: '1', nameVersion: '1', owner: 1, partitions },
    });
    const create = async (policy: Replication['schemaPolicy']) => {
      const world = await createTwoTables();
      const chunks = threeChunks.map((chunk) => (chunk.chunkNumber === 1 ? { ...chunk, partition } : chunk));
      world.state.chunks.set('public.flights', chunks);
      const shape = withPartitions([leaf]);
      await world.store.putTableShape(7, flights, { generation: 3, copied: shape, seen: shape });
      world.source.state.tables = [shape, sampleTable('airports')];
      if (policy !== undefined)
        world.state.replication = { ...world.state.replication, schemaPolicy: policy };
      world.behaviour.copyChunk = async (chunk) => {
        if (chunk.partition === undefined) return;
        world.source.state.tables = [withPartitions([]), sampleTable('airports')];
        throw new MillraceError('SchemaMismatch', 'relation "flights_old" does not exist');
      };
      return world;
    };
    const passed = await create({ kinds: { 'drop-partition': 'ignore' } });
    expect(await copyTables(run, passed.ports, lane)).toMatchObject({ isDone: true });
    expect(stateOf(passed, 'flights')).toMatchObject({ state: 'copying', chunksDone: 3, rowsCopied: 20 });
    const asked = await create(undefined);
    expect(await copyTables(run, asked.ports, lane)).toMatchObject({ isDone: true });
    expect(stateOf(asked, 'flights')).toMatchObject({
      state: 'held',
      message: expect.stringMatching(/flights_old: dropped or detached/),
    });
  });

  test('for a reason that is not its own ends the copy of all', async () => {
    const world = await createTwoTables();
    world.behaviour.copyChunk = async () => {
      throw new MillraceError('DatabaseFull', 'The disk is full.');
    };
    await expect(copyTables(run, world.ports, lane)).rejects.toMatchObject({ code: 'DatabaseFull' });
    expect(stateOf(world, 'flights')).toMatchObject({ state: 'copying' });
  });

  test('is not held when no other is left', async () => {
    const world = await createTwoTables();
    world.behaviour.copyChunk = async () => {
      throw new MillraceError('ValueRejected', 'A value does not fit.');
    };
    await expect(copyTables(run, world.ports, lane)).rejects.toMatchObject({ code: 'ValueRejected' });
    const states = ['flights', 'airports'].map((table) => stateOf(world, table)?.state);
    expect(states.toSorted()).toEqual(['copying', 'held']);
  });
});

describe('the target table', () => {
  const withShape = async () => {
    const world = await createWorld();
    const described = sampleTable('flights');
    await world.store.putTableShape(7, flights, { generation: 3, copied: described, seen: described });
    return world;
  };
  const shortened = (table: TableDescription): TableDescription => ({
    ...table,
    columns: table.columns.map((column) =>
      table.primaryKey.includes(column.name) ? column : { ...column, type: 'date', baseType: 'date' },
    ),
  });

  test('is noted as it was when the copy began', async () => {
    const { ports, state } = await withShape();
    await copyTable(run, flights, ports, options);
    expect(state.shapes.get('public.flights')?.target?.ref).toEqual({
      schema: 'public',
      table: 'shop_flights',
    });
  });

  test('is not copied into when it does not hold every value', async () => {
    const { ports, target, copied } = await withShape();
    target.state.tables = target.state.tables.map(shortened);
    await expect(copyTable(run, flights, ports, options)).rejects.toMatchObject({ code: 'TargetChanged' });
    expect(copied).toEqual([]);
  });

  test('is not copied into any further when it was changed between two calls', async () => {
    const { ports, target, copied, behaviour } = await withShape();
    let isOver = false;
    behaviour.atCommit = () => {
      isOver = true;
    };
    expect(await copyTable(run, flights, ports, { ...options, isOver: () => isOver })).toMatchObject({
      isDone: false,
    });
    target.state.tables = target.state.tables.map(shortened);
    await expect(copyTable(run, flights, ports, options)).rejects.toMatchObject({
      code: 'TargetChanged',
      message: expect.stringContaining('has been changed at the target'),
    });
    expect(copied).toEqual([0]);
  });
});
