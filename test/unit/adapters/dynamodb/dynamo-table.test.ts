import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { expect, test } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { z } from 'zod';
import { openBatchedTable } from '#adapters/dynamodb/batched-table.ts';
import { matching, openDynamoTable, parseItem } from '#adapters/dynamodb/dynamo-table.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';

const create = () => {
  const clock = createManualClock();
  const mock = mockClient(DynamoDBDocumentClient);
  return {
    mock,
    waits: clock.sleeps,
    table: openDynamoTable('state', new DynamoDBClient({ region: 'eu-west-1' }), clock),
  };
};
const key = { pk: 'A', sk: 'B' };
const canceled = (...codes: string[]) =>
  new TransactionCanceledException({
    message: 'canceled',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

test('a transaction that met another one is repeated, and its conditions are reported', async () => {
  const { mock, table, waits } = create();
  mock
    .on(TransactWriteCommand)
    .rejectsOnce(canceled('None', 'TransactionConflict'))
    .rejectsOnce(canceled('ThrottlingError', 'None'))
    .rejects(canceled('ConditionalCheckFailed', 'TransactionConflict', 'ConditionalCheckFailed'));
  const writes = [1, 2, 3].map((n) => ({ put: { ...key, n } }));
  expect(await table.transact(writes)).toEqual([0, 2]);
  expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(3);
  expect(waits).toHaveLength(2);
});

test('a transaction that others never let through is unavailable, not lost', async () => {
  const { mock, table, waits } = create();
  mock.on(TransactWriteCommand).rejects(canceled('TransactionConflict'));
  await expect(table.transact([{ put: key }])).rejects.toMatchObject({ code: 'StoreUnavailable' });
  expect(mock.commandCalls(TransactWriteCommand)).toHaveLength(8);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(2_540);
});

test('a transaction that DynamoDB calls invalid is a defect', async () => {
  const { mock, table } = create();
  mock.on(TransactWriteCommand).rejects(canceled('ValidationError'));
  await expect(table.transact([{ put: key }])).rejects.toMatchObject({ code: 'Internal' });
});

test('what a batch leaves out is written again, and only that', async () => {
  const { mock, table } = create();
  const items = Array.from({ length: 30 }, (_, n) => ({ pk: 'A', sk: String(n) }));
  mock
    .on(BatchWriteCommand)
    .resolvesOnce({ UnprocessedItems: { state: [{ PutRequest: { Item: items[3] } }] } })
    .resolves({});
  await table.putAll(items);
  const sizes = mock
    .commandCalls(BatchWriteCommand)
    .map((call) => call.args[0].input.RequestItems?.state?.length);
  expect(sizes).toEqual([25, 1, 5]);
});

test('a query reads every page, unless it has enough', async () => {
  const { mock, table } = create();
  mock
    .on(QueryCommand)
    .resolvesOnce({ Items: [{ n: 1 }, { n: 2 }], LastEvaluatedKey: key })
    .resolvesOnce({ Items: [{ n: 3 }] });
  expect(await table.query({ pk: 'A' })).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect(mock.commandCalls(QueryCommand)[1]?.args[0].input).toMatchObject({
    ExclusiveStartKey: key,
    ConsistentRead: true,
  });
  mock.on(QueryCommand).resolves({ Items: [{ n: 1 }, { n: 2 }], LastEvaluatedKey: key });
  expect(await table.query({ pk: 'A', limit: 1 })).toEqual([{ n: 1 }]);
});

test('an update sets, removes and adds under one condition', async () => {
  const { mock, table } = create();
  mock.on(UpdateCommand).resolves({ Attributes: { a: 1 } });
  await table.update(
    key,
    { set: { a: 1, b: undefined }, add: { n: 2 } },
    matching({ status: 'x', skip: undefined }),
  );
  expect(mock.commandCalls(UpdateCommand)[0]?.args[0].input).toMatchObject({
    UpdateExpression: 'SET #a = :a REMOVE #b ADD #n :n',
    ConditionExpression: 'attribute_exists(#pk) AND #status = :expected_status',
    ExpressionAttributeNames: { '#a': 'a', '#b': 'b', '#n': 'n', '#pk': 'pk', '#status': 'status' },
    ExpressionAttributeValues: { ':a': 1, ':n': 2, ':expected_status': 'x' },
  });
});

test('a condition that does not hold is an answer, not an error', async () => {
  const { mock, table } = create();
  const refused = new ConditionalCheckFailedException({ message: 'no', $metadata: { httpStatusCode: 400 } });
  mock.on(PutCommand).rejects(refused);
  mock.on(UpdateCommand).rejects(refused);
  expect(await table.put(key, matching({}))).toBe(false);
  expect(await table.update(key, { set: { a: 1 } })).toBeUndefined();
});

test.each([
  ['TimeoutError', undefined, 'StoreUnavailable'],
  ['InternalServerError', 500, 'StoreUnavailable'],
  ['ProvisionedThroughputExceededException', 400, 'StoreUnavailable'],
  ['ValidationException', 400, 'Internal'],
  ['ResourceNotFoundException', 400, 'Internal'],
])('%s (HTTP %s) is %s', async (name, httpStatusCode, code) => {
  const { mock, table } = create();
  mock
    .on(GetCommand)
    .rejects(
      Object.assign(new Error('no'), { name, ...(httpStatusCode && { $metadata: { httpStatusCode } }) }),
    );
  await expect(table.get(key)).rejects.toMatchObject({ code });
});

test('an item of another shape is refused, with where and without its values', () => {
  const schema = z.strictObject({ n: z.number() });
  expect(parseItem(schema, { ...key, gsiPk: 'K', gsiSk: '1', expiresAt: 5, n: 1 })).toEqual({ n: 1 });
  const read = () => parseItem(schema, { ...key, n: 'a secret' });
  expect(read).toThrow(/A \/ B is malformed: n:/);
  expect(read).not.toThrow(/a secret/);
});

/** DynamoDB with an item of every key but `missing`, which leaves the last of more than two keys for the next call. */
const answerReads = (mock: ReturnType<typeof create>['mock']): void => {
  mock.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const keys = RequestItems.state.Keys as readonly { pk: string; sk: string }[];
    const open = keys.length > 2 ? keys.slice(-1) : [];
    const read = open.length > 0 ? keys.slice(0, -1) : keys;
    return {
      Responses: { state: read.filter(({ sk }) => sk !== 'missing').map((it) => ({ ...it, of: it.sk })) },
      UnprocessedKeys: open.length > 0 ? { state: { Keys: open } } : {},
    };
  });
};

