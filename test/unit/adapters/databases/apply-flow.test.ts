import { expect, test } from '@jest/globals';
import { type ApplyDriver, createApplyFlow, type WrittenTable } from '#adapters/databases/apply-flow.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Checkpoint } from '#core/ports/apply-target.ts';
import type { PartitionBatch } from '#core/ports/partition-batch.ts';

const target = { schema: 'public', table: 't' };

/** Its statements are texts: what a step does, and to which keys. */
const tableOf = (nulled: string[] = []): WrittenTable<string> => ({
  mapping: { source: target, target },
  columns: [{ name: 'id', decode: String, isUnavailable: () => false }],
  keyColumns: [0],
  ignoredColumns: new Set(),
  statements: {
    forSteps: (steps) =>
      steps.map((step) =>
        step.kind !== 'write'
          ? step.kind
          : step.deletes.length > 0
            ? `delete ${step.deletes.map(([id]) => id).join()}`
            : `upsert ${step.upserts.map(([id]) => id).join()}`,
      ),
  },
  takeNulled: () => new Map(nulled.splice(0).map((name) => [name, 1])),
});

const batchOf = (
  table: WrittenTable<string>,
  ids: readonly string[] = ['1', '2'],
): PartitionBatch<WrittenTable<string>> => ({
  topic: 'topic',
  partition: 0,
  epoch: 3,
  expectedOffset: 5n,
  nextOffset: 7n,
  counts: { inserts: 2, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  changes: [{ table, events: ids.map((id) => ({ kind: 'upsert', key: id, row: [id] })) }],
});

const checkpoint: Checkpoint = {
  topic: 'topic',
  partition: 0,
  nextOffset: 5n,
  epoch: 3,
  counts: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
};

/** Records what happens; `run` answers for a statement, or throws. */
const start = (
  run: (statement: string) => boolean,
  {
    found = checkpoint,
    moves = true,
    lost,
  }: { readonly found?: Checkpoint; readonly moves?: boolean; readonly lost?: Error } = {},
) => {
  const log: string[] = [];
  const driver: ApplyDriver<'session', string> = {
    claim: async () => ({ epoch: 3, checkpoints: [found] }),
    findCheckpoint: async () => found,
    moveCheckpoint: async () => {
      log.push('move');
      return moves;
    },
    requireTables: async () => {
      if (lost !== undefined) throw lost;
    },
    changeDeadLetters: async (_session, { deadLetters }) => {
      log.push(`marks +${deadLetters?.added.length} -${deadLetters?.cleared.length}`);
    },
    readDeadLetters: async () => [],
    answerDeadLetters: async () => undefined,
    transaction: async (work) => {
      const isDone = await work('session');
      log.push(isDone ? 'commit' : 'roll back');
      return isDone;
    },
    run: async (_session, statement) => {
      log.push(statement);
      return run(statement);
    },
    isViolation: (error) => error instanceof RangeError,
    isUniqueViolation: (error) => error instanceof RangeError && error.message === 'duplicate key',
    savepoint: async (_session, action, name) => {
      log.push(`${action} ${name}`);
    },
    describe: (error, action, table) =>
      error instanceof MillraceError
        ? error
        : new MillraceError('ConstraintViolated', `Cannot ${action}${table ? ` for ${table.table}` : ''}.`),
  };
  const flow = createApplyFlow<WrittenTable<string>, 'session', string>(driver, {
    replicationId: 1,
    onNulled: (nulled) =>
      log.push(`nulled ${nulled.map(({ columns }) => [...columns.keys()].join()).join()}`),
  });
  return { flow, log };
};

const violate = (): never => {
  throw new RangeError('duplicate key');
};

test('rows are written after the checkpoint, and told of only when they are committed', async () => {
  const { flow, log } = start(() => true);
  expect(await flow.apply(flow.plan(batchOf(tableOf(['note']))))).toBe('applied');
  expect(log).toEqual(['move', 'upsert 1,2', 'commit', 'nulled note']);
});

test('a statement that hits other rows than it had to undoes the batch', async () => {
  const { flow, log } = start(() => false);
  expect(await flow.apply(flow.plan(batchOf(tableOf(['note']))))).toBe('row-missing');
  expect(log).toEqual(['move', 'upsert 1,2', 'roll back']);
});

test('a batch that breaks a constraint is written in halves, down to the event that has to be by itself', async () => {
  const { flow, log } = start((statement) => (/3,4|1,2,3/.test(statement) ? violate() : true));
  expect(await flow.apply(flow.plan(batchOf(tableOf(), ['1', '2', '3', '4'])))).toBe('applied');
  expect(log).toEqual([
    ...['move', 'upsert 1,2,3,4', 'move'],
    ...['set millrace_1', 'upsert 1,2', 'release millrace_1'],
    ...['set millrace_1', 'upsert 3,4', 'roll-back millrace_1'],
    ...[
      'set millrace_2',
      'upsert 3',
      'release millrace_2',
      'set millrace_2',
      'upsert 4',
      'release millrace_2',
    ],
    'commit',
  ]);
});

test('an event that clashes with a newer row is passed over where that is allowed, and its row taken away', async () => {
  const clash = (statement: string) => (/upsert.*2/.test(statement) ? violate() : true);
  const { flow, log } = start(clash);
  const table = tableOf();
  expect(
    await flow.apply(flow.plan(batchOf(table)), {
      mayPassOver: (asked) => asked === table,
      mustFind: () => false,
    }),
  ).toBe('passed-over');
  expect(log.slice(-4)).toEqual(['upsert 2', 'roll-back millrace_1', 'delete 2', 'commit']);
  await expect(start(clash).flow.apply(flow.plan(batchOf(table)))).rejects.toMatchObject({
    code: 'ConstraintViolated',
  });
  const anyhow = { mayPassOver: () => true, mustFind: () => false };
  const check = start((statement) => {
    if (!statement.includes('2')) return true;
    throw new RangeError('a check');
  });
  await expect(check.flow.apply(flow.plan(batchOf(table)), anyhow)).rejects.toMatchObject({
    code: 'ConstraintViolated',
  });
});

test('an event that breaks a constraint by itself fails the batch, with its offset', async () => {
  const { flow, log } = start((statement) => (statement === 'upsert 1' ? true : violate()));
  await expect(flow.apply(flow.plan(batchOf(tableOf())))).rejects.toMatchObject({
    code: 'ConstraintViolated',
    message: 'Cannot apply changes up to offset 7 of topic topic.',
  });
  expect(log).not.toContain('commit');
});

test('another failure names the table, and is not tried again', async () => {
  const { flow, log } = start(() => {
    throw new TypeError('connection lost');
  });
  await expect(flow.apply(flow.plan(batchOf(tableOf())))).rejects.toThrow('Cannot apply changes for t.');
  expect(log).toEqual(['move', 'upsert 1,2']);
});

test.each([
  ['of another epoch', { ...checkpoint, epoch: 4 }, 'Fenced'],
  ['at another offset', { ...checkpoint, nextOffset: 7n }, 'DatabaseConflict'],
])('nothing is written when the checkpoint is %s', async (_case, found, code) => {
  const { flow, log } = start(() => true, { found, moves: false });
  await expect(flow.apply(flow.plan(batchOf(tableOf())))).rejects.toMatchObject({ code });
  expect(log).toEqual(['move']);
});

test('a checkpoint is read only by the consumer that claimed it', async () => {
  const { flow } = start(() => true);
  expect(await flow.readCheckpoint('topic', 0, 3)).toBe(checkpoint);
  await expect(flow.readCheckpoint('topic', 0, 2)).rejects.toMatchObject({ code: 'Fenced' });
});
