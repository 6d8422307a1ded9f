import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { setTopicSettings } from '../kit/topic-settings.ts';
import {
  awaitEqual,
  awaitHealthy,
  awaitLive,
  awaitStatus,
  createReplication,
  createTenant,
  digestQuery,
  kafkaSettings,
  startAndAwaitActive,
  type Tenant,
} from './harness.ts';
import { createMariadbTenant, type MariadbTenant } from './mariadb-tenant.ts';

/** What the topic is made to refuse, below the limit at which an event holds its table only. */
const topicBytes = 100_000;

/** As an operator does who has set another limit: capture fails then. */
const lowerLimit = (topic: string): Promise<void> =>
  setTopicSettings(kafkaSettings(), topic, { 'max.message.bytes': String(topicBytes) });

const topicOf = async (tenant: Tenant, id: number, table: string): Promise<string> =>
  `${(await tenant.api.get(`/replications/${id}`)).body.topic_prefix}.${table}`;

/** It does not get smaller by compression. */
const noise = randomBytes(2 * topicBytes).toString('base64');

/** Healing looks once a minute, and gives up at once what a restart cannot cure. */
const escalationMs = 180_000;

describe('force_resync after capture has failed', () => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await createTenant('poison');
    await tenant.source.query(`
      CREATE TABLE document (id int PRIMARY KEY, body text, note text);
      INSERT INTO document VALUES (1, 'small', 'copied')`);
  });
  afterAll(() => tenant.close());

  test('gets past an event that its topic refuses, once its row was made smaller', async () => {
    const { id } = await createReplication(tenant, [
      { source: { table: 'document' }, target: { table: 'document_copy' } },
    ]);
    await startAndAwaitActive(tenant, id);
    await awaitLive(tenant, id);
    await lowerLimit(await topicOf(tenant, id, 'public.document'));
    await tenant.source.query(`INSERT INTO document VALUES (2, '${noise}', 'too large')`);
    await awaitStatus(tenant, id, 'error', escalationMs);
    await tenant.source.query("UPDATE document SET body = 'smaller' WHERE id = 2");

    await startAndAwaitActive(tenant, id, { force_resync: true });
    await awaitLive(tenant, id);
    await tenant.source.query("INSERT INTO document VALUES (3, 'after', 'streamed')");
    await awaitEqual(tenant, digestQuery('document'), digestQuery('document_copy'));
    await tenant.api.delete(`/replications/${id}?drop_target_tables=true`);
  });
});

describe('at MariaDB', () => {
  let tenant: MariadbTenant;

  beforeAll(async () => {
    tenant = await createMariadbTenant('poison');
  });
  afterAll(() => tenant.close());

  const harnessTenant = (): Tenant => tenant as unknown as Tenant;

  test('force_resync gets past an event that its topic refuses, with a schema history of its own', async () => {
    await tenant.sql.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note longtext);
      INSERT INTO orders VALUES (1, 'copied')`);
    const { id } = await createReplication(harnessTenant(), [
      { source: { table: 'orders' }, target: { table: 'orders' } },
    ]);
    await startAndAwaitActive(harnessTenant(), id);
    await awaitLive(harnessTenant(), id);
    await lowerLimit(await topicOf(harnessTenant(), id, `${tenant.sourceName}.orders`));
    await tenant.sql.query(`INSERT INTO orders VALUES (7, '${noise}')`);
    await awaitStatus(harnessTenant(), id, 'error', escalationMs);
    await tenant.sql.query("UPDATE orders SET note = 'smaller' WHERE id = 7");

    await startAndAwaitActive(harnessTenant(), id, { force_resync: true });
    await awaitLive(harnessTenant(), id);
    await tenant.sql.query("INSERT INTO orders VALUES (8, 'streamed')");
    await tenant.awaitEqual('SELECT * FROM orders ORDER BY id', 'SELECT * FROM orders ORDER BY id');
    await tenant.api.delete(`/replications/${id}`);
  });

  test('a table that Millrace created is accepted at the next start, whatever its character set', async () => {
    await tenant.sql.query(`
      CREATE TABLE tag (name varchar(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY, v int);
      CREATE TABLE exact (name varchar(20) CHARACTER SET latin1 COLLATE latin1_swedish_nopad_ci PRIMARY KEY, v int);
      CREATE TABLE wide (name varchar(20) CHARACTER SET utf8mb3 COLLATE utf8mb3_nopad_bin PRIMARY KEY, v int);
      INSERT INTO tag VALUES ('bär', 1);
      INSERT INTO exact VALUES ('bar', 1), ('bar ', 2);
      INSERT INTO wide VALUES ('bar', 1)`);
    const names = ['tag', 'exact', 'wide'];
    const { id } = await createReplication(
      harnessTenant(),
      names.map((table) => ({ source: { table }, target: { table } })),
    );
    await startAndAwaitActive(harnessTenant(), id);
    await awaitLive(harnessTenant(), id);
    await tenant.api.post(`/replications/${id}/stop`);
    await startAndAwaitActive(harnessTenant(), id);
    await tenant.sql.query(`
      INSERT INTO tag VALUES ('foo', 2);
      INSERT INTO wide VALUES ('bar ', 2);
      DELETE FROM exact WHERE name = 'bar '`);
    for (const table of names) {
      const query = `SELECT hex(convert(name USING utf8mb4)) AS name, v FROM ${table} ORDER BY v`;
      await tenant.awaitEqual(query, query);
    }
    await awaitHealthy(tenant, id);
    await tenant.api.delete(`/replications/${id}`);
  });
});
