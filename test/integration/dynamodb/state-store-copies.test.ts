import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { sampleTable } from '../../kit/databases.ts';
import { describeSchemaChangeStore } from '../../kit/schema-change-store-contract.ts';
import {
  at,
  aws,
  clock,
  codeOf,
  created,
  finished,
  halves,
  overtaken,
  progress,
  store,
} from './state-store-world.ts';

test('a finished chunk counts once, however often it is recorded', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'Weird "schema"', table: 'a.b#c%d;DROP TABLE x' };
  await store.putTablePlan(id, progress(source), halves);
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual(halves);
  await Promise.all([1, 1, 1].map((number) => store.recordFinishedChunk(id, source, 1, finished(number))));
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual([halves[0]]);
  expect(await store.getTableProgress(id, source)).toEqual(
    progress(source, {
      ...{ chunksDone: 1, rowsCopied: 50, bytesCopied: 500 },
      ...{ slowestChunk: 1, slowestChunkMs: 12 },
    }),
  );
  expect(await codeOf(store.recordFinishedChunk(id, source, 2, finished(0)))).toBe('Superseded');
  expect(await codeOf(store.recordFinishedChunk(id, source, 1, finished(7)))).toBe('Internal');
  expect(await store.listTableProgress(id)).toHaveLength(1);
});

test('sixteen workers that finish chunks of one table at once lose no count', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'busy' };
  const chunks = Array.from({ length: 16 }, (_, chunkNumber) => ({ chunkNumber }));
  await store.putTablePlan(id, progress(source, { chunks: 16 }), chunks);
  await Promise.all(
    chunks.map(({ chunkNumber }) => store.recordFinishedChunk(id, source, 1, finished(chunkNumber))),
  );
  expect(await store.getTableProgress(id, source)).toMatchObject({ chunksDone: 16, rowsCopied: 800 });
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual([]);
});

test('a newer generation or a skipped table is planned again, and nothing else is', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'planned' };
  const many = Array.from({ length: 60 }, (_, chunkNumber) => ({ chunkNumber, upTo: [String(chunkNumber)] }));
  await store.putTablePlan(id, progress(source, { chunks: 60 }), many);
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual(many);
  await store.putTablePlan(id, progress(source), halves);
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual(many);

  await store.putTablePlan(id, progress(source, { generation: 2, state: 'skipped', chunks: 0 }), []);
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual([]);
  expect(await store.listUnfinishedChunks(id, source, 2)).toEqual([]);
  expect(await codeOf(store.recordFinishedChunk(id, source, 1, finished(0)))).toBe('Superseded');

  await store.putTablePlan(id, progress(source, { generation: 2 }), halves);
  expect(await store.listUnfinishedChunks(id, source, 2)).toEqual(halves);
  expect(await store.getTableProgress(id, source)).toEqual(progress(source, { generation: 2 }));
});

test('a table that waits for its split gets it once, from whichever worker is first', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'big' };
  const waiting = progress(source, { chunks: 0, runsOn: 'fargate' });
  await store.putTablePlan(id, waiting, []);
  const splits = [2, 3, 4].map((chunks) => ({
    chunks,
    plan: Array.from({ length: chunks }, (_, chunkNumber) => ({ chunkNumber, upTo: [`${chunks}`] })),
  }));
  await Promise.all(splits.map(({ chunks, plan }) => store.putTablePlan(id, { ...waiting, chunks }, plan)));
  const stored = await store.getTableProgress(id, source);
  const winner = splits.find(({ chunks }) => chunks === stored?.chunks);
  expect(winner).toBeDefined();
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual(winner?.plan);
});

test('plans of one generation that are made at once never mix', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'raced' };
  const plan = (size: number) =>
    Array.from({ length: size }, (_, chunkNumber) => ({ chunkNumber, upTo: [`${size}-${chunkNumber}`] }));
  const sizes = [3, 30, 40];
  await Promise.all(
    sizes.map((size) => store.putTablePlan(id, progress(source, { chunks: size }), plan(size))),
  );
  const stored = await store.getTableProgress(id, source);
  expect(sizes).toContain(stored?.chunks);
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual(plan(stored?.chunks ?? 0));
});

test('a planner that comes second replaces nothing, however late it notices', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'late' };
  const slowClient = new DynamoDBClient(aws.config);
  let overtaken = false;
  slowClient.middlewareStack.add((next) => async (call) => {
    // Its last write, which makes its plan visible, comes after the other planner's copy has begun.
    if (!overtaken && JSON.stringify(call.input).includes('"planId"')) {
      overtaken = true;
      await store.putTablePlan(id, progress(source), halves);
      await store.recordFinishedChunk(id, source, 1, finished(0));
    }
    return next(call);
  });
  const slow = createStateStore({ tableName: 'state', client: slowClient, clock });
  await slow.putTablePlan(id, progress(source, { chunks: 1 }), [{ chunkNumber: 0 }]);
  slowClient.destroy();
  expect(overtaken).toBe(true);
  expect(await store.getTableProgress(id, source)).toMatchObject({ chunks: 2, chunksDone: 1 });
  expect(await store.listUnfinishedChunks(id, source, 1)).toEqual([halves[1]]);
});

test('the state of a table changes without touching its counters', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'state' };
  expect(await codeOf(store.setTableState(id, source, { state: 'copying' }))).toBe('NotFound');
  await store.putTablePlan(id, progress(source), halves);
  await store.recordFinishedChunk(id, source, 1, finished(0));
  await store.setTableState(id, source, { state: 'copying', startedAt: at });
  await store.setTableState(id, source, { state: 'catching-up', finishedAt: at, copyEndPosition: '0/1' });
  expect(await store.getTableProgress(id, source)).toEqual(
    progress(source, {
      state: 'catching-up',
      chunksDone: 1,
      rowsCopied: 50,
      bytesCopied: 500,
      startedAt: at,
      finishedAt: at,
      copyEndPosition: '0/1',
      slowestChunk: 0,
      slowestChunkMs: 12,
    }),
  );
});

