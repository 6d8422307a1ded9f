import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Database } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import { createStateTable, type EmulatedAws, startEmulatedAws, storeUnderTest } from './state-table.ts';

/** What the suites of the state store share: one emulator for each file of tests, and samples. */

export let aws: EmulatedAws;
let client: DynamoDBClient;
export let store: StateStore;
let now = new Date('2026-03-01T12:00:00.000Z');
export const clock = {
  now: () => now,
  sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
};
export const setNow = (instant: Date): void => {
  now = instant;
};

beforeAll(async () => {
  aws = await startEmulatedAws();
  client = new DynamoDBClient(aws.config);
  await createStateTable(client, 'state');
  store = createStateStore({ tableName: 'state', client, clock, ...storeUnderTest });
}, 120_000);
afterAll(async () => {
  client.destroy();
  await aws.stop();
});

export const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof MillraceError ? error.code : `foreign: ${String(error)}`),
  );

export const at = '2026-03-01T12:00:00.000Z';
export const tables = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => ({
    source: { schema: 'public', table: `t${index}` },
    target: { schema: 'public', table: `${prefix}_t${index}` },
  }));

/** The number that was given last. */
export let lastReplication = 0;
export const replication = async (change: Partial<Replication> = {}): Promise<Replication> => {
  const replicationId = await store.nextReplicationId();
  lastReplication = replicationId;
  for (const databaseId of [901, 902]) await store.putDatabase(registered(databaseId, change.clientId));
  return {
    replicationId,
    clientId: 1,
    name: 'flights',
    sourceDatabaseId: 901,
    targetDatabaseId: 902,
    tables: tables(2, `r${replicationId}`),
    connectorName: `c${replicationId}_connector`,
    topicPrefix: `client_1_db_1_${replicationId}`,
    slotName: 'slot',
    publicationName: 'publication',
    status: 'configured',
    desired: 'stopped',
    generation: 0,
    copyGeneration: 0,
    statusSince: at,
    createdAt: at,
    ...change,
  };
};
export const registered = (databaseId: number, clientId = 1): Database => ({
  databaseId,
  clientId,
  name: `database ${databaseId}`,
  kind: 'postgresql',
  host: 'db',
  port: 5432,
  databaseName: 'shop',
  username: 'm',
  tlsMode: 'require',
  secretArn: 'arn',
  createdAt: at,
});
export const created = async (change: Partial<Replication> = {}): Promise<Replication> => {
  const it = await replication(change);
  await store.createReplication(it);
  return it;
};

export const heartbeat = (launchId: string, change: Partial<Heartbeat> = {}): Heartbeat => ({
  launchId,
  epoch: 1,
  state: 'RUNNING',
  beatAt: at,
  startedAt: at,
  applied: { inserts: 1, updates: 2, deletes: 3, truncates: 0, duplicatesSkipped: 4 },
  lagEvents: 0,
  lagMs: 12.5,
  ...change,
});

export const progress = (source: TableRef, change: Partial<TableProgress> = {}): TableProgress => ({
  source,
  target: { schema: 'public', table: 't' },
  generation: 1,
  state: 'pending',
  estimatedRows: 100,
  estimatedBytes: 1_000,
  chunks: 2,
  chunksDone: 0,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
  ...change,
});
export const halves = [
  { chunkNumber: 0, upTo: ['50'] },
  { chunkNumber: 1, after: ['50'] },
];
export const finished = (chunkNumber: number) => ({
  chunkNumber,
  rows: 50,
  bytes: 500,
  durationMs: 12,
  finishedAt: at,
});

/** A store of its own in which `act` happens once, right before the first call whose input has `text` in it. */
export const overtaken = async <T>(
  text: string,
  act: () => Promise<unknown>,
  use: (slow: StateStore) => Promise<T>,
): Promise<T> => {
  const client = new DynamoDBClient(aws.config);
  let isDone = false;
  client.middlewareStack.add((next) => async (call) => {
    if (!isDone && JSON.stringify(call.input).includes(text)) {
      isDone = true;
      await act();
    }
    return next(call);
  });
  try {
    return await use(createStateStore({ tableName: 'state', client, clock }));
  } finally {
    client.destroy();
    expect(isDone).toBe(true);
  }
};
