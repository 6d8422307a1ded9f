import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { compareSides, type TableComparison } from '../../../demo/comparison.ts';
import type { DemoConnection, DemoDatabase } from '../../../demo/demo-database.ts';
import { mariadbKind } from '../../../demo/mariadb/mariadb-kind.ts';
import { postgresqlKind } from '../../../demo/postgresql/postgresql-kind.ts';
import { type SeededRandom, seededRandom } from '../../../demo/seeded-random.ts';
import { type MariadbServer, startMariadb } from '../../../local/mariadb.ts';
import { type PostgresServer, startPostgres } from '../../../local/postgres.ts';

/** The first start on a slow line downloads the server. */
const startTimeoutMs = 600_000;

let mariadbServer: MariadbServer;
let postgresServer: PostgresServer;
let mariadb: DemoConnection;
let postgresql: DemoConnection;

beforeAll(async () => {
  [mariadbServer, postgresServer] = await Promise.all([startMariadb(), startPostgres()]);
  const [first, second]: readonly DemoDatabase[] = await Promise.all([
    mariadbKind.createDatabase(mariadbServer, 'compared'),
    postgresqlKind.createDatabase(postgresServer, 'compared'),
  ]);
  mariadb = await mariadbKind.connect(first as DemoDatabase, 'test');
  postgresql = await postgresqlKind.connect(second as DemoDatabase, 'test');
}, startTimeoutMs);

afterAll(async () => {
  await Promise.all([mariadb?.end(), postgresql?.end()]);
  await Promise.all([mariadbServer?.stop(), postgresServer?.stop()]);
});

const columns = [
  ...['id', 'small', 'big', 'price', 'ratio', 'is_open', 'code', 'words', 'bytes', 'day', 'local_time'],
  ...['instant', 'details'],
];

/** Values as text that both databases read; strings are bound. */
type Row = readonly (string | number | Buffer | null)[];

const fill = async (rows: readonly Row[]): Promise<void> => {
  await mariadb.change(`CREATE TABLE samples (
    id bigint unsigned PRIMARY KEY, small tinyint, big bigint unsigned, price decimal(20, 4), ratio double,
    is_open boolean, code char(4), words longtext, bytes varbinary(40), day date, local_time datetime(6),
    instant timestamp(6) NULL, details json)`);
  await postgresql.change(`CREATE TABLE public.saved (
    id numeric(20) PRIMARY KEY, small smallint, big numeric(20), price numeric(20, 4), ratio double precision,
    is_open boolean, code varchar(4), words text, bytes bytea, day date, local_time timestamp,
    instant timestamptz, details jsonb)`);
  for (const side of [mariadb, postgresql]) await side.change('BEGIN');
  for (const row of rows) {
    const marks = row.map(() => '?').join(', ');
    await mariadb.change(`INSERT INTO samples (${columns.join(', ')}) VALUES (${marks})`, row);
    const numbered = row.map((_value, index) => `$${index + 1}`).join(', ');
    await postgresql.change(
      `INSERT INTO public.saved (${columns.join(', ')}) VALUES (${numbered})`,
      // PostgreSQL takes a time without a zone for one of its own zone, which a test must not depend on.
      row.map((value, index) => (columns[index] === 'instant' && value !== null ? `${value}Z` : value)),
    );
  }
  for (const side of [mariadb, postgresql]) await side.change('COMMIT');
};

const compare = async (): Promise<TableComparison | undefined> => {
  const [compared] = await compareSides(
    mariadbKind.comparedSide(mariadb, 'postgresql'),
    postgresqlKind.comparedSide(postgresql, 'mariadb'),
    [{ source: 'samples', target: 'samples' }],
  );
  return compared;
};

/** As text, since each driver has its own way with -0. */
const doubleText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
const anyDouble = (random: SeededRandom): string =>
  doubleText((random.next() - 0.5) * 10 ** random.integer(-8, 20));

