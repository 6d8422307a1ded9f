import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import { classifyTrace } from '#core/capture/connector-failures.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import { harmOfStatement } from '#core/databases/mysql/source/statement-harm.ts';
import { topicName } from '#core/naming/names.ts';
import { mariadbSourceSettings, startMariadb } from '../../../local/mariadb.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { type CaptureServices, startCaptureServices } from './capture.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';

jest.setTimeout(180_000);

let services: CaptureServices;

beforeAll(async () => {
  services = await startCaptureServices();
}, 300_000);

afterAll(async () => {
  await services?.stop();
}, 60_000);

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

describe.each(kinds)('names of %s', (kind) => {
  const name = `names_${kind}`;
  let server: MysqlServer;
  let orders: TableRef;

  beforeAll(async () => {
    server = await startServer(kind);
    orders = { schema: server.settings.databaseName, table: 'orders' };
  }, 180_000);

  afterAll(async () => {
    await server?.stop();
  }, 60_000);

  test('a table and a database whose name differs in case only are others', async () => {
    const alike = orders.schema.toUpperCase();
    await server.sql.query(`
      CREATE TABLE orders (id int PRIMARY KEY, note varchar(20)); CREATE TABLE Orders LIKE orders;
      CREATE DATABASE ${alike}; CREATE TABLE ${alike}.orders LIKE orders`);
    const source = openSourceDatabase(server.settings);
    try {
      for (const table of ['orders', 'Orders'])
        expect((await source.describeTable({ ...orders, table }))?.ref.table).toBe(table);
      expect(await source.describeTable({ ...orders, table: 'ORDERS' })).toBeUndefined();
    } finally {
      await source.close();
    }
    await services.start(name, server, [orders], 1);
    await server.sql
      .query(`
      INSERT INTO orders VALUES (1, 'a'); INSERT INTO Orders VALUES (100, 'x'); UPDATE Orders SET note = 'y';
      INSERT INTO ${alike}.orders VALUES (200, 'x'); ALTER TABLE Orders ADD PERIOD OF nothing`)
      .catch(() => undefined);
    await server.sql.query(`INSERT INTO orders VALUES (2, 'b'); TRUNCATE TABLE Orders;
      DROP TABLE Orders; DROP DATABASE ${alike}; INSERT INTO orders VALUES (3, 'c')`);
    const changes = await services.readChanges(name, orders, 3);
    expect(changes).toMatchObject([1, 2, 3].map((id) => ({ kind: 'insert', after: { id } })));
    // Nor are the statements about the others there.
    expect(await services.countMessages(name, orders)).toBe(3);
  });

  test('a topic that is not there makes the task fail, with its name, instead of waiting without a sign', async () => {
    await services.connect.stop(name);
    await services.waitUntilStopped(name);
    const config = (await services.connect.getConfig(name)) ?? {};
    const kafka = { brokers: [services.brokers], security: 'plaintext', clientId: 'names' } as const;
    const admin = createKafka(kafka, { debug() {}, info() {}, warn() {}, error() {} }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topicName(name, orders)] });
    await admin.disconnect();
    // The worker's limit is minutes (connect-container/worker.properties).
    await services.connect.putConnector(name, { ...config, 'producer.override.max.block.ms': '5000' });
    await services.connect.resume(name);
    await server.sql.query("INSERT INTO orders VALUES (4, 'd')");
    expect(classifyTrace(await services.waitForFailure(name))).toMatchObject({
      cure: 'fix',
      summary: expect.stringContaining(`Topic ${topicName(name, orders)} not present in metadata`),
    });
  });
});

test('a server that keeps names in lower case is captured under the names that it has', async () => {
  const mariadb = await startMariadb({
    config: { ...mariadbSourceSettings, lower_case_table_names: '1' },
    database: 'shop',
  });
  try {
    const settings = {
      kind: 'mariadb',
      host: mariadb.host,
      port: mariadb.port,
      databaseName: 'shop',
      username: mariadb.user,
      password: mariadb.password,
      network: localNetwork,
      tlsMode: 'disable',
    } as const;
    const sql = await mysql.createConnection({
      ...{ host: mariadb.host, port: mariadb.port, user: mariadb.user, password: mariadb.password },
      ...{ database: 'shop', multipleStatements: true },
    });
    const server: MysqlServer = { kind: 'mariadb', settings, sql, mariadb, stop: () => mariadb.stop() };
    const orders = { schema: 'shop', table: 'orders' };
    await server.sql.query('CREATE TABLE Orders (id int PRIMARY KEY, note varchar(20))');
    const source = openSourceDatabase(settings);
    const misspelled = openSourceDatabase({ ...settings, databaseName: 'Shop' });
    try {
      expect((await source.listTables()).map(({ ref }) => ref)).toEqual([orders]);
      expect(await source.describeTable({ schema: 'shop', table: 'Orders' })).toBeUndefined();
      expect(await misspelled.findCaptureProblems({ slotName: '', publicationName: '' })).toEqual([
        expect.objectContaining({ remedy: 'Register the database as shop.' }),
      ]);
    } finally {
      await source.close();
      await misspelled.close();
    }
    await services.start('names_folded', server, [orders], 5);
    await server.sql.query(
      "INSERT INTO ORDERS VALUES (1, 'a'); ALTER TABLE SHOP.ORDERS ADD v int; INSERT INTO Shop.Orders VALUES (2, 'b', 3)",
    );
    expect(await services.readChanges('names_folded', orders, 2)).toMatchObject([
      { kind: 'insert', after: { id: 1, note: 'a' } },
      { kind: 'insert', after: { id: 2, note: 'b', v: 3 } },
    ]);
    // The statement, too, is in the topic of its table.
    expect(await services.countMessages('names_folded', orders)).toBe(3);
    await server.sql.query('ALTER TABLE Shop.ORDERS ADD SYSTEM VERSIONING');
    const events = await services.readEvents('names_folded', orders, (event) => {
      const harm = event.kind === 'statement' ? harmOfStatement(event.statement, {}) : undefined;
      return harm !== undefined && /that Debezium cannot read: "ALTER TABLE Shop\.ORDERS/.test(harm);
    });
    expect(events).toHaveLength(4);
    await sql.end();
  } finally {
    await mariadb.stop();
  }
});
