import { describe, expect, test } from '@jest/globals';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { followStatement } from '#core/databases/mysql/source/follow-statement.ts';
import { describeType } from '#core/databases/mysql/types/column-types.ts';
import { describeChange } from '#core/schema/plan-target-steps.ts';

const column = (
  name: string,
  columnType: string,
  change: Partial<ColumnDescription> & { readonly charset?: string } = {},
): ColumnDescription => {
  const [, dataType = '', first, second] = /^([a-z]+)(?:\((\d+)(?:,(\d+))?\))?/.exec(columnType) ?? [];
  const isText = /char|text|enum/.test(dataType);
  const { charset = 'utf8mb4', ...rest } = change;
  return {
    name,
    ...describeType({
      ...{ dataType, columnType, isUnsigned: columnType.includes('unsigned') },
      ...(isText && { charset, collation: `${charset}_general_ci` }),
      ...(first !== undefined && {
        maxLength: Number(first),
        precision: Number(first),
        fraction: Number(first),
      }),
      ...(second !== undefined && { scale: Number(second) }),
    }),
    ...{ isArray: false, notNull: false, isGenerated: false },
    ...rest,
  };
};
const table = (
  columns: readonly ColumnDescription[],
  primaryKey: readonly string[] = ['id'],
): TableDescription => ({
  ...{ ref: { schema: 'shop', table: 't' }, columns, primaryKey },
  ...{ isKeyDeferrable: false, replicaIdentity: 'default', relationKind: 'table' },
  ...{ estimatedRows: 0, bytes: 0, uniqueIndexes: [] },
});
const id = column('id', 'int(11)', { notNull: true });
const a = column('a', 'int(11)');
const v = column('v', 'varchar(20)');
const known = table([id, a, v]);

const follow = (statement: string, now: readonly ColumnDescription[]) =>
  followStatement(known, table(now), statement);
const said = (followed: ReturnType<typeof follow>): string =>
  followed.isKnown
    ? followed.changes
        .map((change) =>
          change.kind === 'add-column' && change.fill.kind === 'constant'
            ? `${change.column.name} = '${change.fill.text}'`
            : describeChange(change),
        )
        .join('; ')
    : `${followed.kind}: ${followed.what}`;

describe('columns that are added', () => {
  test.each<[string, ColumnDescription, string]>([
    ['int', column('c', 'int(11)'), 'column c (int(11)) was added'],
    ['INTEGER NULL DEFAULT NULL', column('c', 'int'), 'column c (int) was added'],
    ['int DEFAULT 7', column('c', 'int(11)'), "c = '7'"],
    ['int NOT NULL', column('c', 'int(11)', { notNull: true }), "c = '0'"],
    ['BOOLEAN NOT NULL DEFAULT TRUE', column('c', 'tinyint(1)', { notNull: true }), "c = '1'"],
    ['int unsigned DEFAULT -5', column('c', 'int(10) unsigned'), "c = '-5'"],
    ['decimal(10,2) DEFAULT 1.5', column('c', 'decimal(10,2)'), "c = '1.50'"],
    ["varchar(9) NOT NULL DEFAULT 'it''s' COMMENT 'x, y' AFTER id", column('c', 'varchar(9)'), "c = 'it's'"],
    ['varchar(9) NOT NULL', column('c', 'varchar(9)', { notNull: true }), "c = ''"],
    ["enum('a','b') DEFAULT 'b'", column('c', "enum('a','b')"), "c = 'b'"],
    ["date DEFAULT '2026-02-28'", column('c', 'date'), "c = '2026-02-28'"],
    ["datetime DEFAULT '2026-02-28 10:00:00'", column('c', 'datetime'), "c = '2026-02-28 10:00:00'"],
    ['json', column('c', 'json'), 'column c (json) was added'],
  ])('%s', (definition, described, expected) => {
    expect(said(follow(`ALTER TABLE \`t\` ADD COLUMN \`c\` ${definition}`, [id, a, v, described]))).toBe(
      expected,
    );
  });

  test.each<[string, ColumnDescription]>([
    ['datetime DEFAULT CURRENT_TIMESTAMP', column('c', 'datetime')],
    ['timestamp', column('c', 'timestamp')],
    ["date DEFAULT '2026-02-30'", column('c', 'date')],
    ['varchar(9) DEFAULT 7', column('c', 'varchar(9)')],
    ["varchar(9) DEFAULT 'a\\\\'", column('c', 'varchar(9)')],
    ["char(9) DEFAULT 'a '", column('c', 'char(9)')],
    ['double DEFAULT 0.1', column('c', 'double')],
    ['int DEFAULT (1 + 1)', column('c', 'int')],
    ["varchar(9) DEFAULT 'a' 'b'", column('c', 'varchar(9)')],
    ['decimal(10,2) DEFAULT 1.234', column('c', 'decimal(10,2)')],
  ])('what the rows have is not certain: %s', (definition, described) => {
    expect(said(follow(`ALTER TABLE t ADD c ${definition}`, [id, a, v, described]))).toBe(
      'rewrite: column c was added, and the log does not say which value the rows that were there have in it',
    );
  });

  test('what the catalog has otherwise by now is not guessed', () => {
    for (const now of [
      [id, a, v],
      [id, a, v, column('c', 'bigint(20)')],
      [id, a, v, column('c', 'int(10) unsigned')],
    ]) {
      expect(said(follow('ALTER TABLE t ADD c int', now))).toMatch(
        /^rewrite: column c was added and changed again/,
      );
    }
    expect(
      said(
        follow('ALTER TABLE t ADD c varchar(9) CHARACTER SET latin1', [id, a, v, column('c', 'varchar(9)')]),
      ),
    ).toMatch(/^rewrite/);
  });

  test('several at once, with their places', () => {
    const followed = follow('ALTER TABLE t ADD (c int, d varchar(5)), ADD e int FIRST', [
      ...[column('e', 'int'), id, a, v, column('c', 'int'), column('d', 'varchar(5)')],
    ]);
    expect(followed.isKnown && followed.after.columns.map(({ name }) => name)).toEqual([
      'e',
      'id',
      'a',
      'v',
      'c',
      'd',
    ]);
  });

  test.each([
    'int GENERATED ALWAYS AS (a + 1)',
    'int AUTO_INCREMENT',
    'int PRIMARY KEY',
    'int UNIQUE',
    'point SRID 0',
  ])('a form that is not known as a whole holds the table: %s', (definition) => {
    expect(follow(`ALTER TABLE t ADD c ${definition}`, [id, a, v, column('c', 'int')]).isKnown).toBe(false);
  });
});

