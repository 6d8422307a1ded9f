import { escapeIdentifier } from 'pg';
import type { ComparedColumn, ComparedSide, ValueForm } from '../comparison.ts';
import type { DemoConnection } from '../demo-database.ts';

/** Names a table of the schema `public`. */
export const qualified = (table: string): string => `public.${escapeIdentifier(table)}`;

/** The same value has to be the same text, whatever the server's own settings are. */
const textSettings = [
  "SET TimeZone = 'UTC'",
  "SET DateStyle = 'ISO, YMD'",
  "SET IntervalStyle = 'postgres'",
  "SET bytea_output = 'hex'",
  'SET extra_float_digits = 1',
].join('; ');

/** To be compared with PostgreSQL: everything as PostgreSQL itself writes it, of whatever type it is. */
export const exactSide = (connection: DemoConnection): ComparedSide =>
  comparedSide(connection, {
    // A row's text quotes its parts, so NULL and '' differ, and so do ('a,b') and ('a','b').
    rowText: (columns) => `ROW(${columns.map(({ name }) => escapeIdentifier(name)).join(', ')})::text`,
    keyText: (columns) => `ROW(${columns.map(({ name }) => escapeIdentifier(name)).join(', ')})::text`,
  });

/** To be compared with any kind of database: values in the text that all kinds can write. */
export const sharedSide = (connection: DemoConnection): ComparedSide =>
  comparedSide(connection, {
    // Each part is preceded by its length, and NULL has none, so that no two rows have the same text.
    rowText: (columns) =>
      columns
        .map((column) => `coalesce(char_length(${valueText(column)}) || ':' || ${valueText(column)}, '-')`)
        .join(' || ') || "''",
    keyText: (columns) => `'(' || concat_ws(',', ${columns.map(valueText).join(', ')}) || ')'`,
  });

const valueText = ({ name, form, as }: ComparedColumn): string => {
  const column = escapeIdentifier(name);
  switch (as) {
    case 'integer':
    case 'boolean':
      return form === 'boolean' ? `${column}::int::text` : `${column}::text`;
    case 'float':
      // 17 digits, which tell every double from its neighbours. The shortest text is not the same everywhere.
      return `trim(to_char(${column}, '9.9999999999999999EEEE'))`;
    case 'binary':
      return `encode(${column}, 'hex')`;
    case 'date':
      return `to_char(${column}, 'YYYY-MM-DD')`;
    case 'timestamp':
    case 'instant':
      return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS.US')`;
    case 'json':
      return `${column}::jsonb::text`;
    case 'decimal':
    case 'text':
    case 'other':
      return `${column}::text`;
  }
};

const comparedSide = (
  connection: DemoConnection,
  {
    rowText,
    keyText,
  }: Readonly<Record<'rowText' | 'keyText', (columns: readonly ComparedColumn[]) => string>>,
): ComparedSide => ({
  begin: async () => {
    await connection.change(textSettings);
    await connection.change('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  },
  end: async () => {
    await connection.change('ROLLBACK');
  },
  columnsOf: async (table) => {
    const found = await connection.read<{ attname: string; typname: string; typtype: string }>(
      `SELECT attname, typname, typtype FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
       WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [qualified(table)],
    );
    return found.map(({ attname, typname, typtype }) => ({
      name: attname,
      form: typtype === 'e' ? 'text' : (formsByType[typname] ?? 'other'),
    }));
  },
  keyOf: async (table) => {
    const found = await connection.read<{ attname: string }>(
      `SELECT attname FROM pg_index
       JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
       WHERE indrelid = to_regclass($1) AND indisprimary ORDER BY attnum`,
      [qualified(table)],
    );
    return found.map((row) => row.attname);
  },
  summarize: async (table, columns) => {
    const [summed] = await connection.read<{ rows: string; hash: string }>(
      `SELECT count(*)::text AS rows,
              coalesce(sum(('x' || substr(md5(${rowText(columns)}), 1, 15))::bit(60)::bigint), 0)::text AS hash
       FROM ${qualified(table)}`,
    );
    return summed ?? { rows: '0', hash: '0' };
  },
  hashesByKey: async (table, key, columns) => {
    const found = await connection.read<{ key: string; hash: string }>(
      `SELECT ${keyText(key)} AS key, md5(${rowText(columns)}) AS hash FROM ${qualified(table)}`,
    );
    return new Map(found.map((row) => [row.key, row.hash]));
  },
});

/** By the names in pg_type. */
const formsByType: Readonly<Record<string, ValueForm>> = {
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'decimal',
  float4: 'float',
  float8: 'float',
  bool: 'boolean',
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  bytea: 'binary',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'instant',
  json: 'json',
  jsonb: 'json',
};
