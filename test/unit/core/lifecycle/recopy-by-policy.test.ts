import { expect, test } from '@jest/globals';
import type { TableProgress } from '#core/contracts/copy.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SchemaChange } from '#core/contracts/schema-change.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { mayRecopy, type RecopyPorts, recopyByPolicy } from '#core/lifecycle/recopy-by-policy.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryChanges } from '../../../kit/memory-changes.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const source = { schema: 'public', table: 'flights' };
const waiting: SchemaChange = {
  ...{ changeId: '0123456789ab', version: 1, fingerprint: 'f', source },
  ...{ target: { schema: 'public', table: 'shop_flights' }, state: 'waiting', way: 'resync' },
  ...{ kinds: ['rewrite'], what: 'column v was altered', statements: [], droppable: [], limits: [] },
  ...{ shapeVersion: 0, risk: { level: 'high', message: 'All rows are copied again.' } },
  ...{ detectedAt: '2026-03-01T11:00:00.000Z', updatedAt: '2026-03-01T11:00:00.000Z' },
};
const held: TableProgress = {
  ...{ source, target: waiting.target, generation: 3, state: 'held', message: 'It has changed.' },
  ...{ estimatedRows: 1, estimatedBytes: 1, chunks: 1, chunksDone: 1, rowsCopied: 1, bytesCopied: 1 },
  ...{ runsOn: 'lambda', waitingChange: waiting.changeId },
};

const createWorld = async (
  changes: readonly SchemaChange[] = [waiting],
  replicationChange: Partial<Replication> = {},
) => {
  const replication = sampleReplication({
    status: 'active',
    schemaPolicy: { kinds: { rewrite: 'auto' } },
    ...replicationChange,
  });
  const { store, state } = createMemoryStore(replication);
  const memory = createMemoryChanges();
  for (const change of changes) await memory.putSchemaChange(7, change, undefined);
  state.progress.set(tableKey(source), held);
  const runs: string[] = [];
  const world = { failure: undefined as Error | undefined };
  const ports: RecopyPorts = {
    store: { ...store, ...memory },
    executions: {
      startExecution: async (machine) => {
        if (world.failure !== undefined) throw world.failure;
        runs.push(machine);
        return 'arn:execution';
      },
      getStatus: async () => undefined,
    },
    clock: createManualClock(),
    log: createRecordingLog(),
  };
  const find = async () => (await memory.listSchemaChanges(7)).at(0);
  return { run: () => recopyByPolicy(replication, 'health', ports), runs, state, find, world };
};

test('a table that waits at such a change is copied again, and the change says who decided', async () => {
  const { run, runs, state, find } = await createWorld();
  expect(await run()).toBe(1);
  expect(runs).toEqual(['change-tables']);
  expect(state.replication.tableChange).toMatchObject({ state: 'running', resync: [source] });
  expect(await find()).toMatchObject({ state: 'approved', decidedBy: 'the policy', version: 2 });
  expect(state.progress.get(tableKey(source))).toMatchObject({ state: 'held', waitingChange: '' });
  expect(state.activity).toEqual([
    expect.objectContaining({ actor: 'healer', action: 'schema-change-approved', by: 'the policy' }),
  ]);
  // The change of the tables is at work.
  expect(await run()).toBe(0);
});

test.each<[string, Partial<SchemaChange>, Partial<Replication>]>([
  ['the policy asks', {}, { schemaPolicy: { kinds: { 'change-key': 'auto' } } }],
  [
    'the policy of its table asks',
    {},
    {
      schemaPolicy: { kinds: { rewrite: 'auto' }, tables: [{ source, kinds: { rewrite: 'ask' } }] },
    },
  ],
  ['another kind of the same change is left to a person', { kinds: ['rewrite', 'change-type'] }, {}],
  ['it is not understood', { kinds: ['other'] }, {}],
  ['it can be followed', { way: 'follow' }, {}],
  ['a person has rejected it', { state: 'rejected' }, {}],
  ['the table was left out', { source: { schema: 'public', table: 'gone' } }, {}],
  ['nothing runs', {}, { status: 'paused' }],
])('nothing is done when %s', async (_case, change, replication) => {
  const { run, runs } = await createWorld([{ ...waiting, ...change }], replication);
  expect(await run()).toBe(0);
  expect(runs).toEqual([]);
});

test('three times in 24 hours, then it waits for a person', async () => {
  const done = (index: number, decidedAt: string): SchemaChange => ({
    ...waiting,
    ...{
      changeId: `${index}`,
      fingerprint: `${index}`,
      state: 'applied',
      decidedBy: 'the policy',
      decidedAt,
    },
    ...{ detectedAt: `2026-02-2${index}T00:00:00.000Z`, closedAt: decidedAt },
  });
  const recent = [1, 2, 3].map((index) => done(index, '2026-03-01T02:00:00.000Z'));
  const often = await createWorld([waiting, ...recent]);
  expect(await often.run()).toBe(0);
  expect(await often.find()).toMatchObject({
    state: 'waiting',
    version: 2,
    note: expect.stringMatching(/3 times in 24 hours/),
  });
  expect(await often.run()).toBe(0);
  expect(await often.find()).toMatchObject({ version: 2 });
  const seldom = await createWorld([waiting, ...recent.slice(1), done(1, '2026-02-27T02:00:00.000Z')]);
  expect(await seldom.run()).toBe(1);
});

test('a change waits again when its copy could not begin', async () => {
  const { run, find, world } = await createWorld();
  world.failure = new MillraceError('ServiceUnavailable', 'Step Functions does not answer.');
  await expect(run()).rejects.toThrow(/does not answer/);
  expect(await find()).toMatchObject({ state: 'waiting', note: expect.stringMatching(/does not answer/) });
});

test('most policies never do it, and are not looked at', () => {
  expect(mayRecopy({})).toBe(false);
  expect(mayRecopy({ schemaPolicy: { preset: 'mirror', kinds: { 'drop-column': 'auto' } } })).toBe(false);
  expect(mayRecopy({ schemaPolicy: { kinds: { rewrite: 'ask' } } })).toBe(false);
  expect(mayRecopy({ schemaPolicy: { tables: [{ source, kinds: { 'change-type': 'auto' } }] } })).toBe(true);
});
