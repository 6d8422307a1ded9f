import { describe, expect, test } from '@jest/globals';
import type { ApplyRow } from '#core/apply/apply-table.ts';
import type { RowEvent } from '#core/apply/row-event.ts';
import { describeApplyTable } from '#core/databases/postgresql/apply-statements.ts';
import * as codec from '#core/databases/postgresql/column-codec.ts';
import type { ColumnDescription, TableDescription } from '#core/ports/databases.ts';

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
    ['the source has no key', { ...source, primaryKey: [] }, target, 'primary key'],
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
