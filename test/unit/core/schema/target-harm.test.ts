import { describe, expect, test } from '@jest/globals';
import type { ColumnDescription, KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { mysqlTargetDialect } from '#core/databases/mysql/target/dialect.ts';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';
import {
  describeTargetChange,
  findHarmInFollowing,
  findTargetHarm,
  isSameTarget,
  outlineTarget,
} from '#core/schema/target-harm.ts';

const column = (
  name: string,
  number: number,
  change: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  ...{ name, type: 'integer', baseType: 'int4', isArray: false, typeKind: 'base' },
  ...{ notNull: false, isGenerated: false },
  catalog: { number, typeId: 23, typeModifier: -1, version: '700' },
  ...change,
});
const numeric = (name: string, number: number, precision: number, scale: number): ColumnDescription =>
  column(name, number, {
    ...{ type: `numeric(${precision},${scale})`, baseType: 'numeric', precision, scale },
  });
const id = column('id', 1, { notNull: true });
const amount = numeric('amount', 2, 10, 2);
const note = column('note', 3, { type: 'text', baseType: 'text' });
const table = (
  columns: readonly ColumnDescription[],
  change: Partial<TableDescription> = {},
): TableDescription => ({
  ref: { schema: 'public', table: 'orders' },
  ...{
    columns,
    primaryKey: ['id'],
    isKeyDeferrable: false,
    replicaIdentity: 'default',
    relationKind: 'table',
  },
  ...{ estimatedRows: 10, bytes: 100, uniqueIndexes: [] },
  catalog: { id: 5, storageId: 5, rewriteVersion: '700', nameVersion: '700', owner: 10 },
  ...change,
});
const source = table([id, amount, note]);
const ref = { schema: 'public', table: 'shop_orders' };
const before = table([id, amount, note], { ref });
const mapping = { source: source.ref, target: ref };
const compare = postgresTargetDialect.compareTargetTable;
const shape: KnownShape = { copied: source, seen: source, target: outlineTarget(before) };
const later = { number: 2, typeId: 23, typeModifier: -1, version: '720' };
const rewritten = { id: 5, storageId: 6, rewriteVersion: '720', nameVersion: '700', owner: 10 };

const harmOf = (now: TableDescription | undefined, known: KnownShape = shape) => {
  const harm = findTargetHarm({ mapping, shape: known, now, compare });
  return harm && [harm.code, harm.message];
};

describe('rows may have been rounded, cut or emptied, and only a new copy makes them right', () => {
  test.each<[string, TableDescription | undefined, string]>([
    [
      'fewer digits',
      table([id, numeric('amount', 2, 10, 0), note]),
      'column amount is numeric(10,0), but the source has numeric(10,2) (it was numeric(10,2))',
    ],
    ['a column that is gone', table([id, amount]), 'column note is missing'],
    ['a table that is gone', undefined, 'it is gone'],
    ['no key', table([id, amount, note], { primaryKey: [] }), 'has no primary key'],
    [
      'a view',
      table([id, amount, note], { relationKind: 'view' }),
      'is not a table that can be written (view)',
    ],
    [
      'another table of the name',
      table([id, amount, note], { catalog: { ...rewritten, id: 9 } }),
      'it was dropped and created again',
    ],
    [
      'a column that was dropped and added again',
      table([id, amount, { ...note, catalog: { ...later, number: 4 } }]),
      'column note was dropped and added again',
    ],
    [
      'a column that has the name of one that was renamed',
      table([id, { ...amount, name: 'old' }, note, numeric('amount', 4, 10, 2)]),
      'column amount was renamed to old',
    ],
    [
      'a type that was there in between',
      table([id, { ...amount, catalog: later }, note], { catalog: rewritten }),
      'column amount was altered and the table',
    ],
    [
      'numbers that the server has spelled as texts',
      table([id, column('amount', 2, { type: 'text', baseType: 'text' }), note]),
      'so its values are as the server spells them',
    ],
    ['a generated column', table([id, amount, { ...note, isGenerated: true }]), 'column note is generated'],
  ])('%s', (_what, now, words) => {
    expect(harmOf(now)).toEqual(['TargetChanged', expect.stringContaining(words)]);
  });

  test('it stays so when the target is set back', () => {
    expect(harmOf(before, { ...shape, targetLost: 'It was numeric(10,0).' })).toEqual([
      'TargetChanged',
      'It was numeric(10,0).',
    ]);
  });

  test('also where nobody has noted what it was', () => {
    const { target: _none, ...unknown } = shape;
    expect(harmOf(table([id, numeric('amount', 2, 10, 0), note]), unknown)).toEqual([
      'TargetChanged',
      'Target table public.shop_orders does not suit its source: column amount is numeric(10,0), but the source has numeric(10,2).',
    ]);
    expect(harmOf(before, unknown)).toBeUndefined();
    expect(harmOf(undefined, unknown)).toEqual(['TableNotFound', expect.any(String)]);
  });
});

describe('the rows are as they were, and it goes on when it is set right', () => {
  test.each<[string, TableDescription, string]>([
    [
      'a column of its own that nothing fills',
      table([id, amount, note, column('own', 4, { notNull: true })]),
      'column own is NOT NULL without a default',
    ],
    [
      'a column that was renamed',
      table([id, amount, { ...note, name: 'remark' }]),
      'column note was renamed to remark',
    ],
    ['NOT NULL', table([id, amount, { ...note, notNull: true }]), 'column note is NOT NULL'],
    [
      'a deferrable key',
      table([id, amount, note], { isKeyDeferrable: true }),
      'has a DEFERRABLE primary key',
    ],
  ])('%s', (_what, now, words) => {
    expect(harmOf(now)).toEqual(['SchemaMismatch', expect.stringContaining(words)]);
  });
});

