import { describe, expect, test } from '@jest/globals';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { planChange as planMysql } from '#core/databases/mysql/target/change-table.ts';
import { describeType } from '#core/databases/mysql/types/column-types.ts';
import { planChange as planPostgres } from '#core/databases/postgresql/target/change-table.ts';
import type { TargetStep } from '#core/ports/table-changer.ts';

const column = (name: string, change: Partial<ColumnDescription> = {}): ColumnDescription => ({
  ...{ name, type: 'integer', baseType: 'int4', isArray: false, typeKind: 'base' },
  ...{ notNull: false, isGenerated: false },
  ...change,
});
const varchar = (name: string, maxLength: number): ColumnDescription =>
  column(name, { type: `character varying(${maxLength})`, baseType: 'varchar', maxLength });
const table = (columns: readonly ColumnDescription[]): TableDescription => ({
  ...{ ref: { schema: 'public', table: 'orders' }, columns, primaryKey: ['id'] },
  ...{ isKeyDeferrable: false, replicaIdentity: 'default', relationKind: 'table' },
  ...{ estimatedRows: 0, bytes: 0, uniqueIndexes: [] },
});
const id = column('id', { notNull: true });
const a = column('a', { notNull: true });
const target = { schema: 'out', table: 'or"ders' };
const text = column('t', { type: 'text', baseType: 'text', notNull: true });

const add = (added: ColumnDescription, constant?: string): TargetStep => ({
  kind: 'add',
  column: added,
  fill: constant === undefined ? { kind: 'null' } : { kind: 'constant', text: constant },
});
const widen: TargetStep = { kind: 'type', before: varchar('v', 10), after: varchar('v', 20) };

describe('in PostgreSQL', () => {
  const plan = (
    steps: readonly TargetStep[],
    columns: readonly ColumnDescription[] = [id, a, varchar('v', 10)],
    isRepeated = false,
  ) => {
    const before = table([id, a, varchar('v', 10)]);
    return planPostgres({ target, before, after: before, steps, isRepeated }, table(columns));
  };

  test.each<[TargetStep, readonly string[]]>([
    [add(column('c')), ['ADD COLUMN "c" integer']],
    [add(column('c', { notNull: true }), '7'), [`ADD COLUMN "c" integer DEFAULT '7' NOT NULL`]],
    [add(text, "it's \\"), [String.raw`ADD COLUMN "t" text DEFAULT  E'it''s \\' NOT NULL`]],
    [{ kind: 'drop', name: 'a' }, ['DROP COLUMN "a"']],
    [{ kind: 'drop', name: 'gone' }, []],
    [{ kind: 'retire', name: 'a' }, ['ALTER COLUMN "a" DROP NOT NULL']],
    [{ kind: 'release', name: 'v' }, []],
    [{ kind: 'rename', from: 'a', to: 'x' }, ['RENAME COLUMN "a" TO "x"']],
    [widen, ['ALTER COLUMN "v" TYPE character varying(20)']],
  ])('%j', (step, actions) => {
    expect(plan([step])).toEqual({
      statements: actions.map((action) => `ALTER TABLE "out"."or""ders" ${action}`),
      problems: [],
    });
  });

  test('a column that is wide enough stays', () => {
    expect(plan([widen], [id, a, varchar('v', 99)]).statements).toEqual([]);
  });

  test('what the user has made otherwise is not touched', () => {
    expect(plan([add(a)]).problems).toEqual(['it has a column a already']);
    expect(plan([widen], [id, a, varchar('v', 5)]).problems).toEqual([
      'its column v is character varying(5)',
    ]);
    expect(plan([{ kind: 'rename', from: 'b', to: 'x' }]).problems).toEqual(['it has no column b']);
    expect(plan([{ kind: 'rename', from: 'a', to: 'v' }]).problems).toEqual(['it has a column v already']);
  });

  test('after a crash what is done is left out', () => {
    const steps: readonly TargetStep[] = [
      ...[
        { kind: 'rename', from: 'a', to: 'x' } as const,
        add(column('c')),
        { kind: 'drop', name: 'v' } as const,
      ],
      { kind: 'retire', name: 'x' },
    ];
    expect(plan(steps).statements).toHaveLength(4);
    const done = [id, column('x'), column('c')];
    expect(plan(steps, done, true)).toEqual({ statements: [], problems: [] });
  });
});

describe('in MySQL and MariaDB', () => {
  const native = (
    name: string,
    columnType: string,
    change: Partial<ColumnDescription> = {},
  ): ColumnDescription => {
    const [, dataType = '', first] = /^([a-z]+)(?:\((\d+))?/.exec(columnType) ?? [];
    return {
      name,
      ...describeType({
        ...{ dataType, columnType, isUnsigned: false },
        ...(first !== undefined && { maxLength: Number(first) }),
        ...(/char|text/.test(dataType) && { charset: 'utf8mb4', collation: 'utf8mb4_nopad_bin' }),
      }),
      ...{ isArray: false, notNull: false, isGenerated: false },
      ...change,
    };
  };
  const there = [
    native('id', 'int(11)', { notNull: true }),
    native('a', 'int(11)', { notNull: true }),
    native('v', 'varchar(10)'),
  ];
  const plan = (
    step: TargetStep,
    after: readonly ColumnDescription[],
    columns: readonly ColumnDescription[] = there,
    isRepeated = false,
  ) =>
    planMysql(
      { target, before: table([id, a, varchar('v', 10)]), after: table(after), steps: [step], isRepeated },
      table(columns),
      { isMariadb: true },
    );
  const number = column('c', { notNull: true });

  test.each<[TargetStep, readonly ColumnDescription[], readonly string[]]>([
    [add(column('c')), [id, a, column('c')], ['ADD COLUMN `c` int NULL']],
    [add(number, '7'), [id, a, number], ['ADD COLUMN `c` int NOT NULL DEFAULT 7']],
    [add(text, "it's"), [id, a, text], ["ADD COLUMN `t` longtext NOT NULL DEFAULT ('it''s')"]],
    [{ kind: 'drop', name: 'a' }, [id], ['DROP COLUMN `a`']],
    [{ kind: 'retire', name: 'a' }, [id], ['MODIFY COLUMN `a` int(11) NULL']],
    [{ kind: 'release', name: 'v' }, [id], []],
    [{ kind: 'rename', from: 'a', to: 'x' }, [id, column('x')], ['RENAME COLUMN `a` TO `x`']],
    [widen, [id, a, varchar('v', 20)], ['MODIFY COLUMN `v` varchar(20) NULL']],
  ])('%j', (step, after, actions) => {
    expect(plan(step, after)).toEqual({
      statements: actions.map((action) => `ALTER TABLE \`out\`.\`or"ders\` ${action}`),
      problems: [],
    });
  });

  test('what the user has made otherwise is not touched, and what is done is left out', () => {
    expect(plan(add(a), [id, a]).problems).toEqual(['it has a column a already']);
    expect(plan(add(a), [id, a], there, true)).toEqual({ statements: [], problems: [] });
    const narrow = [...there.slice(0, 2), native('v', 'varchar(5)')];
    expect(plan(widen, [id, a, varchar('v', 20)], narrow).problems).toEqual(['its column v is varchar(5)']);
    const wide = [...there.slice(0, 2), native('v', 'varchar(20)')];
    expect(plan(widen, [id, a, varchar('v', 20)], wide).statements).toEqual([]);
  });
});
