import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  awaitEqual,
  awaitLive,
  createReplication,
  createTenant,
  digestQuery,
  emulatorClientConfig,
  runningStack,
  startAndAwaitActive,
  statusOf,
  type Tenant,
  taskProcesses,
  waitFor,
} from './harness.ts';

describe('copy', () => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await createTenant('copying');
    // Above the 100,000 rows up to which a Lambda copies: this one is the container's, in several chunks.
    await tenant.source.query(`
      CREATE TABLE orders (id bigint PRIMARY KEY, note text NOT NULL, amount numeric(12,2), at timestamptz NOT NULL);
      INSERT INTO orders
        SELECT n, repeat(md5(n::text), 12), n / 7.0, timestamptz '2026-01-01' + n * interval '1 second'
        FROM generate_series(1, 400000) n;
      CREATE TABLE settings (name text PRIMARY KEY, value jsonb);
      INSERT INTO settings SELECT 'setting ' || n, jsonb_build_object('n', n) FROM generate_series(1, 500) n;
      ANALYZE`);
  });
  afterAll(() => tenant.close());

  test('a killed copy worker resumes without copying finished chunks again, and changes made meanwhile arrive', async () => {
    const { id } = await createReplication(tenant, [
      { source: { table: 'orders' } },
      { source: { table: 'settings' } },
    ]);
    expect((await tenant.api.get(`/replications/${id}`)).body).toMatchObject({
      status: 'configured',
      is_active: false,
    });

    let changing = true;
    const changes = (async () => {
      for (let round = 1; changing; round += 1) {
        await tenant.source.query(`
          UPDATE orders SET note = 'changed ${round}' WHERE id % 5003 = ${round % 5003};
          DELETE FROM orders WHERE id = ${round * 37};
          INSERT INTO orders VALUES (${1_000_000 + round}, 'new ${round}', ${round}, now());
          UPDATE orders SET id = ${2_000_000 + round} WHERE id = ${round * 41 + 1};
          UPDATE settings SET value = '{"round": ${round}}' WHERE name = 'setting ${round % 500}'`);
        await sleep(20);
      }
    })();

    const started = await tenant.api.post(`/replications/${id}/start`);
    expect(started.status).toBe(202);
    const chunksDone = async (): Promise<number> => {
      const copy = (await tenant.api.get(`/replications/${id}/copy`)).body;
      return (
        copy.tables.find((table: { source: { table: string } }) => table.source.table === 'orders')
          ?.chunks_done ?? 0
      );
    };
    await waitFor(
      'the first finished chunk',
      90_000,
      async () => ((await chunksDone()) > 0 ? true : undefined),
      () => statusOf(tenant, id),
    );
    const [worker] = taskProcesses('copy-worker', id);
    expect(worker).toBeDefined();
    process.kill(worker ?? 0, 'SIGKILL');
    const finishedBefore = await finishedChunks(id);
    expect(finishedBefore.size).toBeGreaterThan(0);

    await startAndAwaitActive(tenant, id);
    changing = false;
    await changes;
    await awaitLive(tenant, id);
    await awaitEqual(tenant, digestQuery('orders'), digestQuery(`"${tenant.databaseName}_orders"`));
    await awaitEqual(tenant, digestQuery('settings'), digestQuery(`"${tenant.databaseName}_settings"`));

    const finishedAfter = await finishedChunks(id);
    expect(finishedAfter.size).toBeGreaterThan(finishedBefore.size);
    for (const [chunk, finishedAt] of finishedBefore) expect(finishedAfter.get(chunk)).toBe(finishedAt);
  });
});

/** When each chunk of `orders` was finished, as the state table has it. */
const finishedChunks = async (replicationId: number): Promise<ReadonlyMap<string, string>> => {
  const stack = runningStack();
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(emulatorClientConfig(stack)));
  const finished = new Map<string, string>();
  for await (const page of paginateScan({ client }, { TableName: stack.outputs.StateTableName ?? '' })) {
    for (const item of page.Items ?? []) {
      const ofTable = String(item.pk).startsWith(`REPLICATION#${replicationId}#TABLE#public.orders`);
      if (ofTable && item.finishedAt !== undefined) finished.set(String(item.sk), String(item.finishedAt));
    }
  }
  client.destroy();
  return finished;
};
