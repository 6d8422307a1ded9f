import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import type { NativeColumn } from '#core/databases/oracle/types/oracle-type.ts';
import { canonicalSessionSettings, toStartupOptions } from '#core/databases/postgresql/canonical-session.ts';
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