const rowOf = (id: number, random: SeededRandom): Row => [
  ...[id, random.integer(-128, 127), '18446744073709551615', (random.integer(-9e9, 9e9) / 1e4).toFixed(4)],
  ...[anyDouble(random), random.integer(0, 1)],
  ...[random.pick(['EWR', '', 'a']), random.pick(['', 'NULL', "it's", 'a\\b\t\n', 'Čeněk 🛫', ' padded '])],
  ...[Buffer.from([random.integer(0, 255), 0, 255]), '2013-02-28', '1969-12-31 23:59:59.000001'],
  ...['2013-07-01 12:00:00.123456', `{"by": "crew", "revised": false, "severity": ${random.integer(0, 9)}}`],
];

const seed = 20_130_101;
const rows = ((): readonly Row[] => {
  const random = seededRandom(seed);
  const generated = Array.from({ length: 500 }, (_, index) => rowOf(index + 1, random));
  return [
    ...generated,
    [501, ...columns.slice(1).map(() => null)],
    // Numbers at the ends of what has a text with and without an exponent.
    ...[0, -0, 0.1, 1e-7, 1e15, 123_456_789.123_456_78, 5e-10, -1.5e22, 46_982_254_181_057_220].map(
      (ratio, index) => [
        600 + index,
        ...[null, null, null, doubleText(ratio), null, null, null, null, null, null, null, null],
      ],
    ),
  ];
})();

describe('MariaDB against PostgreSQL', () => {
  beforeAll(() => fill(rows), 60_000);
  beforeEach(async () => {
    await postgresql.change('DROP TABLE IF EXISTS public.samples');
    await postgresql.change('CREATE TABLE public.samples (LIKE public.saved INCLUDING ALL)');
    await postgresql.change('INSERT INTO public.samples SELECT * FROM public.saved');
  });

  test(`equal rows of every type are equal (seed ${seed})`, async () => {
    expect(await compare()).toEqual({
      table: 'samples',
      sourceRows: rows.length,
      targetRows: rows.length,
      equal: true,
      differences: [],
    });
  });

  test.each([
    ['one changed number', 'small = coalesce(small, 0) + 1 WHERE id = 7'],
    ['the last digit of a big number', 'big = big - 1 WHERE id = 7'],
    ['one changed decimal', 'price = price + 0.0001 WHERE id = 7'],
    ['one changed float', 'ratio = 0.30000000000000004 WHERE id = 602'],
    ['one turned boolean', 'is_open = NOT is_open WHERE id = 7'],
    ['a NULL that became empty', "words = '' WHERE id = 501"],
    ['a space at the end', "words = words || ' ' WHERE id = 7"],
    ['one changed byte', "bytes = bytes || '\\x00' WHERE id = 7"],
    ['one changed day', "day = day + interval '1 day' WHERE id = 7"],
    ['a microsecond', "local_time = local_time + interval '1 microsecond' WHERE id = 7"],
    ['an instant that was moved by a zone', "instant = instant - interval '1 hour' WHERE id = 7"],
    ['one changed member of JSON', `details = details || '{"by": "tower"}' WHERE id = 7`],
  ])('%s is found', async (_case, change) => {
    expect(await postgresql.change(`UPDATE public.samples SET ${change}`)).toBe(1);
    const compared = await compare();
    const key = /id = (\d+)$/.exec(change)?.[1];
    expect(compared).toMatchObject({ equal: false, differences: [`1 with other values: (${key})`] });
  });

  test('values that changed places are found', async () => {
    await postgresql.change(`UPDATE public.samples SET code = words, words = code WHERE words = 'NULL'`);
    expect((await compare())?.equal).toBe(false);
  });

  test.each([
    ['a missing row', 'DELETE FROM public.samples WHERE id = 9', '1 missing at the target: (9)'],
    ['a row too many', 'INSERT INTO public.samples (id) VALUES (99999)', '1 only at the target: (99999)'],
    ['a missing column', 'ALTER TABLE public.samples DROP COLUMN words', 'column words is missing'],
    ['a missing table', 'DROP TABLE public.samples', 'no table samples at the target'],
  ])('%s is found', async (_case, spoil, difference) => {
    await postgresql.change(spoil);
    expect((await compare())?.differences).toEqual([difference]);
  });
});
