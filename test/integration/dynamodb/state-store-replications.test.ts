import { createHash } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { ActivityPage } from '#core/ports/state-store.ts';
import { sampleTable } from '../../kit/databases.ts';
import {
  at,
  codeOf,
  created,
  lastReplication,
  replication,
  setNow,
  store,
  tables,
} from './state-store-world.ts';

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
  setNow(new Date('2026-03-01T12:05:00.000Z'));
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
  setNow(new Date('2026-03-01T12:06:00.000Z'));
  const same = await store.updateReplication(1, id, { status: 'starting', executionArn: undefined });
  expect(same).toMatchObject({ statusSince: '2026-03-01T12:05:00.000Z' });
  expect(same).not.toHaveProperty('executionArn');
  expect(await store.updateReplication(1, id, { generation: 2 }, { generation: 0 })).toBeUndefined();
  expect(await store.updateReplication(1, id, { status: 'error' }, { desired: 'stopped' })).toBeUndefined();
  expect(await store.getReplication(1, id)).toEqual(same);
  expect(await codeOf(store.updateReplication(2, id, { status: 'error' }))).toBe('NotFound');
  expect(await codeOf(store.updateReplication(1, 99_999, { status: 'error' }))).toBe('NotFound');
  setNow(new Date(at));
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
  await store.putIncidents(it, {
    open: [
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
    ...{ closed: [], version: 0 },
  });
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
  expect(await store.getOpenIncidents(replicationId)).toEqual({ incidents: [], version: 0 });
  expect(await store.listIncidents(replicationId, { limit: 10 })).toEqual({ incidents: [] });
  expect((await store.getReplication(1, other.replicationId)).replicationId).toBe(other.replicationId);
  await expect(created({ tables: tables(3, 'gone'), connectorName })).resolves.toBeDefined();
});
