import { describe, expect, test } from '@jest/globals';
import type { TableMapping } from '#core/contracts/replication.ts';
import type { ColumnDescription, KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import type { ColumnChange } from '#core/ports/source-dialect.ts';
import { followedShape, planTargetSteps } from '#core/schema/plan-target-steps.ts';

const column = (name: string, change: Partial<ColumnDescription> = {}): ColumnDescription => ({
  ...{ name, type: 'integer', baseType: 'int4', isArray: false, typeKind: 'base' },
  ...{ notNull: false, isGenerated: false },
  ...change,
});
const table = (...names: readonly string[]): TableDescription => ({
  ...{ ref: { schema: 'public', table: 'orders' }, columns: names.map((name) => column(name)) },
  ...{ primaryKey: ['id'], isKeyDeferrable: false, replicaIdentity: 'default', relationKind: 'table' },
  ...{ estimatedRows: 0, bytes: 0, uniqueIndexes: [] },
});
const known: KnownShape = { copied: table('id', 'a', 'b'), seen: table('id', 'a', 'b') };
const plain: TableMapping = {
  source: { schema: 'public', table: 'orders' },
  target: { schema: 'public', table: 'shop_orders' },
};
const add: ColumnChange = { kind: 'add-column', column: column('c'), fill: { kind: 'null' } };
const drop: ColumnChange = { kind: 'drop-column', column: column('a') };
const rename: ColumnChange = { kind: 'rename-column', from: column('a'), to: column('x') };
const widen: ColumnChange = {
  kind: 'widen-type',
  from: column('a'),
  to: column('a', { type: 'bigint', baseType: 'int8' }),
};

const plan = (change: ColumnChange, mapping: TableMapping = plain, shape: KnownShape = known) =>
  planTargetSteps({
    mapping,
    shape,
    after: table('id', 'a', 'b', 'c'),
    changes: [change],
    actionOf: () => 'ignore',
  });

test('each change is a step at the target', () => {
  expect(plan(add).steps).toEqual([{ kind: 'add', column: column('c'), fill: { kind: 'null' } }]);
  expect(plan(drop).steps).toEqual([{ kind: 'retire', name: 'a' }]);
  expect(plan(rename).steps).toEqual([{ kind: 'rename', from: 'a', to: 'x' }]);
  expect(plan(widen).steps).toMatchObject([{ kind: 'type', after: { type: 'bigint' } }]);
  const mirrored = { mapping: plain, shape: known, after: table('id', 'b'), changes: [drop] };
  expect(planTargetSteps({ ...mirrored, actionOf: () => 'auto' }).steps).toEqual([
    { kind: 'drop', name: 'a' },
  ]);
});

describe('a mapping', () => {
  test('gives columns their names, and leaves them out', () => {
    const renamed = {
      ...plain,
      columns: [
        { source: 'a', target: 'alpha' },
        { source: 'c', target: 'gamma' },
      ],
    };
    expect(plan(drop, renamed).steps).toEqual([{ kind: 'retire', name: 'alpha' }]);
    expect(plan(add, renamed).steps).toMatchObject([{ kind: 'add', column: { name: 'gamma' } }]);
    expect(plan(widen, renamed).steps).toMatchObject([
      { before: { name: 'alpha' }, after: { name: 'alpha' } },
    ]);
    const omitted = {
      ...plain,
      columns: [
        { source: 'a', omit: true as const },
        { source: 'c', omit: true as const },
      ],
    };
    for (const change of [add, drop, widen])
      expect(plan(change, omitted)).toEqual({ steps: [], obstacles: [], reusesNames: false });
    expect(plan(widen, { ...plain, columns: [{ source: 'a', type: 'text' }] }).steps).toEqual([]);
  });

  test('that names a renamed column, or makes texts of values, is a matter for a person', () => {
    expect(plan(rename, { ...plain, columns: [{ source: 'a', target: 'alpha' }] }).obstacles).toEqual([
      "The table's mapping names column a.",
    ]);
    expect(plan(add, { ...plain, valuePolicy: 'text' }).obstacles).toHaveLength(1);
  });
});

test('a name that another column has had is not given again', () => {
  const retired = { ...known, retired: ['c', 'x'] };
  expect(plan(add, plain, retired).obstacles).toEqual([
    'A column of the name c was dropped or renamed since the table was copied, and an older event may still have its values.',
  ]);
  expect(plan(rename, plain, retired).obstacles).toHaveLength(1);
  const exchanged: ColumnChange = { kind: 'rename-column', from: column('a'), to: column('b') };
  const again: ColumnChange = { kind: 'add-column', column: column('b'), fill: { kind: 'null' } };
  expect(plan(again).obstacles).toEqual(['Another column had the name b before.']);
  expect(plan(exchanged).obstacles).toEqual(['Another column had the name b before.']);
});

test('what was followed is remembered', () => {
  const after = table('id', 'x', 'b');
  const first = followedShape(
    { ...known, following: after },
    { after, now: after, changes: [rename, drop], former: 'one' },
  );
  expect(first).toEqual({
    ...{ copied: after, seen: after, version: 1 },
    ...{ former: [{ fingerprint: 'one', isReadable: false }], retired: ['a', 'a'], added: [] },
  });
  const second = followedShape(first, { after, now: after, changes: [add], former: 'two' });
  expect(second).toMatchObject({
    version: 2,
    former: [
      { fingerprint: 'one', isReadable: false },
      { fingerprint: 'two', isReadable: true },
    ],
    added: ['c'],
  });
  // Under its new name an event that is sent again may lack it as well.
  const renamed: ColumnChange = { kind: 'rename-column', from: column('c'), to: column('z') };
  const third = followedShape(second, { after, now: after, changes: [renamed], former: 'three' });
  expect(third.added).toEqual(['z']);
  const dropped: ColumnChange = { kind: 'drop-column', column: column('z') };
  expect(followedShape(third, { after, now: after, changes: [dropped], former: 'four' }).added).toEqual([]);
});
