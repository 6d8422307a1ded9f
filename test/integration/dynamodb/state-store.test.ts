import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Database } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Incident } from '#core/contracts/incident.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ActivityPage, StateStore } from '#core/ports/state-store.ts';
import { describeAlertStore } from '../../kit/alert-store-contract.ts';
import { sampleTable } from '../../kit/databases.ts';
import { describePoolStore } from '../../kit/pool-store-contract.ts';
import { describeSchemaChangeStore } from '../../kit/schema-change-store-contract.ts';
import { createStateTable, type EmulatedAws, startEmulatedAws, storeUnderTest } from './state-table.ts';

let aws: EmulatedAws;
let client: DynamoDBClient;
let store: StateStore;
let now = new Date('2026-03-01T12:00:00.000Z');
const clock = { now: () => now, sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };

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

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof MillraceError ? error.code : `foreign: ${String(error)}`),
  );

const at = '2026-03-01T12:00:00.000Z';
const tables = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => ({
    source: { schema: 'public', table: `t${index}` },
    target: { schema: 'public', table: `${prefix}_t${index}` },
  }));

let lastReplication = 0;
const replication = async (change: Partial<Replication> = {}): Promise<Replication> => {
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
const registered = (databaseId: number, clientId = 1): Database => ({
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
const created = async (change: Partial<Replication> = {}): Promise<Replication> => {
  const it = await replication(change);
  await store.createReplication(it);
  return it;
};

test('clients and databases are numbered, listed in order and invisible to other clients', async () => {
  const first = await store.createClient('Acme');
  const second = await store.createClient('Zeta & Söhne');
  expect(second.clientId).toBe(first.clientId + 1);
  expect(await store.getClient(first.clientId)).toEqual({
    clientId: first.clientId,
    name: 'Acme',
    createdAt: at,
  });
  expect(await store.listClients()).toEqual([first, second]);
  expect(await codeOf(store.getClient(999))).toBe('NotFound');

  const database: Database = {
    databaseId: await store.nextDatabaseId(),
    clientId: first.clientId,
    name: 'shop',
    kind: 'postgresql',
    host: 'db.example.com',
    port: 5432,
    databaseName: 'shop',
    username: 'repl',
    tlsMode: 'require',
    secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:x',
    createdAt: at,
  };
  await store.putDatabase(database);
  expect(await store.getDatabase(first.clientId, database.databaseId)).toEqual(database);
  expect(await store.listDatabases(first.clientId)).toEqual([database]);
  expect(await store.listDatabases(second.clientId)).toEqual([]);
  expect(await codeOf(store.getDatabase(second.clientId, database.databaseId))).toBe('NotFound');
});

test('a token is found by its hash, listed, and gone when it is removed', async () => {
  const { clientId } = await store.createClient('With tokens');
  const ofClient = await store.createToken('aa11', {
    name: 'ci',
    role: 'operator',
    clientId,
    createdBy: 'deployment',
    validUntil: '2027-01-01T00:00:00.000Z',
  });
  const ofAll = await store.createToken('bb22', { name: 'ops', role: 'admin', createdBy: 'deployment' });
  expect(ofClient).toMatchObject({ role: 'operator', clientId, createdAt: at });
  expect(await store.findToken('aa11')).toEqual(ofClient);
  expect(await store.findToken('bb22')).toEqual(ofAll);
  expect(await store.findToken('cc33')).toBeUndefined();
  await expect(
    store.createToken('dd44', { name: 'x', role: 'viewer', clientId: 999, createdBy: 'deployment' }),
  ).rejects.toMatchObject({ code: 'NotFound' });
  expect(await store.findToken('dd44')).toBeUndefined();

  await store.touchToken(ofAll.tokenId, at);
  expect(await store.listTokens()).toEqual([ofClient, { ...ofAll, lastUsedAt: at }]);
  expect(await store.getToken(ofAll.tokenId)).toEqual({ ...ofAll, lastUsedAt: at });

  expect(await store.removeToken(ofClient.tokenId)).toEqual(ofClient);
  expect(await store.findToken('aa11')).toBeUndefined();
  await store.touchToken(ofClient.tokenId, at);
  expect((await store.listTokens()).map(({ tokenId }) => tokenId)).toEqual([ofAll.tokenId]);
  await expect(store.removeToken(ofClient.tokenId)).rejects.toMatchObject({ code: 'NotFound' });
});

test('a client is removed only when nothing is left of it, and is renamed meanwhile', async () => {
  const { clientId } = await store.createClient('Leaving');
  expect(await store.renameClient(clientId, 'Left')).toMatchObject({ clientId, name: 'Left' });
  expect(await codeOf(store.renameClient(clientId, 'Lost', 'Other'))).toBe('Conflict');
  expect(await store.renameClient(clientId, 'Left', 'Left')).toMatchObject({ name: 'Left' });
  await store.putDatabase(registered(950, clientId));
  const token = { name: 'a', role: 'viewer', clientId, createdBy: 'admin' } as const;
  const { tokenId } = await store.createToken('f'.repeat(64), token);
  expect(await codeOf(store.removeClient(clientId))).toBe('Conflict');
  await store.removeDatabase(clientId, 950);
  expect(await codeOf(store.removeClient(clientId))).toBe('Conflict');
  await store.removeToken(tokenId);
  expect(await store.removeClient(clientId)).toMatchObject({ clientId, name: 'Left' });
  expect(await codeOf(store.getClient(clientId))).toBe('NotFound');
  expect(await codeOf(store.renameClient(clientId, 'x'))).toBe('NotFound');
  expect(await codeOf(store.removeClient(clientId))).toBe('NotFound');
});

test('a client gets limits of its own, by what was read, and loses them', async () => {
  const { clientId } = await store.createClient('Limited');
  const few = { tables: 5, alertRules: 1 };
  expect((await store.setClientQuotas(clientId, few, undefined)).quotas).toEqual(few);
  expect(await codeOf(store.setClientQuotas(clientId, { tables: 6 }, undefined))).toBe('Conflict');
  expect(await codeOf(store.setClientQuotas(clientId, undefined, { tables: 5 }))).toBe('Conflict');
  expect((await store.getClient(clientId)).quotas).toEqual(few);
  expect(await store.setClientQuotas(clientId, undefined, few)).toEqual(await store.getClient(clientId));
  expect((await store.getClient(clientId)).quotas).toBeUndefined();
  await store.removeClient(clientId);
  expect(await codeOf(store.setClientQuotas(clientId, few, undefined))).toBe('NotFound');
});

test('calls are counted for each client and minute, also at the same moment', async () => {
  const counts = await Promise.all(Array.from({ length: 5 }, () => store.countCall(901, 29_000_000)));
  expect(counts.toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(await store.countCall(901, 29_000_001)).toBe(1);
  expect(await store.countCall(902, 29_000_000)).toBe(1);
});

test('ordinals count the replications of one source database', async () => {
  expect([
    await store.nextOrdinal(5, 1),
    await store.nextOrdinal(5, 1),
    await store.nextOrdinal(5, 2),
  ]).toEqual([1, 2, 1]);
});

test('twenty numbers taken at once are all different', async () => {
  const numbers = await Promise.all(Array.from({ length: 20 }, () => store.nextReplicationId()));
  expect(new Set(numbers).size).toBe(20);
});

test('a replication is saved as it is and belongs to its client', async () => {
  const it = await created({ executionArn: 'arn:x', lastErrorMessage: 'none' });
  expect(await store.getReplication(1, it.replicationId)).toEqual(it);
  expect(await codeOf(store.getReplication(2, it.replicationId))).toBe('NotFound');
  expect(await store.listReplications(1)).toContainEqual(it);
  expect(await store.listReplications(2)).toEqual([]);
  expect(await store.listAllReplications()).toContainEqual(it);
  expect(await store.listAllReplicationsAfter(it.replicationId - 1, 1)).toEqual([it]);
  const after = await store.listAllReplicationsAfter(it.replicationId, 1_000);
  expect(after.every(({ replicationId }) => replicationId > it.replicationId)).toBe(true);
  const { clientId: ofClient, replicationId: number } = it;
  expect(await store.listReplicationKeys()).toContainEqual({ clientId: ofClient, replicationId: number });
});

test('an installation has one number, also when it is asked for several times at once', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => store.getInstallationId()));
  expect(new Set(ids).size).toBe(1);
  expect(await store.getInstallationId()).toBe(ids[0]);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('a connector name is given once', async () => {
  const first = await created({ connectorName: 'acme_shop_connector' });
  const second = await replication({ connectorName: first.connectorName, tables: tables(2, 'named') });
  expect(await codeOf(store.createReplication(second))).toBe('Conflict');
  expect(await codeOf(store.getReplication(1, second.replicationId))).toBe('NotFound');
});

describe('a replication of 1,000 tables with the longest names', () => {
  /** PostgreSQL's and MySQL's longest, and no two alike, so that nothing is won by repetition. */
  const longest = (seed: string) => createHash('sha256').update(seed).digest('hex').slice(0, 63);
  const table = (side: string, index: number) => ({
    schema: longest(`${side} schema ${index}`),
    table: longest(`${side} table ${index}`),
  });
  const many = Array.from({ length: 1_000 }, (_, index) => ({
    source: table('source', index),
    target: table('target', index),
  }));

  test('is created whole, listed, and moves all its tables to others at once', async () => {
    const it = await created({ tables: many });
    expect((await store.getReplication(1, it.replicationId)).tables).toEqual(many);
    const moved = many.map(({ source }, index) => ({ source, target: table('new target', index) }));
    const patterns = (what: string) =>
      Array.from({ length: 200 }, (_, index) => `${longest(`${what} ${index}`)}.`.padEnd(600, longest(what)));
    const newTables = { include: patterns('in'), exclude: patterns('out') };
    const after = await store.updateReplication(1, it.replicationId, {
      tables: moved,
      leaving: many,
      tablesVersion: 2,
      newTables,
      tableChange: {
        version: 2,
        state: 'running',
        resync: many.map(({ source }) => source),
        startedAt: at,
      },
    });
    expect([after?.tables, after?.leaving, after?.tableChange?.resync.length]).toEqual([moved, many, 1_000]);
    expect(after?.newTables).toEqual(newTables);
    const [listed] = (await store.listReplications(1)).filter(
      ({ replicationId }) => replicationId === it.replicationId,
    );
    expect(listed).toEqual(after);
    const done = await store.updateReplication(
      1,
      it.replicationId,
      { leaving: undefined, tableChange: undefined },
      { tablesVersion: 2 },
    );
    expect([done?.leaving, done?.tableChange]).toEqual([undefined, undefined]);
  });

  test('is refused with what to do when its mappings have more than an item holds, and nothing is changed', async () => {
    const columns = (index: number) =>
      Array.from({ length: 30 }, (_, column) => ({
        source: longest(`${index} source column ${column}`),
        target: longest(`${index} target column ${column}`),
      }));
    const mapped = many.map((mapping, index) => ({ ...mapping, columns: columns(index) }));
    const tooLarge = expect.objectContaining({
      code: 'ReplicationTooLarge',
      message: expect.stringContaining('1,000 tables'),
    });
    await expect(created({ tables: mapped })).rejects.toEqual(tooLarge);
    await expect(store.getReplication(1, lastReplication)).rejects.toMatchObject({ code: 'NotFound' });
    const it = await created({ tables: many });
    await expect(store.updateReplication(1, it.replicationId, { tables: mapped })).rejects.toEqual(tooLarge);
    expect(await store.getReplication(1, it.replicationId)).toEqual(it);
  });
});

test('an update happens only when everything expected holds, and dates changes of the status', async () => {
  const it = await created();
  const id = it.replicationId;
  now = new Date('2026-03-01T12:05:00.000Z');
  const started = await store.updateReplication(
    1,
    id,
    {
      status: 'starting',
      desired: 'running',
      generation: 1,
      executionArn: 'arn:1',
      lastErrorMessage: undefined,
    },
    { status: 'configured', generation: 0 },
  );
  expect(started).toMatchObject({
    status: 'starting',
    generation: 1,
    statusSince: '2026-03-01T12:05:00.000Z',
  });
  now = new Date('2026-03-01T12:06:00.000Z');
  const same = await store.updateReplication(1, id, { status: 'starting', executionArn: undefined });
  expect(same).toMatchObject({ statusSince: '2026-03-01T12:05:00.000Z' });
  expect(same).not.toHaveProperty('executionArn');
  expect(await store.updateReplication(1, id, { generation: 2 }, { generation: 0 })).toBeUndefined();
  expect(await store.updateReplication(1, id, { status: 'error' }, { desired: 'stopped' })).toBeUndefined();
  expect(await store.getReplication(1, id)).toEqual(same);
  expect(await codeOf(store.updateReplication(2, id, { status: 'error' }))).toBe('NotFound');
  expect(await codeOf(store.updateReplication(1, 99_999, { status: 'error' }))).toBe('NotFound');
  now = new Date(at);
});

test('of ten starts at once exactly one moves the replication', async () => {
  const { replicationId } = await created();
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () =>
      store.updateReplication(1, replicationId, { status: 'starting', generation: 1 }, { generation: 0 }),
    ),
  );
  expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
});

test('activity is listed newest first, page by page, by replication and by client', async () => {
  const { replicationId } = await created();
  const scope = { clientId: 40_000 + replicationId, replicationId };
  for (const second of [1, 2, 3])
    await store.addActivity(scope, {
      at: `2026-03-01T12:00:0${second}.000Z`,
      actor: 'user',
      action: 'started',
      message: String(second),
    });
  await store.addActivity(scope, {
    at: '2026-03-01T12:00:03.000Z',
    actor: 'healer',
    action: 'connector-resumed',
    message: 'same instant',
  });
  await store.addActivity(
    { clientId: scope.clientId },
    {
      at: '2026-03-01T12:00:04.000Z',
      actor: 'user',
      action: 'database-changed',
      message: 'of the client',
      by: 'deploy',
      before: { host: 'a' },
      after: { host: 'b' },
    },
  );
  const { activity: all, next } = await store.listActivity(replicationId, { limit: 10 });
  expect([all.length, next]).toEqual([4, undefined]);
  expect(all.slice(2).map((line) => line.message)).toEqual(['2', '1']);

  const pages = async (list: (from: string | undefined) => Promise<ActivityPage>): Promise<string[]> => {
    const messages: string[] = [];
    for (let from: string | undefined, page = 0; page < 10; page += 1) {
      const { activity, next: nextPage } = await list(from);
      messages.push(...activity.map((line) => line.message));
      from = nextPage;
      if (nextPage === undefined) return messages;
    }
    throw new Error('The pages never end.');
  };
  const ofReplication = await pages((from) =>
    store.listActivity(replicationId, { limit: 1, ...(from === undefined ? {} : { from }) }),
  );
  expect(ofReplication).toEqual(all.map((line) => line.message));
  const ofClient = await pages((from) =>
    store.listClientActivity(scope.clientId, { limit: 2, ...(from === undefined ? {} : { from }) }),
  );
  expect(ofClient).toEqual(['of the client', ...ofReplication]);
  expect((await store.listClientActivity(scope.clientId, { limit: 2 })).activity).toMatchObject([
    { by: 'deploy', before: { host: 'a' }, after: { host: 'b' } },
    { replicationId },
  ]);
});

test('a lease keeps others out until it ends or is released by its holder', async () => {
  const { replicationId: id } = await created();
  const noon = new Date(at);
  expect(await store.acquireLease(id, 'user', 30_000, noon)).toBe(true);
  expect(await store.acquireLease(id, 'healer', 30_000, noon)).toBe(false);
  expect(await store.acquireLease(id, 'user', 30_000, noon)).toBe(true);
  await store.releaseLease(id, 'healer');
  expect(await store.acquireLease(id, 'healer', 30_000, noon)).toBe(false);
  await store.releaseLease(id, 'user');
  expect(await store.acquireLease(id, 'healer', 30_000, noon)).toBe(true);
  expect(await store.acquireLease(id, 'user', 1_000, new Date(noon.getTime() + 30_000))).toBe(true);
});

const heartbeat = (launchId: string, change: Partial<Heartbeat> = {}): Heartbeat => ({
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

test('a launch is recorded only while the user wants this very start to run', async () => {
  const { replicationId: id } = await created({ desired: 'running', generation: 2 });
  const launch = { launchId: 'launch-a', launchedAt: at, generation: 2 };
  await store.recordLaunch(1, id, launch);
  expect(await store.getLaunch(id)).toEqual(launch);
  await store.setLaunchTask(id, 'launch-a', 'arn:task');
  await store.setLaunchTask(id, 'launch-0', 'arn:other');
  expect(await store.getLaunch(id)).toEqual({ ...launch, taskArn: 'arn:task' });
  expect(await codeOf(store.recordLaunch(1, id, { ...launch, launchId: 'old', generation: 1 }))).toBe(
    'Superseded',
  );
  await store.updateReplication(1, id, { desired: 'stopped' });
  expect(await codeOf(store.recordLaunch(1, id, { ...launch, launchId: 'late' }))).toBe('Superseded');
  expect(await store.getLaunch(id)).toEqual({ ...launch, taskArn: 'arn:task' });
});

test('heartbeats count only from the recorded launch and stay readable after the next one', async () => {
  const { replicationId: id } = await created({ desired: 'running', generation: 1 });
  expect(await store.getHeartbeat(id)).toBeUndefined();
  expect(await store.getLaunch(id)).toBeUndefined();
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a')))).toBe('Superseded');
  await store.recordLaunch(1, id, { launchId: 'a', launchedAt: at, generation: 1, taskArn: 'arn:a' });
  await store.putHeartbeat(id, heartbeat('a', { sourcePosition: '0/16B3748' }));
  await store.recordLaunch(1, id, { launchId: 'b', launchedAt: at, generation: 1 });
  expect(await store.getLaunch(id)).toEqual({ launchId: 'b', launchedAt: at, generation: 1 });
  expect(await store.getHeartbeat(id)).toEqual(heartbeat('a', { sourcePosition: '0/16B3748' }));
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a')))).toBe('Superseded');
  await store.putHeartbeat(id, heartbeat('b', { epoch: 2 }));
  expect((await store.getHeartbeat(id))?.epoch).toBe(2);
});

test('a revoked launch may report its end, and nothing else', async () => {
  const { replicationId: id } = await created({ desired: 'running', generation: 1 });
  expect(await store.revokeLaunch(id)).toBeUndefined();
  const launch = { launchId: 'a', launchedAt: at, generation: 1, taskArn: 'arn:a' };
  await store.recordLaunch(1, id, launch);
  await store.putHeartbeat(id, heartbeat('a'));
  expect(await store.revokeLaunch(id)).toEqual(launch);
  expect(await store.getLaunch(id)).toBeUndefined();
  expect(await store.revokeLaunch(id)).toBeUndefined();
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a')))).toBe('Superseded');
  await store.putHeartbeat(id, heartbeat('a', { state: 'STOPPED' }));
  expect((await store.getHeartbeat(id))?.state).toBe('STOPPED');
  expect(await store.getRevokedLaunch(id)).toEqual({ launchId: 'a', taskArn: 'arn:a' });
  await store.setLaunchTask(id, 'a', 'arn:late');
  expect(await store.getLaunch(id)).toBeUndefined();
  expect(await store.getRevokedLaunch(id)).toEqual({ launchId: 'a', taskArn: 'arn:late' });
  await store.recordLaunch(1, id, { ...launch, launchId: 'b' });
  expect(await store.getRevokedLaunch(id)).toBeUndefined();
  expect(await codeOf(store.putHeartbeat(id, heartbeat('a', { state: 'STOPPED' })))).toBe('Superseded');
});

test("what was seen last of a source's log is kept", async () => {
  const { replicationId } = await created();
  expect(await store.getSourceLog(replicationId)).toBeUndefined();
  const seen = { readAt: '2026-03-01T12:00:00.000Z', retainedBytes: 7, warnings: ['It has no limit.'] };
  await store.putSourceLog(replicationId, seen);
  expect(await store.getSourceLog(replicationId)).toEqual(seen);
  const { retainedBytes: _bytes, ...unknown } = { ...seen, readAt: '2026-03-01T12:05:00.000Z' };
  await store.putSourceLog(replicationId, unknown);
  expect(await store.getSourceLog(replicationId)).toEqual(unknown);
});

test('the health of each minute is kept as a short history, one point a minute', async () => {
  const { replicationId } = await created();
  expect(await store.getHealth(replicationId)).toBeUndefined();
  const since = '2026-03-01T12:00:10.000Z';
  const faults = [{ condition: 'capture-stalled', hop: 'capture', since }] as const;
  const pointAt = (at: string, captureLagMs: number) =>
    ({
      at,
      overall: 'degraded',
      hop: 'capture',
      condition: 'capture-stalled',
      captureLagMs,
      appliedEvents: 7,
    }) as const;
  for (const [at, lagMs] of [
    ['2026-03-01T12:00:10.000Z', 1],
    ['2026-03-01T12:01:10.000Z', 2],
    ['2026-03-01T12:01:50.000Z', 3],
    ['2026-03-01T12:02:10.000Z', 4],
  ] as const) {
    await store.putHealth(replicationId, { at, overall: 'degraded', since, faults }, pointAt(at, lagMs));
  }
  expect(await store.getHealth(replicationId)).toEqual({
    at: '2026-03-01T12:02:10.000Z',
    overall: 'degraded',
    since,
    faults,
  });
  const lags = async (from: string) =>
    (await store.listHealth(replicationId, new Date(from))).map(({ captureLagMs }) => captureLagMs);
  expect(await lags('2026-03-01T00:00:00.000Z')).toEqual([1, 3, 4]);
  expect(await lags('2026-03-01T12:01:30.000Z')).toEqual([3, 4]);
  expect(await store.listHealth(replicationId, new Date('2026-03-01T12:02:00.000Z'))).toEqual([
    pointAt('2026-03-01T12:02:10.000Z', 4),
  ]);
});

test('incidents are kept, and what is open is known by itself', async () => {
  const it = await created();
  const { replicationId, clientId } = it;
  expect(await store.getOpenIncidents(replicationId)).toEqual([]);
  const incident = (minute: number, change: Partial<Incident> = {}): Incident => {
    const at = `2026-03-01T12:0${minute}:00.000Z`;
    return {
      incidentId: `${replicationId}-capture-stalled-${at}`,
      replicationId,
      condition: 'capture-stalled',
      severity: 'warning',
      hop: 'capture',
      message: 'It stands still',
      since: at,
      openedAt: at,
      updatedAt: at,
      appliedAtOpening: 7,
      ...change,
    };
  };
  await store.putIncidents(it, [incident(1)], []);
  await store.putIncidents(it, [incident(1, { message: 'It still does' })], []);
  expect(await store.getOpenIncidents(replicationId)).toEqual([incident(1, { message: 'It still does' })]);
  const closed = incident(1, { closedAt: '2026-03-01T12:08:00.000Z', ending: 'Recovered.' });
  await store.putIncidents(it, [incident(9)], [closed]);
  expect(await store.getOpenIncidents(replicationId)).toEqual([incident(9)]);
  expect(await store.listIncidents(replicationId, { limit: 2 })).toEqual({
    incidents: [incident(9), closed],
  });
  const first = await store.listIncidents(replicationId, { limit: 1 });
  expect(first).toEqual({ incidents: [incident(9)], next: expect.any(String) });
  const { next: from = '' } = first;
  expect(await store.listIncidents(replicationId, { limit: 1, from })).toEqual({ incidents: [closed] });

  const other = await created({ clientId });
  const another = { ...incident(5), replicationId: other.replicationId };
  await store.putIncidents(other, [another], []);
  const ofClient: Incident[] = [];
  let page = await store.listClientIncidents(clientId, { limit: 1 });
  ofClient.push(...page.incidents);
  while (page.next !== undefined) {
    page = await store.listClientIncidents(clientId, { limit: 1, from: page.next });
    ofClient.push(...page.incidents);
  }
  expect(ofClient.filter((one) => [replicationId, other.replicationId].includes(one.replicationId))).toEqual([
    incident(9),
    another,
    closed,
  ]);
});

test('heal attempts are listed since an instant', async () => {
  const { replicationId: id } = await created();
  await store.addHealAttempt(id, { action: 'resume-connector', at: '2026-03-01T11:00:00.000Z' });
  await store.addHealAttempt(id, { action: 'restart-consumer', at: '2026-03-01T11:59:00.000Z' });
  await store.addActivity(
    { clientId: 1, replicationId: id },
    { at, actor: 'user', action: 'x', message: 'not a heal' },
  );
  expect(await store.listHealAttempts(id, new Date('2026-03-01T11:30:00.000Z'))).toEqual([
    { action: 'restart-consumer', at: '2026-03-01T11:59:00.000Z' },
  ]);
  expect(await store.listHealAttempts(id, new Date('2026-03-01T11:59:00.000Z'))).toHaveLength(1);
});

test('heal attempts are counted by action, and read with the health of many replications at once', async () => {
  const [first, second, silent] = [await created(), await created(), await created()];
  for (const minute of ['00', '30'])
    await store.addHealAttempt(first.replicationId, {
      action: 'restart-consumer',
      at: `2026-03-01T11:${minute}:00.000Z`,
    });
  await store.addHealAttempt(first.replicationId, { action: 'resume-connector', at });
  const record = {
    at,
    overall: 'healthy',
    since: at,
    faults: [],
    figures: { captureLagMs: 5, retainedBytes: 7, tables: { live: 2, 'catching-up': 1 } },
  } as const;
  for (const { replicationId } of [first, second])
    await store.putHealth(replicationId, record, { at, overall: 'healthy', appliedEvents: 0 });
  // More than DynamoDB reads in one request, most of them of no replication.
  const ids = [first, second, silent].map(({ replicationId }) => replicationId);
  const many = [...ids, ...Array.from({ length: 250 }, (_, index) => 1_000_000 + index)];
  expect([...(await store.listHealthRecords(many))]).toEqual([
    [first.replicationId, record],
    [second.replicationId, record],
  ]);
  expect([...(await store.listHealCounts(many))]).toEqual([
    [first.replicationId, { 'restart-consumer': 2, 'resume-connector': 1 }],
  ]);
  expect((await store.listHealthRecords([])).size).toBe(0);
});

test('where tasks show their metrics is listed until it is removed', async () => {
  const target = {
    clientId: 1,
    replicationId: 7,
    role: 'consumer',
    taskId: 'a',
    address: '10.0.0.1:9464',
    announcedAt: at,
  } as const;
  const other = { ...target, replicationId: 8, taskId: 'b', role: 'copy-worker' } as const;
  await store.putMetricsTarget(target);
  await store.putMetricsTarget({ ...target, announcedAt: '2026-03-01T12:01:00.000Z' });
  await store.putMetricsTarget(other);
  expect(await store.listMetricsTargets()).toEqual([
    { ...target, announcedAt: '2026-03-01T12:01:00.000Z' },
    other,
  ]);
  await store.removeMetricsTarget(target);
  await store.removeMetricsTarget(target);
  expect(await store.listMetricsTargets()).toEqual([other]);
  await store.removeMetricsTarget(other);
});

const progress = (source: TableRef, change: Partial<TableProgress> = {}): TableProgress => ({
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
const halves = [
  { chunkNumber: 0, upTo: ['50'] },
  { chunkNumber: 1, after: ['50'] },
];
const finished = (chunkNumber: number) => ({
  chunkNumber,
  rows: 50,
  bytes: 500,
  durationMs: 12,
  finishedAt: at,
});

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

/** A store of its own in which `act` happens once, right before the first call whose input has `text` in it. */
const overtaken = async <T>(
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

describe('what happens between the look and the write', () => {
  const launchA = { launchId: 'a', launchedAt: at, generation: 1 };
  const running = async (): Promise<number> => {
    const { replicationId: id } = await created();
    await store.updateReplication(1, id, { desired: 'running', status: 'starting', generation: 1 });
    return id;
  };

  test('a task that is attached to a launch is in what its revocation returns', async () => {
    const id = await running();
    await store.recordLaunch(1, id, launchA);
    const revoked = await overtaken(
      'revokedLaunchId',
      () => store.setLaunchTask(id, 'a', 'arn:late'),
      (slow) => slow.revokeLaunch(id),
    );
    expect(revoked).toEqual({ ...launchA, taskArn: 'arn:late' });
  });

  test('the task of a launch that is launched once more is in what its revocation returns', async () => {
    const id = await running();
    await store.recordLaunch(1, id, { ...launchA, taskArn: 'arn:first' });
    const revoked = await overtaken(
      'revokedLaunchId',
      () => store.setLaunchTask(id, 'a', 'arn:second'),
      (slow) => slow.revokeLaunch(id),
    );
    expect(revoked?.taskArn).toBe('arn:second');
  });

  test('a newer launch is what is revoked, and returned', async () => {
    const id = await running();
    await store.recordLaunch(1, id, launchA);
    const newer = { ...launchA, launchId: 'b' };
    const revoked = await overtaken(
      'revokedLaunchId',
      () => store.recordLaunch(1, id, newer),
      (slow) => slow.revokeLaunch(id),
    );
    expect(revoked).toEqual(newer);
    await store.putHeartbeat(id, heartbeat('b', { state: 'STOPPED' }));
    // Of another launch than the revoked one there is no last word.
    expect(await codeOf(store.putHeartbeat(id, heartbeat('a', { state: 'STOPPED' })))).toBe('Superseded');
  });

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

test('a store that nobody answers for is unavailable, which is transient', async () => {
  const nobody = new DynamoDBClient({
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const lost = createStateStore({ tableName: 'state', client: nobody });
  expect(await codeOf(lost.getClient(1))).toBe('StoreUnavailable');
  expect(await codeOf(lost.updateReplication(1, lastReplication, {}))).toBe('StoreUnavailable');
  nobody.destroy();
});

test('a deletion begins with the status, and removes everything of its replication and nothing of others', async () => {
  const other = await created();
  const it = await created({ tables: tables(3, 'gone') });
  const { clientId, replicationId, connectorName } = it;
  const progress: TableProgress = {
    source: { schema: 'public', table: 't0' },
    target: { schema: 'public', table: 'gone_t0' },
    generation: 1,
    state: 'pending',
    estimatedRows: 1,
    estimatedBytes: 1,
    chunks: 1,
    chunksDone: 0,
    rowsCopied: 0,
    bytesCopied: 0,
    runsOn: 'lambda',
  };
  await store.putTablePlan(replicationId, progress, [{ chunkNumber: 0 }]);
  await store.addHealAttempt(replicationId, { action: 'resume-connector', at });
  const shape = { generation: 1, copied: sampleTable('t0'), seen: sampleTable('t0') };
  await store.putTableShape(replicationId, progress.source, shape);
  expect(await store.getTableShape(replicationId, progress.source)).toEqual(shape);
  await store.putSourceLog(replicationId, { readAt: at, warnings: [] });
  await store.putIncidents(
    it,
    [
      {
        incidentId: 'i',
        replicationId,
        condition: 'capture-stalled',
        severity: 'warning',
        hop: 'capture',
        message: 'm',
        since: at,
        openedAt: at,
        updatedAt: at,
        appliedAtOpening: 0,
      },
    ],
    [],
  );
  await store.addHealAttempt(replicationId, { action: 'restart-consumer', at });
  await store.putHealth(
    replicationId,
    { at, overall: 'healthy', since: at, faults: [] },
    { at, overall: 'healthy', appliedEvents: 0 },
  );
  const deletion = {
    replicationId,
    clientId,
    name: it.name,
    connectorName,
    state: 'running',
    attempt: 1,
    dropTargetTables: false,
    force: false,
    requestedAt: at,
    attemptedAt: at,
    quietAt: at,
    updatedAt: at,
    removed: [],
    remains: [],
  } as const;
  expect(await store.beginDeletion({ ...it, generation: 5 }, deletion)).toBeUndefined();
  expect(await store.getDeletion(clientId, replicationId)).toBeUndefined();
  expect(await store.beginDeletion(it, deletion)).toMatchObject({ status: 'deleting' });
  expect(await store.updateDeletion(it, { attempt: 2 }, 7)).toBeUndefined();
  expect(await store.updateDeletion(it, { attempt: 2 }, 1)).toMatchObject({ attempt: 2 });

  for (let again = 0; again < 2; again += 1) {
    await store.removeReplication(it, { ...deletion, attempt: 2, state: 'done' });
  }
  expect(await codeOf(store.getReplication(clientId, replicationId))).toBe('NotFound');
  expect(await store.getDeletion(clientId, replicationId)).toMatchObject({ state: 'done' });
  expect(await store.listTableProgress(replicationId)).toEqual([]);
  expect(await store.listHealAttempts(replicationId, new Date(0))).toEqual([]);
  expect(await store.listTableShapes(replicationId)).toEqual([]);
  expect(await store.getSourceLog(replicationId)).toBeUndefined();
  expect(await store.getHealth(replicationId)).toBeUndefined();
  expect(await store.listHealth(replicationId, new Date(0))).toEqual([]);
  expect((await store.listHealCounts([replicationId])).size).toBe(0);
  expect(await store.getOpenIncidents(replicationId)).toEqual([]);
  expect(await store.listIncidents(replicationId, { limit: 10 })).toEqual({ incidents: [] });
  expect((await store.getReplication(1, other.replicationId)).replicationId).toBe(other.replicationId);
  await expect(created({ tables: tables(3, 'gone'), connectorName })).resolves.toBeDefined();
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

test('a database goes when nothing uses it, and a replication cannot be created without it', async () => {
  const used = await created();
  expect(await codeOf(store.removeDatabase(1, used.sourceDatabaseId))).toBe('Conflict');
  expect(await store.getDatabase(1, used.sourceDatabaseId)).toMatchObject({ databaseId: 901 });
  await store.putDatabase(registered(950));
  const without = { ...(await replication()), targetDatabaseId: 950 };
  const before = await store.getDatabase(1, 950);
  expect(await store.replaceDatabase({ ...before, port: 1 }, { ...before, host: 'x' })).toBe(false);
  expect(await store.replaceDatabase(before, { ...before, host: 'x' })).toBe(true);
  expect(await store.removeDatabase(1, 950)).toMatchObject({ host: 'x' });
  expect(await codeOf(store.createReplication(without))).toBe('NotFound');
});

describeAlertStore('DynamoDB', () => store);
describeSchemaChangeStore('DynamoDB', () => store);

describePoolStore(() => ({
  pool: store,
  launched: async () => {
    const created = await replication({ status: 'active', desired: 'running', generation: 1 });
    const { clientId, replicationId } = created;
    await store.createReplication(created);
    await store.recordLaunch(clientId, replicationId, {
      launchId: `r${replicationId}-g1-l1`,
      launchedAt: at,
      generation: 1,
    });
    return replicationId;
  },
  stop: async (replicationId) => {
    await store.updateReplication(1, replicationId, { desired: 'stopped', status: 'stopping' });
  },
  launchOf: (replicationId) => store.getLaunch(replicationId),
}));
