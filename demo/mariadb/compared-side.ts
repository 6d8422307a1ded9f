import mysql from 'mysql2/promise';
import type { ComparedColumn, ComparedSide, ValueForm } from '../comparison.ts';
import type { DemoConnection } from '../demo-database.ts';

/** Names a table of the connection's database. */
export const quoted = (name: string): string => mysql.escapeId(name, true);

/** Expects a connection of the demo's own, whose time zone is UTC. Values are written as PostgreSQL's side writes them. */
export const comparedSide = (connection: DemoConnection): ComparedSide => ({
  begin: async () => {
    await connection.change('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.change('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  },
  end: async () => {
    await connection.change('ROLLBACK');
  },
  columnsOf: async (table) => {
    const found = await connection.read<{ name: string; type: string }>(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_schema = database() AND table_name = ? ORDER BY ordinal_position`,
      [table],
    );
    if (found.length === 0) return [];
    // JSON is an alias of longtext; what tells it is the check that comes with it. A prepared query that looks each column
    // up in the catalog's table of checks has crashed a server (11.4.5).
    const [created] = await connection.read<{ 'Create Table': string }>(`SHOW CREATE TABLE ${quoted(table)}`);
    const isJson = (name: string): boolean =>
      created?.['Create Table'].includes(`json_valid(${quoted(name)})`) === true;
    return found.map(({ name, type }) => ({
      name,
      form: isJson(name) ? 'json' : (formsByType[type] ?? 'other'),
    }));
  },
  keyOf: async (table) => {
    const found = await connection.read<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.key_column_usage
       WHERE table_schema = database() AND table_name = ? AND constraint_name = 'PRIMARY' ORDER BY ordinal_position`,
      [table],
    );
    return found.map(({ name }) => name);
  },
  summarize: async (table, columns) => {
    const [summed] = await connection.read<{ row_count: string; hash: string }>(
      `SELECT cast(count(*) AS char) AS row_count,
              cast(coalesce(sum(cast(conv(substr(md5(${rowText(columns)}), 1, 15), 16, 10) AS decimal(20))), 0) AS char) AS hash
       FROM ${quoted(table)}`,
    );
    return summed === undefined ? { rows: '0', hash: '0' } : { rows: summed.row_count, hash: summed.hash };
  },
  hashesByKey: async (table, key, columns) => {
    const found = await connection.read<{ row_key: string; hash: string }>(
      `SELECT concat('(', concat_ws(',', ${key.map(valueText).join(', ')}), ')') AS row_key,
              md5(${rowText(columns)}) AS hash
       FROM ${quoted(table)}`,
    );
    return new Map(found.map((row) => [row.row_key, row.hash]));
  },
});

/** Each part is preceded by its length in characters, and NULL has none, so that no two rows have the same text. */
const rowText = (columns: readonly ComparedColumn[]): string => {
  const parts = columns.map(
    (column) => `coalesce(concat(char_length(${valueText(column)}), ':', ${valueText(column)}), '-')`,
  );
  return parts.length === 0 ? "''" : `concat(${parts.join(', ')})`;
};

const valueText = ({ name, as }: ComparedColumn): string => {
  const column = quoted(name);
  switch (as) {
    case 'float':
      // sformat makes a text of NULL.
      return `if(${column} IS NULL, NULL, sformat('{:.16e}', ${column}))`;
    case 'binary':
      return `lower(hex(${column}))`;
    case 'date':
      return `date_format(${column}, '%Y-%m-%d')`;
    case 'timestamp':
    case 'instant':
      return `date_format(${column}, '%Y-%m-%d %H:%i:%s.%f')`;
    case 'json':
      return `convert(json_loose(${column}) USING utf8mb4)`;
    case 'integer':
    case 'decimal':
    case 'boolean':
    case 'text':
    case 'other':
      return `convert(${column} USING utf8mb4)`;
  }
};

/** By the names in information_schema. */
const formsByType: Readonly<Record<string, ValueForm>> = {
  tinyint: 'integer',
  smallint: 'integer',
  mediumint: 'integer',
  int: 'integer',
  bigint: 'integer',
  year: 'integer',
  decimal: 'decimal',
  float: 'float',
  double: 'float',
  char: 'text',
  varchar: 'text',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  enum: 'text',
  set: 'text',
  binary: 'binary',
  varbinary: 'binary',
  tinyblob: 'binary',
  blob: 'binary',
  mediumblob: 'binary',
  longblob: 'binary',
  date: 'date',
  datetime: 'timestamp',
  timestamp: 'instant',
};
