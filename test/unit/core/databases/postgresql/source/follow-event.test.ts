import { describe, expect, test } from '@jest/globals';
import type {
  CatalogColumn,
  CatalogTable,
  ColumnDescription,
  TableDescription,
} from '#core/contracts/table-description.ts';
import { eventFingerprint } from '#core/databases/postgresql/source/event-shape.ts';
import { followEvent } from '#core/databases/postgresql/source/follow-event.ts';
import { describeChange } from '#core/schema/plan-target-steps.ts';

const int = (name: string, number: number, change: Partial<CatalogColumn> = {}): ColumnDescription => ({
  ...{ name, type: 'integer', baseType: 'int4', isArray: false, typeKind: 'base' },
  ...{ notNull: false, isGenerated: false },
  catalog: { number, typeId: 23, typeModifier: -1, version: '1', ...change },
});
const varchar = (name: string, number: number, length: number): ColumnDescription => ({
  ...int(name, number, { typeId: 1043, typeModifier: length + 4 }),
  ...{ type: `character varying(${length})`, baseType: 'varchar', maxLength: length },
});
const catalog: CatalogTable = {
  ...{ id: 16_384, storageId: 1, rewriteVersion: '1', nameVersion: '1', owner: 10 },
  columnCount: 3,
};
const table = (
  columns: readonly ColumnDescription[],
  columnCount: number,
  change: Partial<CatalogTable> = {},
  primaryKey: readonly string[] = ['id'],
): TableDescription => ({
  ...{ ref: { schema: 'public', table: 't' }, columns, primaryKey },
  ...{ isKeyDeferrable: false, replicaIdentity: 'default', relationKind: 'table' },
  ...{ estimatedRows: 0, bytes: 0, uniqueIndexes: [] },
  catalog: { ...catalog, columnCount, ...change },
});
const known = table([int('id', 1), int('a', 2), varchar('v', 3, 10)], 3);

/** The catalog is where the event is. */
const atNow = (now: TableDescription) =>
  followEvent(known, now, { fingerprint: eventFingerprint(now) ?? '' });

/** The catalog is further: the event has only names and types. */
const between = (shape: TableDescription, now: TableDescription) => {
  const lines = shape.columns.map(
    ({ name, catalog: column }) =>
      `${shape.primaryKey.includes(name) ? 1 : 0} ${column?.typeId} ${column?.typeModifier} ${name}`,
  );
  return followEvent(known, now, {
    fingerprint: eventFingerprint(shape) ?? '',
    definition: ['16384 d', ...lines].join('\n'),
  });
};

const said = (followed: ReturnType<typeof atNow>): string =>
  followed.isKnown ? followed.changes.map(describeChange).join('; ') : `${followed.kind}: ${followed.what}`;

const [id, a, v] = known.columns as [ColumnDescription, ColumnDescription, ColumnDescription];

describe('the catalog is where the event is', () => {
  test.each<[string, TableDescription]>([
    ['column c (integer) was added', table([id, a, v, int('c', 4)], 4)],
    [
      'column c (integer) was added, with a constant in the rows that were there',
      table([id, a, v, int('c', 4, { missing: '7' })], 4),
    ],
    ['column a was dropped', table([id, v], 3)],
    ['column a was renamed to x', table([id, int('x', 2), v], 3)],
    ['column id was renamed to key', table([int('key', 1), a, v], 3, {}, ['key'])],
    [
      'column a was renamed to x; column v was dropped; column c (integer) was added',
      table([id, int('x', 2), int('c', 4)], 4),
    ],
    [
      'the type of column v was changed from character varying(10) to character varying(20)',
      table([id, a, varchar('v', 3, 20)], 3),
    ],
    // Rows that were written again by VACUUM FULL, with a constant that is still next to them.
    [
      'column c (integer) was added, with a constant in the rows that were there',
      table([id, a, v, int('c', 4, { missing: '7' })], 4, { storageId: 9 }),
    ],
    [
      "rewrite: column c was added and the table's rows were written again, so the log does not say what they have in it",
      table([id, a, v, int('c', 4)], 4, { storageId: 9 }),
    ],
    [
      'rewrite: column c was added, and before it one that was dropped again',
      table([id, a, v, int('c', 5)], 5),
    ],
    [
      "rewrite: the type of column v was changed from character varying(10) to character varying(20), and the table's rows were written again",
      table([id, a, varchar('v', 3, 20)], 3, { storageId: 9 }),
    ],
    [
      'change-type: the type of column v was changed from character varying(10) to character varying(5)',
      table([id, a, varchar('v', 3, 5)], 3),
    ],
    [
      'replace-table: it was dropped and created again, or another table has been given its name',
      table([id, a, v], 3, { id: 5 }),
    ],
    ['change-key: its key was changed from (id) to (a)', table([id, a, v], 3, {}, ['a'])],
  ])('%s', (expected, now) => {
    expect(said(atNow(now))).toBe(expected);
  });

  test('a column that takes no NULL any more does so at the target, too', () => {
    const strict = table([id, { ...a, notNull: true }, v], 3);
    const now = table([id, a, v], 3);
    expect(said(followEvent(strict, now, { fingerprint: eventFingerprint(now) ?? '' }))).toBe(
      'column a takes NULL now',
    );
  });
});

describe('the catalog is further than the event', () => {
  test.each<[string, TableDescription, TableDescription]>([
    // Renamed twice.
    ['column a was renamed to x', table([id, int('x', 2), v], 3), table([id, int('y', 2), v], 3)],
    // One column after the other.
    [
      'column c (integer) was added',
      table([id, a, v, int('c', 4)], 4),
      table([id, a, v, int('c', 4), int('d', 5)], 5),
    ],
    ['column a was dropped', table([id, v], 3), table([id, v, int('c', 4)], 4)],
    // The names of two columns exchanged: which is which is told by their place.
    [
      'column a was renamed to x',
      table([id, int('x', 2), v], 3),
      table([id, int('v', 2), varchar('a', 3, 10)], 3),
    ],
  ])('%s', (expected, shape, now) => {
    const followed = between(shape, now);
    expect(said(followed)).toBe(expected);
    expect(followed.isKnown && eventFingerprint(followed.after)).toBe(eventFingerprint(shape));
  });

  test('what may be read in two ways is not read', () => {
    // Dropped and added again under the same name; a column that nothing describes any more.
    const again = table([id, v, int('a', 4)], 4);
    expect(
      said(between(table([id, v, int('a', 4)], 4), table([id, v, int('a', 4), int('d', 5)], 5))),
    ).toMatch(/^rewrite: /);
    expect(said(between(table([id, a, v, int('gone', 4)], 4), table([id, a, v], 4)))).toMatch(/^rewrite: /);
    expect(said(followEvent(known, again, { fingerprint: 'of no shape' }))).toMatch(/^rewrite: /);
  });
});