describe('columns that are there', () => {
  test.each<[string, readonly ColumnDescription[], string]>([
    ['DROP COLUMN a', [id, v], 'column a was dropped'],
    ['DROP a, DROP COLUMN IF EXISTS nothing', [id, v], 'column a was dropped'],
    ['RENAME COLUMN a TO `x y`', [id, column('x y', 'int'), v], 'column a was renamed to x y'],
    ['CHANGE a x int', [id, column('x', 'int(11)'), v], 'column a was renamed to x'],
    [
      'CHANGE COLUMN a x bigint',
      [id, column('x', 'bigint(20)'), v],
      'column a was renamed to x; the type of column x was changed from int(11) to bigint(20)',
    ],
    [
      'MODIFY v varchar(40)',
      [id, a, column('v', 'varchar(40)')],
      'the type of column v was changed from varchar(20) to varchar(40)',
    ],
    ['MODIFY id int NULL', [column('id', 'int(11)'), a, v], 'column id takes NULL now'],
    ['ADD INDEX (a), ALTER a SET DEFAULT 3', [id, a, v], ''],
    // They come again after a restart of the connector.
    ['RENAME COLUMN b TO a', [id, a, v], ''],
    ['ADD COLUMN a int', [id, a, v], ''],
  ])('%s', (clauses, now, expected) => {
    expect(said(follow(`ALTER TABLE shop.t ${clauses}`, now))).toBe(expected);
  });

  test.each<[string, readonly ColumnDescription[], string]>([
    [
      'ALTER TABLE t MODIFY v varchar(10)',
      [id, a, column('v', 'varchar(10)')],
      'change-type: ALTER TABLE with MODIFY v varchar ( 10 )',
    ],
    [
      'ALTER TABLE t MODIFY a int unsigned',
      [id, column('a', 'int(10) unsigned'), v],
      'change-type: ALTER TABLE with MODIFY a int unsigned',
    ],
    [
      'ALTER TABLE t MODIFY v varchar(40)',
      [id, a, column('v', 'varchar(40)', { charset: 'latin1' })],
      'change-type: ALTER TABLE with MODIFY v varchar ( 40 )',
    ],
    [
      'ALTER TABLE t MODIFY a int NOT NULL',
      [id, { ...a, notNull: true }, v],
      'rewrite: ALTER TABLE with MODIFY a int NOT NULL',
    ],
    ['ALTER TABLE t DROP COLUMN id', [a, v], 'change-key: column id of its key was dropped'],
    ['ALTER TABLE t RENAME COLUMN a TO v', [id, v], 'other: ALTER TABLE with RENAME COLUMN a TO v'],
    [
      'ALTER TABLE t CONVERT TO CHARACTER SET latin1',
      [id, a, v],
      'rewrite: ALTER TABLE with CONVERT TO CHARACTER SET latin1',
    ],
    [
      'ALTER TABLE parts EXCHANGE PARTITION p WITH TABLE t',
      [id, a, v],
      'rewrite: ALTER TABLE with EXCHANGE PARTITION p WITH TABLE t',
    ],
    ['ALTER TABLE t DROP PRIMARY KEY', [id, a, v], 'change-key: ALTER TABLE with DROP PRIMARY KEY'],
    ['ALTER TABLE t DROP PARTITION p0', [id, a, v], 'drop-partition: ALTER TABLE with DROP PARTITION p0'],
    ['ALTER TABLE t RENAME TO u', [id, a, v], 'replace-table: ALTER TABLE with RENAME TO u'],
    ['DROP TABLE t', [id, a, v], 'drop-table: it was dropped'],
    ['RENAME TABLE t TO u', [id, a, v], 'replace-table: a table was renamed, and has its name or had it'],
    [
      'ALTER IGNORE TABLE t ADD c int',
      [id, a, v, column('c', 'int')],
      'other: the statement "ALTER IGNORE TABLE" with ADD c int',
    ],
    [
      '/* millrace: a statement of the kind ALTER TABLE that Debezium cannot read */ ALTER TABLE t ADD c int',
      [id, a, v, column('c', 'int')],
      'other: a statement of the kind ALTER TABLE that Debezium cannot read: "ALTER TABLE t ADD c int"',
    ],
  ])('%s is not followed', (statement, now, expected) => {
    expect(said(follow(statement, now))).toBe(expected);
  });
});
