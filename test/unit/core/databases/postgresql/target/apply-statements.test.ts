import { describe, expect, test } from '@jest/globals';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { describeApplyTable } from '#core/databases/postgresql/target/apply-statements.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import type { ApplyRow } from '#core/ports/apply-table.ts';
import type { RowEvent } from '#core/ports/row-event.ts';

const column = (
  name: string,
  baseType: string,
  change: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  name,
  type: baseType,
  baseType,
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  ...change,
});
const describeTable = (table: string, columns: readonly ColumnDescription[]): TableDescription => ({
  ref: { schema: 'public', table },
  columns,
  primaryKey: ['id'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
});
const mapping = {
  source: { schema: 'public', table: 'orders' },
  target: { schema: 'public', table: 'shop_orders' },
};
const columns = [
  column('id', 'int8'),
  column('total', 'numeric', { type: 'numeric(12,2)' }),
  column('tags', 'text', { isArray: true, type: 'text[]' }),
];
const source = describeTable('orders', columns);
const target = describeTable('shop_orders', columns);
const table = describeApplyTable(mapping, source, target, codec);

const textOf = (...steps: Parameters<typeof table.statements.forSteps>[0]): readonly string[] =>
  table.statements.forSteps(steps).map(({ text }) => text);
const write = { kind: 'write', deletes: [], patches: [], upserts: [] } as const;

describe('a copy', () => {
  const whole = ['1', '1.50', '{a}'] as const;
  const upsert = (row: ApplyRow): RowEvent => ({ kind: 'upsert', key: row[0] ?? '', row });

  test('writes whole rows to the columns by name', () => {
    const copy = table.statements.copyFor([upsert(whole), upsert(['2', null, null])]);
    expect(copy?.text).toBe('COPY "public"."shop_orders" ("id", "total", "tags") FROM STDIN');
    expect(copy?.data.toString()).toBe('1\t1.50\t{a}\n2\t\\N\t\\N\n');
  });

  test.each([
    ['a delete', [{ kind: 'delete', key: '1', row: ['1'] }, upsert(whole)]],
    ['a patch', [{ kind: 'patch', key: '2', row: ['2', '1.00'] }, upsert(whole)]],
    ['a row of which a value is unknown', [upsert(whole), upsert(['2', '1.00', undefined])]],
    ['a truncate', [{ kind: 'truncate' }, upsert(whole)]],
  ] as const)('is not made of %s', (_name, events) => {
    expect(table.statements.copyFor(events)).toBeUndefined();
  });
});

describe('statements', () => {
  test('an upsert takes one array for each column, of the type without its modifiers', () => {
    const [statement] = table.statements.forSteps([
      {
        ...write,
        upserts: [
          ['1', '1.50', '{a}'],
          ['2', null, null],
        ],
      },
    ]);
    expect(statement?.text).toBe(
      'INSERT INTO "public"."shop_orders" ("id", "total", "tags") OVERRIDING SYSTEM VALUE ' +
        'SELECT r.c0, r.c1, r.c2::pg_catalog."text"[] ' +
        'FROM unnest($1::pg_catalog."int8"[], $2::pg_catalog."numeric"[], $3::text[]) AS r (c0, c1, c2) ' +
        'ON CONFLICT ("id") DO UPDATE SET "total" = excluded."total", "tags" = excluded."tags"',
    );
    expect(statement?.values).toEqual(['{"1","2"}', '{"1.50",NULL}', '{"{a}",NULL}']);
  });

  test('deletes come before patches, patches before upserts; rows with the same known columns go together', () => {
    const texts = textOf({
      kind: 'write',
      deletes: [['9', undefined, undefined]],
      patches: [
        ['1', '1', undefined],
        ['2', undefined, '{}'],
        ['3', '3', undefined],
      ],
      upserts: [['4', '4', '{}']],
    });
    expect(texts.map((text) => text.split(' ')[0])).toEqual(['DELETE', 'UPDATE', 'UPDATE', 'INSERT']);
    expect(texts[1]).toBe(
      'UPDATE "public"."shop_orders" AS t SET "total" = r.c1 ' +
        'FROM unnest($1::pg_catalog."int8"[], $2::pg_catalog."numeric"[]) AS r (c0, c1) WHERE t."id" = r.c0',
    );
  });

  test('a move changes the row with the old key, unless the new key is taken', () => {
    const [statement] = table.statements.forSteps([
      { kind: 'move', from: ['1', undefined, undefined], row: ['2', '5', undefined] },
    ]);
    expect(statement).toMatchObject({
      text:
        'UPDATE "public"."shop_orders" AS t SET "id" = $1::pg_catalog."int8", "total" = $2::pg_catalog."numeric" ' +
        'WHERE t."id" = $3::pg_catalog."int8" AND NOT EXISTS ' +
        '(SELECT FROM "public"."shop_orders" AS o WHERE o."id" = $1::pg_catalog."int8")',
      values: ['2', '5', '1'],
      mustHit: 1,
    });
  });

  test('a truncate touches this table only', () => {
    expect(textOf({ kind: 'truncate' })).toEqual(['TRUNCATE "public"."shop_orders"']);
  });

  test('the name of a statement depends on its text, and fits a prepared statement', () => {
    const [first] = table.statements.forSteps([{ kind: 'truncate' }]);
    const other = describeApplyTable(mapping, source, describeTable('other', columns), codec);
    const [second] = other.statements.forSteps([{ kind: 'truncate' }]);
    expect(first?.name).not.toBe(second?.name);
    expect(first?.name.length).toBeLessThanOrEqual(63);
  });

  test('a table of nothing but its key is inserted into once', () => {
    const keyOnly = describeTable('k', [column('id', 'int8')]);
    const only = describeApplyTable(mapping, keyOnly, keyOnly, codec);
    expect(only.statements.forSteps([{ ...write, upserts: [['1']] }])[0]?.text).toMatch(/DO NOTHING$/);
  });

  test('an identity column that is generated always is inserted and never updated', () => {
    const identity = describeTable('i', [
      column('id', 'int8'),
      column('n', 'int8', { isIdentityAlways: true }),
    ]);
    const text = describeApplyTable(mapping, identity, identity, codec).statements.forSteps([
      { ...write, upserts: [['1', '2']] },
    ])[0]?.text;
    expect(text).toContain('("id", "n") OVERRIDING SYSTEM VALUE');
    expect(text).toMatch(/DO NOTHING$/);
  });

  test('a type that is not built in gets its values as text, cast by its own name', () => {
    const mood = column('mood', 'mood', { typeKind: 'enum', type: '"My Types".mood' });
    const enums = describeTable('e', [column('id', 'int8'), mood]);
    const text = describeApplyTable(mapping, enums, enums, codec).statements.forSteps([
      { ...write, upserts: [['1', 'fine']] },
    ])[0]?.text;
    expect(text).toContain(
      'SELECT r.c0, r.c1::"My Types".mood FROM unnest($1::pg_catalog."int8"[], $2::text[])',
    );
  });
});

describe('types whose texts need more than a cast', () => {
  const statementsFor = (...more: readonly ColumnDescription[]) => {
    const [key = column('id', 'int8')] = more;
    const described = { ...describeTable('m', more), primaryKey: [key.name] };
    return describeApplyTable(mapping, described, described, codec).statements;
  };
  const upsert = { ...write, upserts: [['1', '2']] };

  test('money takes numbers, since its own text depends on lc_monetary, and no COPY', () => {
    const statements = statementsFor(
      column('id', 'int8'),
      column('fee', 'money', { scale: 2 }),
      column('fees', 'money', { scale: 2, isArray: true }),
    );
    const row = { ...write, upserts: [['1', '2', '{3}']] };
    expect(statements.forSteps([row])[0]?.text).toContain(
      'SELECT r.c0, r.c1::pg_catalog."money", r.c2::pg_catalog.numeric[]::pg_catalog."money"[] ' +
        'FROM unnest($1::pg_catalog."int8"[], $2::pg_catalog.numeric[], $3::text[])',
    );
    expect(statements.copyFor([{ kind: 'upsert', key: '1', row: ['1', '2', '{3}'] }])).toBeUndefined();
    const move = statementsFor(column('id', 'money', { scale: 2 })).forSteps([
      { kind: 'move', from: ['1'], row: ['2'] },
    ])[0]?.text;
    expect(move).toContain('SET "id" = $1::pg_catalog.numeric::pg_catalog."money"');
  });

  test('boxes come as texts, since arrays of them have another separator', () => {
    const text = statementsFor(column('id', 'int8'), column('area', 'box')).forSteps([upsert])[0]?.text;
    expect(text).toContain(
      'SELECT r.c0, r.c1::pg_catalog."box" FROM unnest($1::pg_catalog."int8"[], $2::text[])',
    );
  });

  test('a key of a type of an extension is found by its own operator', () => {
    const key = column('name', 'citext', { typeKind: 'extension', type: 'extensions.citext' });
    const text = statementsFor(key).forSteps([{ ...write, deletes: [['a']] }])[0]?.text;
    expect(text).toContain('t."name" OPERATOR(extensions.=) r.c0::extensions.citext');
  });
});

describe('describeApplyTable', () => {
  test('columns that the target computes are neither written nor unknown', () => {
    const computing = describeTable('c', [...columns, column('tax', 'numeric', { isGenerated: true })]);
    const described = describeApplyTable(
      mapping,
      describeTable('s', [...columns, column('tax', 'numeric')]),
      computing,
      codec,
    );
    expect(described.columns.map(({ name }) => name)).toEqual(['id', 'total', 'tags']);
    expect([...described.ignoredColumns]).toEqual(['tax']);
  });

  test('a column that only the target has is kept for events from before it was dropped', () => {
    const wider = describeTable('w', [...columns, column('old', 'text')]);
    expect(describeApplyTable(mapping, source, wider, codec).columns).toHaveLength(4);
  });

  test.each([
    [
      'a column of the source is missing',
      describeTable('s', [...columns, column('new', 'text')]),
      target,
      'new',
    ],
    ['the source has no key', { ...source, primaryKey: [] }, target, 'has no key'],
    [
      'the target computes the key',
      source,
      describeTable('t', [column('id', 'int8', { isGenerated: true }), ...columns.slice(1)]),
      'key',
    ],
  ])('it is a schema mismatch when %s', (_name, from, to, message) => {
    expect(() => describeApplyTable(mapping, from, to, codec)).toThrow(
      expect.objectContaining({ code: 'SchemaMismatch', message: expect.stringContaining(message) }),
    );
  });
});

describe('values of MySQL that PostgreSQL does not have', () => {
  const native = { type: 'text', baseType: 'text' };
  const key = column('id', 'int8', { notNull: true });
  const from = describeTable('orders', [
    key,
    column('note', 'text', { native }),
    column('day', 'date', { native: { type: 'date', baseType: 'date' } }),
  ]);
  const to = describeTable('shop_orders', [key, column('note', 'text'), column('day', 'date')]);
  const tableOf = (valuePolicy: 'fail' | 'null' | 'text', target: TableDescription = to) =>
    describeApplyTable({ ...mapping, valuePolicy }, from, target, codec);
  const nul: ApplyRow = ['1', 'a\0b', '2020-01-01'];
  const zero: ApplyRow = ['1', 'ab', '0000-00-00'];
  const asUpsert = (row: ApplyRow): RowEvent => ({ kind: 'upsert', key: '1', row });

  test.each([
    { row: nul, column: 'note', policy: 'fail' as const },
    { row: nul, column: 'note', policy: 'text' as const },
    { row: zero, column: 'day', policy: 'fail' as const },
    { row: zero, column: 'day', policy: 'text' as const },
  ])('are refused by their column under $policy: $column', ({ row, column: name, policy }) => {
    const { statements } = tableOf(policy);
    const refusal = expect.objectContaining({
      code: 'ValueRejected',
      message: expect.not.stringMatching(/\0|0000-00/),
      facts: { table: 'public.shop_orders', column: name },
    });
    expect(() => statements.copyFor([asUpsert(row)])).toThrow(refusal);
    expect(() => statements.forSteps([{ ...write, upserts: [row] }])).toThrow(refusal);
    expect(() => statements.forSteps([{ ...write, patches: [row] }])).toThrow(refusal);
    expect(() => statements.forSteps([{ kind: 'move', from: ['2', undefined, undefined], row }])).toThrow(
      refusal,
    );
  });

  test('are NULL under null, and counted', () => {
    const guarded = tableOf('null');
    expect(guarded.statements.copyFor([asUpsert(nul), asUpsert(zero)])?.data.toString()).toBe(
      '1\t\\N\t2020-01-01\n1\tab\t\\N\n',
    );
    expect([...guarded.takeNulled()]).toEqual([
      ['note', 1],
      ['day', 1],
    ]);
    const [statement] = guarded.statements.forSteps([{ ...write, upserts: [nul, zero] }]);
    expect(statement?.values.slice(1)).toEqual(['{NULL,"ab"}', '{"2020-01-01",NULL}']);
    expect(guarded.takeNulled().size).toBe(2);
    const [patch] = guarded.statements.forSteps([{ ...write, patches: [nul] }]);
    expect(patch).toMatchObject({ patches: 1, rest: { rows: 1, values: ['{"1"}'], isDelete: false } });
    expect([...guarded.takeNulled()]).toEqual([['note', 1]]);
  });

  test('are refused under null where the column is NOT NULL', () => {
    const strict = describeTable('shop_orders', [
      key,
      column('note', 'text', { notNull: true }),
      column('day', 'date'),
    ]);
    expect(() => tableOf('null', strict).statements.copyFor([asUpsert(nul)])).toThrow(
      expect.objectContaining({ code: 'ValueRejected', message: expect.stringContaining('NOT NULL') }),
    );
  });

  test('are as they are in a column of type text, but for NUL', () => {
    const texts = describeTable('shop_orders', [key, column('note', 'text'), column('day', 'text')]);
    const mapped = { ...mapping, valuePolicy: 'text', columns: [{ source: 'day', type: 'text' }] } as const;
    const { statements } = describeApplyTable(mapped, from, texts, codec);
    expect(statements.copyFor([asUpsert(zero)])?.data.toString()).toBe('1\tab\t0000-00-00\n');
  });
});
