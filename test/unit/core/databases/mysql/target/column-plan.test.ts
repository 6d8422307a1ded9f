import { describe, expect, test } from '@jest/globals';
import { planColumns } from '#core/databases/mysql/target/column-plan.ts';
import { mysqlColumn, sourceColumn, tableOf } from '../target-columns.ts';

const typeOf = (...column: Parameters<typeof sourceColumn>) =>
  planColumns(tableOf([sourceColumn(...column)])).columns[0]?.type;

describe('a column of PostgreSQL', () => {
  test.each([
    ['bool', {}, 'tinyint(1)'],
    ['int2', {}, 'smallint'],
    ['int8', {}, 'bigint'],
    ['xid8', {}, 'bigint unsigned'],
    ['numeric', { precision: 12, scale: 2 }, 'decimal(12,2)'],
    ['numeric', { precision: 5, scale: -2 }, 'decimal(7,0)'],
    ['numeric', { precision: 3, scale: 5 }, 'decimal(5,5)'],
    ['float4', {}, 'float'],
    ['text', {}, 'longtext'],
    ['varchar', { maxLength: 80 }, 'varchar(80)'],
    ['varchar', {}, 'longtext'],
    ['varchar', { maxLength: 20_000 }, 'longtext'],
    ['bpchar', { maxLength: 5 }, 'varchar(5)'],
    ['bytea', {}, 'longblob'],
    ['time', {}, 'time(6)'],
    ['timestamp', { precision: 3 }, 'datetime(3)'],
    ['timestamptz', {}, 'datetime(6)'],
    ['uuid', {}, 'char(36)'],
    ['jsonb', {}, 'longtext'],
    ['bit', { maxLength: 64 }, 'bit(64)'],
    ['bit', { maxLength: 65 }, 'varchar(65)'],
    ['int4', { isArray: true }, 'longtext'],
    ['mood', { typeKind: 'enum' }, 'varchar(63)'],
    ['int4range', { typeKind: 'range' }, 'longtext'],
  ] as const)('%s %j becomes %s', (baseType, more, type) => {
    expect(typeOf(baseType, more)).toBe(type);
  });

  test.each([
    [{}, 'without a precision'],
    [{ precision: 66, scale: 0 }, 'at most 65 digits'],
    [{ precision: 40, scale: 31 }, '30 of them in the fraction'],
  ])('numeric %j is refused, with what to do', (more, reason) => {
    const { refusals } = planColumns(tableOf([sourceColumn('numeric', more)]));
    expect(refusals).toEqual([expect.stringContaining(reason)]);
    expect(refusals[0]).toContain('give its target column a type');
  });
});

describe('a column of MySQL', () => {
  test.each([
    ['tinyint(1)', 'tinyint(1)'],
    ['int(10) unsigned zerofill', 'int unsigned'],
    ['decimal(10,2) unsigned', 'decimal(10,2) unsigned'],
    [`enum('a','it''s','\\\\')`, `enum('a','it''s',_utf8mb4 X'5c5c')`],
    ['year(4)', 'year'],
    ['mediumtext', 'mediumtext'],
    ['geomcollection', 'geometrycollection'],
    ['binary(16)', 'binary(16)'],
    ['datetime', 'datetime(0)'],
  ])('%s stays %s', (native, type) => {
    const [column] = planColumns(tableOf([mysqlColumn(native)])).columns;
    expect(column?.type).toBe(type);
  });

  test('keeps its character set', () => {
    const [column] = planColumns(tableOf([mysqlColumn('varchar(10)', { charset: 'latin1' })])).columns;
    expect(column).toMatchObject({ type: 'varchar(10)', charset: 'latin1' });
  });

  test('of MariaDB alone becomes what its values are to others', () => {
    const [column] = planColumns(tableOf([mysqlColumn('uuid', { type: 'uuid', baseType: 'uuid' })])).columns;
    expect(column?.type).toBe('char(36)');
  });

  test('cannot bring SQL along in the name of its type', () => {
    const [column] = planColumns(tableOf([mysqlColumn('int(11)) ENGINE=MyISAM; --')])).columns;
    expect(column?.type).not.toContain('ENGINE');
  });
});

describe('a key', () => {
  const keyed = (...columns: ReturnType<typeof sourceColumn>[]) =>
    planColumns(
      tableOf(
        columns,
        columns.map(({ name }) => name),
      ),
    );

  test('without a length gets what InnoDB has left', () => {
    expect(keyed(sourceColumn('text')).columns[0]?.type).toBe('varchar(768)');
    expect(keyed(sourceColumn('bytea')).columns[0]?.type).toBe('varbinary(3072)');
    const { columns, refusals } = keyed(
      sourceColumn('text', { name: 'a' }),
      sourceColumn('int8', { name: 'b' }),
      sourceColumn('text', { name: 'c' }),
    );
    expect(columns.map(({ type }) => type)).toEqual(['varchar(383)', 'bigint', 'varchar(383)']);
    expect(refusals).toEqual([]);
  });

  test('that is too long, or of single floats, is refused', () => {
    expect(keyed(sourceColumn('varchar', { maxLength: 769 })).refusals).toEqual([
      expect.stringContaining('3072 bytes'),
    ]);
    expect(keyed(sourceColumn('float4')).refusals).toEqual([
      expect.stringContaining('cannot look up by its value'),
    ]);
  });
});

test('the longest columns give way where a row has no room for all', () => {
  const lengths = [10_000, 4_000, 4_000];
  const { columns } = planColumns(
    tableOf(lengths.map((maxLength, index) => sourceColumn('varchar', { name: `c${index}`, maxLength }))),
  );
  expect(columns.map(({ type }) => type)).toEqual(['longtext', 'varchar(4000)', 'varchar(4000)']);
});