test('the slowest of all chunks is known, whichever of two that end at once is written last', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'slow' };
  const chunks = Array.from({ length: 8 }, (_, chunkNumber) => ({ chunkNumber }));
  await store.putTablePlan(id, progress(source, { chunks: 8 }), chunks);
  await Promise.all(
    [30, 10, 80, 20, 70, 40, 60, 50].map((durationMs, chunkNumber) =>
      store.recordFinishedChunk(id, source, 1, { ...finished(chunkNumber), durationMs }),
    ),
  );
  expect(await store.getTableProgress(id, source)).toMatchObject({ slowestChunk: 2, slowestChunkMs: 80 });
});

test('the counts of a table are kept with its plan, and go with it', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'counted' };
  const counts = { inserts: 3, updates: 2, deletes: 1, lastChangeAt: at };
  await store.setTableCounts(id, source, counts);
  expect(await store.getTableProgress(id, source)).toBeUndefined();
  await store.putTablePlan(id, progress(source), halves);
  await store.setTableCounts(id, source, counts);
  await store.setTableCounts(id, source, { inserts: 4, updates: 2, deletes: 1 });
  expect(await store.getTableProgress(id, source)).toEqual(progress(source, { ...counts, inserts: 4 }));
  await store.putTablePlan(id, progress(source, { generation: 2 }), halves);
  expect(await store.getTableProgress(id, source)).toEqual(progress(source, { generation: 2 }));
});

test('a change of state that is meant for a plan touches no other plan, and no other state', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'planned again' };
  const change = { state: 'catching-up', copyEndPosition: '0/1' } as const;
  const expected = { generation: 1, states: ['pending', 'copying'] } as const;
  expect(await codeOf(store.setTableState(id, source, change, expected))).toBe('NotFound');
  await store.putTablePlan(id, progress(source), halves);
  await store.setTableState(id, source, { state: 'copying' }, expected);
  await store.setTableState(id, source, change, expected);
  expect(await codeOf(store.setTableState(id, source, { state: 'copying' }, expected))).toBe('Superseded');
  await store.putTablePlan(id, progress(source, { generation: 2 }), halves);
  expect(await codeOf(store.setTableState(id, source, change, expected))).toBe('Superseded');
  expect(await store.getTableProgress(id, source)).toEqual(progress(source, { generation: 2 }));
});

test('an older generation replaces no newer plan, also not one that waits for its split, or is skipped', async () => {
  const { replicationId: id } = await created();
  const source = { schema: 'public', table: 'newer' };
  for (const newer of [
    progress(source, { generation: 2, chunks: 0, runsOn: 'fargate' }),
    progress(source, { generation: 3, state: 'skipped', chunks: 0 }),
  ]) {
    await store.putTablePlan(id, newer, []);
    await store.putTablePlan(id, progress(source), halves);
    expect(await store.getTableProgress(id, source)).toEqual(newer);
    expect(await store.listUnfinishedChunks(id, source, 1)).toEqual([]);
  }
});

test('the plan of a table goes with its chunks and its shape, and no other does', async () => {
  const { replicationId } = await created();
  for (const name of ['kept', 'left']) {
    const source = { schema: 'public', table: name };
    await store.putTablePlan(replicationId, progress(source), halves);
    const shape = { generation: 1, copied: sampleTable(name), seen: sampleTable(name) };
    await store.putTableShape(replicationId, source, shape);
  }
  await store.removeTablePlan(replicationId, { schema: 'public', table: 'left' });
  await store.removeTablePlan(replicationId, { schema: 'public', table: 'left' });
  expect((await store.listTableProgress(replicationId)).map(({ source }) => source.table)).toEqual(['kept']);
  expect((await store.listTableShapes(replicationId)).map(({ seen }) => seen.ref.table)).toEqual(['kept']);
});

describe('what happens between the look and the write', () => {
  test('a newer plan is not replaced by one of a generation in between', async () => {
    const { replicationId: id } = await created();
    const source = { schema: 'public', table: 'overtaken' };
    await store.putTablePlan(id, progress(source), halves);
    await overtaken(
      '"planId"',
      () => store.putTablePlan(id, progress(source, { generation: 3 }), halves),
      (slow) => slow.putTablePlan(id, progress(source, { generation: 2, chunks: 1 }), [{ chunkNumber: 0 }]),
    );
    expect(await store.getTableProgress(id, source)).toEqual(progress(source, { generation: 3 }));
    expect(await store.listUnfinishedChunks(id, source, 3)).toEqual(halves);
    expect(await store.listUnfinishedChunks(id, source, 1)).toEqual([]);
  });

  test('a chunk of a plan that was replaced is not counted in the new one', async () => {
    const { replicationId: id } = await created();
    const source = { schema: 'public', table: 'replaced' };
    await store.putTablePlan(id, progress(source), halves);
    const recorded = overtaken(
      'chunksDone',
      () => store.putTablePlan(id, progress(source, { generation: 2 }), halves),
      (slow) => slow.recordFinishedChunk(id, source, 1, finished(0)),
    );
    expect(await codeOf(recorded)).toBe('Superseded');
    expect(await store.getTableProgress(id, source)).toEqual(progress(source, { generation: 2 }));
  });
});

describeSchemaChangeStore('DynamoDB', () => store);
