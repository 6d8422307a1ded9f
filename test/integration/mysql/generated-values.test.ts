import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { openChunkReader } from '#adapters/mysql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import { openChunkWriter as openMysqlWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { openTargetDatabase as openMysqlTarget } from '#adapters/mysql/target/target-database.ts';
import { openChunkWriter } from '#adapters/postgresql/target/chunk-writer.ts';
import { openTargetDatabase } from '#adapters/postgresql/target/target-database.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { quoteIdentifier, quoteTable } from '#core/databases/mysql/identifiers.ts';
import { validateColumn } from '#core/databases/mysql/types/column-codec.ts';
import { quoteTable as quotePostgresTable } from '#core/databases/postgresql/identifiers.ts';
import type { ChunkCopier, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { connect, rowsOf, type TargetServer } from '../mysql-target/target-servers.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';
import { generatedTypes, generateValues, type ValueKind } from './type-generators.ts';

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

/** Values for each type. The server refuses some of them. Two thousand rows take some seconds. */
const generatedRows = 40;

/** Another run, other values: MILLRACE_TEST_SEED repeats one. */
const seed = Number(process.env.MILLRACE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** How both databases show each bit of a value, and what of that is layout. Independent of what is tested. */
interface Look {
  readonly mysql: string;
  readonly postgresql: string;
  readonly read: (text: string) => unknown;
}

const asIs = (text: string): string => text;

const onlyMariadb: ReadonlySet<string> = new Set(['uuid', 'inet4', 'inet6']);

const looks: Readonly<Record<ValueKind, Look>> = {
  number: { mysql: 'v + 0', postgresql: 'v::text', read: asIs },
  // Also a real's digits are those of the same number as a double. Jest tells -0 from 0.
  float: { mysql: 'CAST(v AS DOUBLE)', postgresql: 'v::float8::text', read: Number },
  bits: { mysql: 'BIN(v + 0)', postgresql: 'v::text', read: (text) => BigInt(`0b${text}`) },
  bytes: { mysql: 'LOWER(HEX(v))', postgresql: `encode(v, 'hex')`, read: asIs },
  text: {
    mysql: 'LOWER(HEX(CONVERT(CAST(v AS CHAR) USING utf8mb4)))',
    postgresql: `encode(convert_to(v::text, 'UTF8'), 'hex')`,
    read: asIs,
  },
  moment: {
    mysql: 'CAST(v AS CHAR)',
    postgresql: 'v::text',
    read: (text) => {
      const local = text.replace(/\+00$/, '');
      return local.includes('.') ? local.replace(/\.?0+$/, '') : local;
    },
  },
  // The two shorten a single zero differently.
  address: {
    mysql: 'CAST(v AS CHAR)',
    postgresql: 'host(v)',
    read: (text) => (text.includes(':') ? new URL(`http://[${text}]`).hostname : text),
  },
  geometry: { mysql: 'LOWER(HEX(ST_AsWKB(v)))', postgresql: `encode(v, 'hex')`, read: asIs },
};

/** MySQL keeps JSON parsed, so its text is not the one that was written; and of 1.0 it makes 1 on the way. */
const parsedJson: Look = {
  ...looks.text,
  read: (text) => JSON.stringify(JSON.parse(Buffer.from(text, 'hex').toString())),
};

const isZeroDate = (text: string): boolean => /^0000|^\d{4}-00|^\d{4}-\d\d-00/.test(text);
const hasNul = (hex: string): boolean => /^(?:..)*00/.test(hex);

/** The values that a copy has to refuse, and does. */
const isLacking = (kind: ValueKind, type: string, into: 'own' | 'postgresql', text: string): boolean => {
  if (kind === 'moment') return !type.startsWith('time(') && type !== 'time' && isZeroDate(text);
  return kind === 'text' && into === 'postgresql' && hasNul(text);
};

let postgres: PostgresServer;
let sql: pg.Client;

beforeAll(async () => {
  postgres = await startPostgres({ database: 'acme', config: { fsync: 'off' } });
  const { host, port, user, password } = postgres;
  sql = new pg.Client({
    ...{ host, port, user, password, database: 'acme' },
    options: '-c TimeZone=UTC -c IntervalStyle=postgres',
    types: { getTypeParser: () => (value: string) => value },
  });
  await sql.connect();
}, 300_000);

afterAll(async () => {
  await sql?.end();
  await postgres?.stop();
}, 60_000);

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

interface Target {
  readonly into: 'own' | 'postgresql';
  readonly schema: string;
  readonly database: TargetDatabase;
  readonly copier: ChunkCopier;
  rows(look: Look, ref: TableRef): Promise<readonly Row[]>;
}

type Row = Readonly<Record<string, string | null>>;

describe.each(kinds)('generated values of %s', (kind) => {
  let server: MysqlServer;
  let source: SourceDatabase;
  let client: TargetServer['client'];
  let targets: readonly Target[];

  beforeAll(async () => {
    server = await startServer(kind);
    source = openSourceDatabase(server.settings);
    // Strict, so that a value is taken as it is or refused; with zero dates, which it can hold.
    await server.sql.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES'");
    client = await connect(server.settings);
    const own = { ...server.settings, databaseName: `${server.settings.databaseName}_target` };
    await server.sql.query(`CREATE DATABASE ${quoteIdentifier(own.databaseName)}`);
    const { host, port, user, password } = postgres;
    const other: ConnectionSettings = {
      ...{ kind: 'postgresql', host, port, databaseName: 'acme', username: user, password },
      network: localNetwork,
      tlsMode: 'disable',
    };
    targets = [
      {
        into: 'own',
        schema: own.databaseName,
        database: openMysqlTarget(own),
        copier: createRowCopier(openChunkReader(server.settings, 1), openMysqlWriter(own, 1)),
        rows: readMysql,
      },
      {
        into: 'postgresql',
        schema: `generated_${kind}`,
        database: openTargetDatabase(other),
        copier: createRowCopier(openChunkReader(server.settings, 1), openChunkWriter(other, 1)),
        rows: async ({ postgresql }, ref) =>
          (await sql.query<Row>(`SELECT id, ${postgresql} AS v FROM ${quotePostgresTable(ref)} ORDER BY id`))
            .rows,
      },
    ];
  }, 180_000);

  afterAll(async () => {
    await source?.close();
    for (const { database, copier } of targets ?? []) await Promise.all([database.close(), copier.close()]);
    client?.destroy();
    await server?.sql.query(
      `DROP DATABASE IF EXISTS ${quoteIdentifier(`${server.settings.databaseName}_target`)}`,
    );
    await server?.stop();
  }, 60_000);

  const readMysql = (look: Look, ref: TableRef): Promise<readonly Row[]> =>
    rowsOf({ client }, `SELECT id, ${look.mysql} AS v FROM ${quoteTable(ref)} ORDER BY id`);

  const seen = (look: Look, rows: readonly Row[]) =>
    rows.map(({ id, v }) => ({ id: Number(id), v: v == null ? null : look.read(v) }));

  /** What of the values the server takes. */
  const writeValues = async (generated: (typeof generatedTypes)[number], table: string): Promise<void> => {
    const { sql: writer } = server;
    await writer.query(
      `CREATE TABLE ${table} (id int PRIMARY KEY, v ${generated.type} NULL); START TRANSACTION`,
    );
    const value = generated.kind === 'geometry' ? 'ST_GeomFromText(?)' : '?';
    for (const [id, bound] of generateValues(generated, generatedRows, seed).entries()) {
      await writer.query(`INSERT INTO ${table} VALUES (${id}, ${value})`, [bound]).catch((error: unknown) => {
        // A refusal of the server's has a state of SQL; a broken connection has none.
        if (!(error instanceof Error && 'sqlState' in error)) throw error;
      });
    }
    await writer.query('COMMIT');
  };

  const copy = ({ copier }: Target, described: TableDescription, created: TableDescription) =>
    copier.copyChunk(
      { source: described, target: created },
      { chunkNumber: 0 },
      new AbortController().signal,
    );

  test.each(
    generatedTypes
      .filter(({ type }) => kind === 'mariadb' || !onlyMariadb.has(type))
      .map((generated, index) => ({ type: generated.type, generated, table: `g${index}` })),
  )(`$type arrive as they are, or are refused (seed ${seed})`, async ({ generated, table }) => {
    const ref = { schema: server.settings.databaseName, table };
    const look = kind === 'mysql' && generated.type === 'json' ? parsedJson : looks[generated.kind];
    await writeValues(generated, table);
    const described = await source.describeTable(ref);
    if (described === undefined) throw new Error(`There is no table ${table}.`);
    expect(described.columns.map(validateColumn)).toEqual([undefined, undefined]);

    for (const target of targets) {
      const targetRef = { schema: target.schema, table };
      await target.database.createTable(targetRef, described);
      const created = await target.database.describeTable(targetRef);
      if (created === undefined) throw new Error(`Table ${table} was not created.`);
      expect(target.database.dialect.compareTargetTable(described, created)).toEqual([]);

      const refused = (await readMysql(look, ref)).filter(
        ({ v }) => v != null && isLacking(generated.kind, generated.type, target.into, v),
      );
      if (refused.length > 0) {
        const error = await copy(target, described, created).catch((caught: unknown) => caught);
        expect(error).toMatchObject({ code: 'ValueRejected', facts: { column: 'v' } });
        expect(await target.rows(look, targetRef)).toEqual([]);
        await server.sql.query(
          `DELETE FROM ${table} WHERE id IN (${refused.map(({ id }) => id).join(', ')})`,
        );
      }
      const expected = seen(look, await readMysql(look, ref));
      expect(expected).not.toEqual([]);
      const { rows } = await copy(target, described, created);
      expect(rows).toBe(expected.length);
      expect(seen(look, await target.rows(look, targetRef))).toEqual(expected);
    }
  });
});