test('many items are read in batches, each in the place of its key, and what is left out is read again', async () => {
  const { mock, table } = create();
  answerReads(mock);
  const keys = ['a', 'missing', 'a', 'b', 'c'].map((sk) => ({ pk: 'A', sk }));
  const items = await table.getAll(keys);
  expect(items.map((item) => item?.of)).toEqual(['a', undefined, 'a', 'b', 'c']);
  const asked = mock.commandCalls(BatchGetCommand).map((call) => call.args[0].input.RequestItems?.state);
  expect(asked.map((request) => request?.Keys?.length)).toEqual([4, 1]);
  expect(asked.every((request) => request?.ConsistentRead === true)).toBe(true);
});

test('a batched table reads and writes together what is asked for at once, and the last write of an item wins', async () => {
  const { mock, table } = create();
  const batched = openBatchedTable(table);
  answerReads(mock);
  const written: unknown[] = [];
  mock.on(BatchWriteCommand).callsFake(({ RequestItems }) => {
    written.push(...RequestItems.state.map((it: { PutRequest: { Item: unknown } }) => it.PutRequest.Item));
    return {};
  });
  const read = ['a', 'b'].map((sk) => batched.get({ pk: 'A', sk }));
  expect((await Promise.all(read)).map((item) => item?.of)).toEqual(['a', 'b']);
  expect(mock.commandCalls(BatchGetCommand)).toHaveLength(1);
  await Promise.all([
    batched.put({ ...key, n: 1 }),
    batched.putAll([{ pk: 'A', sk: 'C' }]),
    batched.put({ ...key, n: 2 }),
  ]);
  expect(mock.commandCalls(BatchWriteCommand)).toHaveLength(1);
  expect(written).toEqual([
    { ...key, n: 2 },
    { pk: 'A', sk: 'C' },
  ]);
  mock.on(BatchWriteCommand).rejects(new Error('no'));
  await expect(batched.put(key)).rejects.toMatchObject({ code: 'StoreUnavailable' });
});