describe('nothing is lost', () => {
  test.each<[string, TableDescription, readonly string[]]>([
    ['nothing has changed', before, []],
    [
      'more digits',
      table([id, numeric('amount', 2, 20, 4), note]),
      ['column amount was numeric(10,2) and is numeric(20,4)'],
    ],
    ['a column of its own', table([id, amount, note, column('own', 4)]), ['column own was added']],
    [
      'rows that were written again, as by VACUUM FULL',
      table([id, amount, note], { catalog: rewritten }),
      [],
    ],
    [
      'a column whose default was changed before that',
      table([id, { ...amount, catalog: { ...later, version: '710' } }, note]),
      [],
    ],
    [
      'a catalog that was written again as a whole, as by pg_upgrade',
      table(
        [id, amount, note].map((one, index) => ({
          ...one,
          catalog: { ...later, number: index + 1, version: '900' },
        })),
        { catalog: { ...rewritten, rewriteVersion: '901' } },
      ),
      [],
    ],
  ])('%s', (_what, now, words) => {
    expect(harmOf(now)).toBeUndefined();
    expect(describeTargetChange(before, now)).toEqual(words);
  });

  test('what a policy has kept narrower than the source does not count, and what is narrower still does', () => {
    const wide = table([id, numeric('amount', 2, 12, 4), note]);
    const known = { ...shape, copied: wide };
    expect(harmOf(before, known)).toBeUndefined();
    expect(harmOf(table([id, numeric('amount', 2, 10, 1), note]), known)?.[0]).toBe('TargetChanged');
  });

  test('in the middle of a change that the target follows, nothing is said', () => {
    expect(harmOf(table([id]), { ...shape, following: source })).toBeUndefined();
  });

  test('statistics are not kept', () => {
    const busy = outlineTarget({ ...before, estimatedRows: 99, bytes: 1, uniqueIndexes: ['more'] });
    expect(isSameTarget(busy, outlineTarget(before))).toBe(true);
    expect(isSameTarget(undefined, busy)).toBe(false);
  });
});

test('a change that the target has followed does not hide that of another column', () => {
  const copied = table([id, amount, note, column('added', 4)]);
  const followed = (now: TableDescription, changed: readonly string[]) =>
    findHarmInFollowing({ mapping, shape: { ...shape, copied }, now, compare }, new Set(changed))?.message;
  const added = column('added', 4);
  expect(followed(table([id, amount, note, added]), ['added'])).toBeUndefined();
  const narrower = table([id, numeric('amount', 2, 10, 0), note, added]);
  expect(followed(narrower, ['added'])).toContain('column amount is numeric(10,0)');
  expect(followed(narrower, ['added', 'amount'])).toBeUndefined();
});

describe('MySQL and MariaDB', () => {
  const native = (type: string, baseType = type) => ({ native: { type, baseType } });
  const key = { ...id, ...native('bigint'), catalog: undefined };
  const digits = (type: string, precision: number, scale: number): ColumnDescription =>
    ({
      ...numeric('amount', 2, precision, scale),
      ...native(type, 'decimal'),
      catalog: undefined,
    }) as never;
  const text = { ...note, ...native('text'), catalog: undefined } as never as ColumnDescription;
  const last = { ...column('last', 4), ...native('int'), catalog: undefined } as never as ColumnDescription;
  const plain = (columns: readonly ColumnDescription[], change: Partial<TableDescription> = {}) => {
    const { catalog: _none, ...rest } = table(columns, { ref, storageEngine: 'InnoDB', ...change });
    return rest;
  };
  const columns = [key as never as ColumnDescription, digits('decimal(10,2)', 10, 2), text, last];
  const [idColumn, amountColumn] = columns as [ColumnDescription, ColumnDescription];
  const copied = plain(columns, { ref: source.ref });
  const harm = (now: TableDescription) => {
    const known = { copied, seen: copied, target: outlineTarget(plain(columns)) };
    const found = findTargetHarm({
      ...{ mapping, shape: known, now },
      compare: mysqlTargetDialect.compareTargetTable,
    });
    return found && [found.code, found.message];
  };

  test.each<[string, TableDescription, string]>([
    [
      'fewer digits',
      plain([idColumn, digits('decimal(10,0)', 10, 0), text, last]),
      'column amount is decimal(10,0), but the source has decimal(10,2) (it was decimal(10,2))',
    ],
    [
      'a column at the end that was not there',
      plain([idColumn, amountColumn, last, text]),
      'its columns have another order, so one of them may have been dropped and added again: id, amount, last, note',
    ],
    [
      'NULL that may have been made another value',
      plain([idColumn, amountColumn, { ...text, notNull: true }, last]),
      'column note is NOT NULL, but the source allows NULL',
    ],
    [
      'characters that may have been replaced',
      plain([
        idColumn,
        amountColumn,
        { ...text, native: { type: 'text', baseType: 'text', charset: 'latin1' } },
        last,
      ]),
      'characters that latin1 does not have may have been replaced',
    ],
    ['another engine', plain(columns, { storageEngine: 'MyISAM' }), 'is stored by MyISAM'],
  ])('%s', (_what, now, words) => {
    expect(harm(now)).toEqual(['TargetChanged', expect.stringContaining(words)]);
  });

  test('a column of its own is no matter, wherever it stands', () => {
    const own = { ...last, name: 'own' };
    expect(harm(plain([own, ...columns]))).toBeUndefined();
    expect(harm(plain([...columns, { ...own, notNull: true }]))?.[0]).toBe('SchemaMismatch');
  });
});
