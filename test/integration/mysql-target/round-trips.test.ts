import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createRowCopier } from '#adapters/databases/row-copier.ts';
import { createPool, type Pool } from '#adapters/mysql/driver/connection.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/mysql/target/apply-target.ts';
import { openChunkWriter } from '#adapters/mysql/target/chunk-writer.ts';
import { type MysqlTargetDatabase, openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import { openChunkReader } from '#adapters/postgresql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/postgresql/source/source-database.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { quoteTable } from '#core/databases/mysql/identifiers.ts';
import { describeApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import type { MysqlTargetTable } from '#core/databases/mysql/target/catalog.ts';
import { encoderFor } from '#core/databases/mysql/target/column-encoder.ts';
import type { ChunkCopier, SourceDatabase } from '#core/ports/databases.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { type DatabasePair, startDatabasePair } from '../postgresql/database-pair.ts';
import { samplesFor, sampleTypes } from '../postgresql/type-samples.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

jest.setTimeout(60_000);

/** The servers of a pair are of the newest version. */
const typeSamples = samplesFor(18);
const types = Object.keys(typeSamples);

/** Samples that MySQL has no value for, as canonical text. */
const refusedValues: Readonly<Record<string, readonly string[]>> = {
  real: ['NaN', 'Infinity', '-Infinity'],
  'double precision': ['NaN', 'Infinity', '-Infinity'],
  'numeric(38,10)': ['NaN'],
  'samples.price': ['NaN'],
  date: [
    '10000-01-01',
    '5874897-12-31',
    '0001-12-31 BC',
    '0044-03-15 BC',
    '4714-11-24 BC',
    'infinity',
    '-infinity',
  ],
  timestamp: [
    '10000-01-01 00:00:00',
    '294276-12-31 23:59:59.999999',
    '0001-12-31 23:59:59.999999 BC',
    '0044-03-15 12:00:00 BC',
    '4713-01-01 00:00:00 BC',
    'infinity',
    '-infinity',
    '294247-01-10 04:00:25.2',
    '294247-01-10 04:00:25.200001',
  ],
  'timestamp(3)': ['infinity'],
  'timestamp with time zone': [
    '10000-01-01 00:00:00+00',
    '294276-12-31 23:59:59.999999+00',
    '0001-12-31 23:59:59.999999+00 BC',
    '0044-03-15 00:00:00.5+00 BC',
    '4713-01-01 00:00:00+00 BC',
    'infinity',
    '-infinity',
  ],
};

/** Types of which no column is made, because MySQL has none that holds every ordinary value. */
const refusedColumns: ReadonlySet<string> = new Set(['numeric', 'numeric(1000,500)', 'others."My Mood"']);

describeTargets('values', (kind) => {
  let pair: DatabasePair;
  let server: TargetServer;
  let source: SourceDatabase;
  let target: MysqlTargetDatabase;
  let copier: ChunkCopier;
  let pool: Pool;

  beforeAll(async () => {
    [pair, server] = await Promise.all([startDatabasePair(), startTarget(kind)]);
    await pair.source.client.query(`${sampleTypes};
      SET DateStyle = ISO; SET IntervalStyle = postgres; SET TimeZone = UTC; SET extra_float_digits = 1; SET bytea_output = hex`);
    source = openSourceDatabase(pair.source.settings);
    target = openTargetDatabase(server.settings);
    copier = createRowCopier(openChunkReader(pair.source.settings, 1), openChunkWriter(server.settings, 1));
    pool = createPool(server.settings, applyPoolOptions);
  }, 180_000);

  afterAll(async () => {
    await Promise.all([source?.close(), target?.close(), copier?.close(), pool?.close()]);
    await Promise.all([pair?.stop(), server?.stop()]);
  }, 60_000);

  const describeSource = async (table: string): Promise<TableDescription> => {
    const described = await source.describeTable({ schema: 'samples', table });
    if (described === undefined) throw new Error(`There is no table ${table}.`);
    return described;
  };

  const createTarget = async (table: string, described: TableDescription): Promise<MysqlTargetTable> => {
    const ref = { schema: server.settings.databaseName, table };
    await target.createTable(ref, described);
    const created = await target.describeTable(ref);
    if (created === undefined) throw new Error(`There is no table ${table}.`);
    expect(target.dialect.compareTargetTable(described, created)).toEqual([]);
    return created;
  };

  const valueColumn = (table: TableDescription): ColumnDescription => {
    const column = table.columns.find(({ name }) => name === 'v');
    if (column === undefined) throw new Error('There is no column v.');
    return column;
  };

  const expectedRows = async (table: string) =>
    (await pair.source.client.query(`SELECT id, v::text AS v FROM samples.${table} ORDER BY id`)).rows;

  test.each(types.map((type, index) => ({ type, table: `t${index}` })))(
    'of $type come back as they were, copied and applied, or are refused',
    async ({ type, table }) => {
      const samples = typeSamples[type] ?? [];
      const { client } = pair.source;
      await client.query(`CREATE TABLE samples.${table} (id int PRIMARY KEY, v ${type})`);
      for (const [id, sample] of [...samples, null].entries()) {
        await client.query(`INSERT INTO samples.${table} VALUES ($1, $2::text::${type})`, [id, sample]);
      }
      // As the canonical session has it, which casts through text would not: a bpchar loses its padding.
      const described = await describeSource(table);
      if (refusedColumns.has(type)) {
        expect(target.dialect.refuseTable(described)).toEqual([
          expect.stringMatching(/^column v is numeric/),
        ]);
        return;
      }
      expect(target.dialect.refuseTable(described)).toEqual([]);
      const created = await createTarget(table, described);
      const encoder = encoderFor(valueColumn(described), valueColumn(created));
      if (encoder === undefined) throw new Error(`Column v of type ${type} has no encoder.`);

      const texts = await readCanonical(table);
      const refused = texts.filter(({ v }) => v !== null && typeof encoder.encode(v) !== 'string');
      expect(refused.map(({ v }) => v)).toEqual(refusedValues[type] ?? []);
      if (refused.length > 0) {
        const error = await copier
          .copyChunk({ source: described, target: created }, { chunkNumber: 0 }, new AbortController().signal)
          .catch((caught: unknown) => caught);
        expect(error).toMatchObject({ code: 'ValueRejected', facts: { column: 'v' } });
        expect(await readBack(created)).toEqual([]);
        await client.query(`DELETE FROM samples.${table} WHERE id = ANY ($1)`, [refused.map(({ id }) => id)]);
      }
      const accepted = await readCanonical(table);
      const copied = await copier.copyChunk(
        { source: described, target: created },
        { chunkNumber: 0 },
        new AbortController().signal,
      );
      expect(copied.rows).toBe(accepted.length);
      expect(await readBack(created)).toEqual(accepted);

      const applied = await createTarget(`applied_${table}`, described);
      await applyRows(described, applied, [{ kind: 'upsert', rows: accepted }]);
      expect(await readBack(applied)).toEqual(accepted);
      await applyRows(described, applied, [
        { kind: 'upsert', rows: accepted.map(({ id }) => ({ id, v: null })) },
        { kind: 'patch', rows: accepted },
      ]);
      expect(await readBack(applied)).toEqual(accepted);
      expect(await expectedRows(table)).toHaveLength(accepted.length);
    },
  );

  /** The rows as copy reads them: an independent connection, with the canonical settings. Money is a number. */
  const readCanonical = async (table: string): Promise<{ id: string; v: string | null }[]> => {
    const { baseType, isArray } = valueColumn(await describeSource(table));
    const value = baseType === 'money' ? `v::numeric${isArray ? '[]' : ''} AS v` : 'v';
    return (await pair.source.client.query(`SELECT id, ${value} FROM samples.${table} ORDER BY id`)).rows;
  };

  /** Each of the batches in a transaction of its own. */
  const applyRows = async (
    described: TableDescription,
    applied: MysqlTargetTable,
    batches: readonly {
      readonly kind: 'upsert' | 'patch';
      readonly rows: readonly { readonly id: string; readonly v: string | null }[];
    }[],
  ): Promise<void> => {
    const topic = `values.${applied.ref.table}`;
    const table = describeApplyTable(
      { source: described.ref, target: applied.ref },
      described,
      applied,
      source.dialect,
    );
    const applyTarget = createApplyTarget({
      pool,
      owner: sampleOwner(),
      tables: [applied.ref],
      database: 'test',
    });
    await takeTables(server.settings, sampleOwner(), [applied.ref]);
    const { epoch, checkpoints } = await applyTarget.claim([
      { topic, partition: 0, firstOffset: 0n, endOffset: 0n },
    ]);
    let offset = checkpoints.find((each) => each.topic === topic)?.nextOffset ?? 0n;
    for (const { kind, rows } of batches) {
      const prepared = applyTarget.prepare({
        topic,
        partition: 0,
        epoch,
        expectedOffset: offset,
        nextOffset: offset + BigInt(rows.length),
        counts: { inserts: rows.length, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
        changes: [{ table, events: rows.map(({ id, v }) => ({ kind, key: id, row: [id, v] })) }],
      });
      expect(await applyTarget.apply(prepared)).toBe('applied');
      offset += BigInt(rows.length);
    }
  };

  /** What the target's own values are in canonical text, by its own functions. */
  const readBack = async (table: MysqlTargetTable): Promise<unknown> => {
    const { native } = valueColumn(table);
    const select = selects[native?.baseType ?? ''] ?? 'v';
    const rows = await rowsOf(server, `SELECT id, ${select} AS v FROM ${quoteTable(table.ref)} ORDER BY id`);
    const described = await describeSource(table.ref.table.replace('applied_', ''));
    return rows.map(({ id, v }) => ({
      id,
      v: v == null ? null : toCanonical(valueColumn(described), native?.baseType, v),
    }));
  };
});

const selects: Readonly<Record<string, string>> = {
  longblob: 'LOWER(HEX(v))',
  varbinary: 'LOWER(HEX(v))',
  bit: 'BIN(v)',
  // FLOAT shows six digits of its value.
  float: 'CAST(v AS DOUBLE)',
};

const toCanonical = (column: ColumnDescription, baseType: string | undefined, text: string): string => {
  switch (baseType) {
    case 'longblob':
    case 'varbinary':
      return `\\x${text}`;
    case 'bit':
      return text.padStart(column.maxLength ?? 1, '0');
    case 'tinyint':
      return column.baseType === 'bool' ? (text === '1' ? 't' : 'f') : text;
    case 'float':
    case 'double':
      return toFloatText(text, baseType);
    case 'datetime':
    case 'time': {
      const significant = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
      return column.baseType === 'timestamptz' ? `${significant}+00` : significant;
    }
    default:
      return text;
  }
};

/** PostgreSQL's layout of the shortest digits, by its own rule for the exponent. */
const toFloatText = (text: string, baseType: 'float' | 'double'): string => {
  const value = Number(text);
  const single = (): string => {
    for (let digits = 1; digits < 9; digits += 1) {
      const short = value.toPrecision(digits);
      if (Math.fround(Number(short)) === Math.fround(value)) return short;
    }
    return value.toPrecision(9);
  };
  const shortest = Number(baseType === 'float' ? single() : value);
  const sign = Object.is(value, -0) || value < 0 ? '-' : '';
  const magnitude = Math.abs(shortest);
  const [mantissa = '', exponentText = '0'] = magnitude.toExponential().split('e');
  const exponent = Number(exponentText);
  const isFixed = exponent >= -4 && exponent < (baseType === 'float' ? 6 : 15);
  if (isFixed)
    return `${sign}${exponent < 0 ? magnitude.toFixed(mantissa.replace('.', '').length - 1 - exponent) : magnitude}`;
  return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
};
