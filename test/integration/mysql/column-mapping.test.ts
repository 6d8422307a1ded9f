import { afterAll, beforeAll, expect, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { createDatabaseAccess, openSource, openTarget } from '#adapters/databases/open-database.ts';
import { decodeRecords } from '#core/apply/decode-records.ts';
import type { ConnectionSettings, Database } from '#core/contracts/database.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import type { TableMapping } from '#core/contracts/replication.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import { findMappedTableProblems, findTargetProblems } from '#core/validation/validate-table.ts';
import { openConsumerDatabases } from '../../../consumer-container/consumer/open-databases.ts';
import { type MariadbServer, startMariadb } from '../../../local/mariadb.ts';
import { type PostgresServer, sourceSettings, startPostgres } from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { sampleOwner } from '../../kit/target-owner.ts';

let postgres: PostgresServer;
let mariadb: MariadbServer;
let sql: pg.Client;
let warehouse: mysql.Connection;

beforeAll(async () => {
  // One after the other, so that what has started is stopped when the next one does not.
  postgres = await startPostgres({ database: 'shop', config: { fsync: 'off', ...sourceSettings } });
  mariadb = await startMariadb({ database: 'warehouse' });
  const { host, port, user, password, database } = postgres;
  sql = new pg.Client({ host, port, user, password, database });
  await sql.connect();
  warehouse = await mysql.createConnection({
    host: mariadb.host,
    port: mariadb.port,
    user: mariadb.user,
    password: mariadb.password,
    database: mariadb.database,
    rowsAsArray: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
}, 300_000);

afterAll(async () => {
  await Promise.all([sql?.end(), warehouse?.end()]);
  await Promise.all([postgres?.stop(), mariadb?.stop()]);
}, 60_000);

const settingsOf = (
  kind: 'postgresql' | 'mariadb',
  { host, port, database, user, password }: PostgresServer | MariadbServer,
): ConnectionSettings => ({
  ...{ kind, host, port, username: user, password },
  databaseName: database,
  network: localNetwork,
  tlsMode: 'disable',
});

const mapping: TableMapping = {
  source: { schema: 'Sales', table: 'Orders' },
  target: { schema: 'warehouse', table: 'shop_Sales_Orders' },
  columns: [
    { source: 'Id', target: 'order id', type: 'bigint' },
    { source: 'card', omit: true },
    { source: 'active', target: 'state', type: 'text' },
    { source: 'state', target: 'active' },
    { source: 'total', type: 'numeric(20,4)' },
  ],
};

test('copied and streamed rows are alike, under the names and types of the mapping', async () => {
  await sql.query(`
    CREATE SCHEMA "Sales";
    CREATE TABLE "Sales"."Orders" ("Id" int PRIMARY KEY, card text NOT NULL, active boolean, state varchar(8), total numeric(8,2));
    INSERT INTO "Sales"."Orders" VALUES (1, 'x', true, 'open', 1.50), (2, 'x', NULL, NULL, NULL)`);
  const [from, to] = [settingsOf('postgresql', postgres), settingsOf('mariadb', mariadb)];
  const run = { owner: sampleOwner({ replicationId: 7 }), generation: 1 };
  const source = openSource(from);
  const target = openTarget(to);
  const passwords = new Map([
    ['source', postgres],
    ['target', mariadb],
  ]);
  const access = createDatabaseAccess(
    {
      getCredentials: async (arn) => ({
        username: passwords.get(arn)?.user ?? '',
        password: passwords.get(arn)?.password ?? '',
      }),
    },
    localNetwork,
  );
  const registered = (secretArn: string, settings: ConnectionSettings): Database => ({
    ...{ databaseId: 1, clientId: 1, name: secretArn, secretArn, createdAt: '2026-01-01T00:00:00.000Z' },
    ...{ kind: settings.kind, host: settings.host, port: settings.port },
    ...{ databaseName: settings.databaseName, username: settings.username, tlsMode: settings.tlsMode },
  });
  const copier = await access.openCopier(registered('source', from), registered('target', to), run, 1);
  await target.takeTables({ ...run, tables: [mapping.target] });
  try {
    const described = await source.describeTable(mapping.source);
    if (described === undefined) throw new Error('The source table is not there.');
    expect(findMappedTableProblems(described, mapping, source.dialect)).toEqual([]);
    const { source: read, mapped } = mapTable(described, mapping);
    expect(findTargetProblems(mapped, undefined, target.dialect)).toEqual([]);
    await target.createTable(mapping.target, mapped);
    const created = await target.describeTable(mapping.target);
    if (created === undefined) throw new Error('The target table was not created.');
    expect(findTargetProblems(mapped, created, target.dialect)).toEqual([]);
    const tables = { source: read, mapped, target: created };
    const never = new AbortController().signal;
    for (const chunkNumber of [0, 1]) await copier.copyChunk(tables, { chunkNumber }, never);
  } finally {
    await Promise.all([source.close(), target.close(), copier.close()]);
  }

  const databases = await openConsumerDatabases({
    shapes: [],
    capture: undefined,
    source: from,
    target: to,
    owner: run.owner,
    tables: [mapping],
  });
  try {
    const topic = 'client_1_db_1.Sales.Orders';
    const [table] = databases.tables;
    if (table === undefined) throw new Error('The table was not opened.');
    const { changes, counts } = decodeRecords(
      [
        event(1, { Id: 3, card: 'y', active: true, state: 'open', total: '1.50' }),
        event(2, { Id: 2, card: 'y', active: false, state: 'shut', total: null }),
      ],
      { topic, readSource: readEventSource },
      new Map([[tableKey(mapping.source), table]]),
      0,
    );
    const { epoch } = await databases.target.claim([{ topic, partition: 0, firstOffset: 0n, endOffset: 0n }]);
    const offsets = { expectedOffset: 0n, nextOffset: 3n };
    const batch = databases.target.prepare({ topic, partition: 0, epoch, ...offsets, counts, changes });
    expect(await databases.target.apply(batch)).toBe('applied');
  } finally {
    await databases.close();
  }

  const [rows] = await warehouse.query(
    'SELECT `order id`, state, active, total FROM `shop_Sales_Orders` ORDER BY 1',
  );
  expect(rows).toEqual([
    ['1', 't', 'open', '1.5000'],
    ['2', 'f', 'shut', null],
    ['3', 't', 'open', '1.5000'],
  ]);
  const [columns] = await warehouse.query(
    `SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'shop_Sales_Orders' ORDER BY ordinal_position`,
  );
  expect(columns).toEqual([
    ['order id', 'bigint'],
    ['state', 'longtext'],
    ['active', 'varchar'],
    ['total', 'decimal'],
  ]);
}, 120_000);

/** As Debezium writes it. */
const event = (offset: number, after: object): FeedRecord => {
  const origin = { version: '3.5.0.Final', ts_ms: 1_700_000_000_000, ...mapping.source, lsn: offset };
  const value = { before: null, after, source: origin, op: 'c', ts_ms: 1_700_000_000_100 };
  return { offset: BigInt(offset), value: Buffer.from(JSON.stringify(value)) };
};
