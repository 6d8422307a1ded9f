import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { float4Text, float8Text } from '#core/canonical/float-text.ts';
import type { NativeColumn } from '#core/databases/oracle/types/oracle-type.ts';
import { canonicalSessionSettings, toStartupOptions } from '#core/databases/postgresql/session.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';
import { columnOf } from '../../unit/core/databases/oracle/column-samples.ts';
import { settingsOf } from '../postgresql/database-pair.ts';
import { typeSamples } from './type-samples.ts';

jest.setTimeout(60_000);

let server: PostgresServer;
let client: pg.Client;

beforeAll(async () => {
  server = await startPostgres({ database: 'warehouse', config: { fsync: 'off' } });
  const { host, port, username, password, databaseName } = settingsOf(server);
  client = new pg.Client({
    host,
    port,
    user: username,
    password,
    database: databaseName,
    options: toStartupOptions(canonicalSessionSettings),
  });
  await client.connect();
}, 120_000);

afterAll(async () => {
  await client?.end();
  await server?.stop();
});

/** What ALL_TAB_COLS would tell of a type in DDL's spelling. */
const described = (type: string) => {
  const dataType = type.replace(
    /^(?:INTEGER|(NUMBER|VARCHAR2|NVARCHAR2|CHAR|NCHAR|RAW|FLOAT)\(.*\))$/,
    (_all, name) => name ?? 'NUMBER',
  );
  const [first, second] = (/\((.*?)\)/.exec(type)?.[1] ?? '')
    .split(',')
    .map((text) => Number.parseInt(text, 10));
  const isTime = /^TIMESTAMP/.test(type);
  const native: Partial<NativeColumn> = {
    precision: /^(?:NUMBER|FLOAT|INTERVAL)/.test(type) && !Number.isNaN(first) ? (first ?? null) : null,
    scale: isTime
      ? (first ?? null)
      : type === 'INTEGER'
        ? 0
        : /^INTERVAL DAY/.test(type)
          ? 6
          : dataType === 'NUMBER' && type !== 'NUMBER'
            ? (second ?? 0)
            : null,
    charLength: /CHAR/.test(type) ? (first ?? 0) : 0,
    dataLength: first ?? 22,
    charUsed: /BYTE/.test(type) ? 'B' : 'C',
  };
  return columnOf(dataType, native);
};

test.each(typeSamples)(
  "the canonical texts of $type are PostgreSQL's own output for its type",
  async ({ type, values }) => {
    const column = described(type);
    await client.query(`CREATE TEMPORARY TABLE sample (v ${column.type})`);
    try {
      for (const [, canonical] of values) {
        await client.query('TRUNCATE sample');
        await client.query('INSERT INTO sample VALUES ($1)', [canonical]);
        const { rows } = await client.query<[string | null]>({
          // Not ::text, which would cut the blanks of a character(n).
          text: `SELECT CASE WHEN v IS NOT NULL THEN format('%s', v) END FROM sample`,
          rowMode: 'array',
        });
        expect(rows).toEqual([[canonical]]);
      }
    } finally {
      await client.query('DROP TABLE sample');
    }
  },
);

test("binary floats have PostgreSQL's own digits", async () => {
  const bits = new DataView(new ArrayBuffer(8));
  const random = (bytes: 4 | 8): number => {
    bits.setUint32(0, Math.random() * 2 ** 32);
    bits.setUint32(4, Math.random() * 2 ** 32);
    return bytes === 4 ? bits.getFloat32(0) : bits.getFloat64(0);
  };
  // Powers of two and their neighbours are where digits half-way to the next number are found.
  const edges = Array.from(
    { length: 120 },
    (_unused, index) => 2 ** (index + 10) + 2 ** Math.max(0, index - 42),
  );
  const floats = Array.from({ length: 5_000 }, () => random(4)).filter(Number.isFinite);
  const doubles = [...Array.from({ length: 5_000 }, () => random(8)).filter(Number.isFinite), ...edges];
  for (const [type, values, toText] of [
    ['float4', [...floats, ...edges.map(Math.fround)], float4Text],
    ['float8', doubles, float8Text],
  ] as const) {
    const { rows } = await client.query<[string]>({
      text: `SELECT v::${type}::text FROM unnest($1::text[]) WITH ORDINALITY AS sample (v, at) ORDER BY at`,
      values: [values.map((value) => value.toExponential(20))],
      rowMode: 'array',
    });
    expect(values.map(toText)).toEqual(rows.map(([text]) => text));
  }
});
