import { tableLabel } from '../contracts/identifiers.ts';
import type { ChangeKind } from '../contracts/schema-policy.ts';
import type { ColumnDescription, KnownShape, TableDescription } from '../contracts/table-description.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ShapeChange } from '../ports/source-dialect.ts';
import { isKeyMadeAgain, isNamedInLog, keyMadeAgain } from './key-identity.ts';
import { comparePartitions, rewritesSince } from './partitions.ts';
import { isWiderType } from './wider-types.ts';

const harmful = (kind: ChangeKind, what: string): ShapeChange => ({ kind, what, isHarmless: false });
const harmless = (kind: ChangeKind, what: string): ShapeChange => ({ kind, what, isHarmless: true });

/**
 * What has become of a table, by two looks at the catalog. A column is the same one when the catalog has the same number for it,
 * or, where the catalog numbers none, when it has the same name.
 */
export const compareTables = (before: TableDescription, after: TableDescription): readonly ShapeChange[] => {
  if (before.catalog !== undefined && before.catalog.id !== after.catalog?.id) {
    return [
      harmful('replace-table', 'it was dropped and created again, or another table has been given its name'),
    ];
  }
  // A TRUNCATE or VACUUM FULL writes the rows again as well, and is no matter when every column was altered after it, or not at all.
  const rewrittenBy =
    before.catalog === undefined || after.catalog === undefined
      ? new Set<string>()
      : rewritesSince(before.catalog, after.catalog);
  const changes: ShapeChange[] = [];
  const isRenamed =
    before.catalog !== undefined &&
    before.catalog.nameVersion !== after.catalog?.nameVersion &&
    // A new owner changes the version as well.
    before.catalog.owner === after.catalog?.owner;
  if (isRenamed) {
    changes.push(
      harmful(
        'replace-table',
        'it had another name for a time, under which changes of its rows are not captured',
      ),
    );
  }
  if (before.relationKind !== after.relationKind)
    changes.push(harmful('other', `it is a ${after.relationKind} now`));
  const found = before.columns.map((column) => ({ column, now: sameColumn(column, before, after) }));
  for (const { column, now } of found) {
    if (now === undefined) changes.push(harmless('drop-column', `column ${column.name} was dropped`));
    else changes.push(...compareColumns(column, now, rewrittenBy));
  }
  const kept = new Set(found.map(({ now }) => now?.name));
  for (const column of after.columns) {
    if (kept.has(column.name)) continue;
    changes.push(
      column.isGenerated && column.catalog !== undefined
        ? harmless('other', `generated column ${column.name} was added`)
        : harmful(
            column.hasDefault === true || column.catalog?.missing !== undefined
              ? 'add-column-default'
              : 'add-column',
            `column ${column.name} was added`,
          ),
    );
  }
  changes.push(
    ...compareOrder(
      found.flatMap(({ now }) => (now === undefined ? [] : [now.name])),
      after,
    ),
  );
  changes.push(...compareKeys(before, after));
  const altered = after.columns.filter(
    (column) => column.catalog?.version !== sameColumn(column, after, before)?.catalog?.version,
  );
  changes.push(
    ...comparePartitions(before, after, new Set(altered.flatMap(({ catalog }) => catalog?.version ?? []))),
  );
  const cascades = (after.unloggedCascades ?? []).filter(
    (cascade) => before.unloggedCascades?.includes(cascade) !== true,
  );
  changes.push(
    ...cascades.map((cascade) => harmful('other', `foreign key ${cascade} changes its rows without the log`)),
  );
  return changes;
};

const sameColumn = (
  column: ColumnDescription,
  { catalog }: TableDescription,
  after: TableDescription,
): ColumnDescription | undefined =>
  after.columns.find((candidate) =>
    catalog === undefined
      ? candidate.name === column.name
      : candidate.catalog?.number === column.catalog?.number,
  );

const compareColumns = (
  before: ColumnDescription,
  after: ColumnDescription,
  rewrittenBy: ReadonlySet<string>,
): readonly ShapeChange[] => {
  if (after.name !== before.name) {
    const renamed = harmful('rename-column', `column ${before.name} was renamed to ${after.name}`);
    return [renamed, ...compareColumns({ ...before, name: after.name }, after, rewrittenBy)];
  }
  const { name } = before;
  if (before.isGenerated !== after.isGenerated) {
    return [harmful('rewrite', `column ${name} is ${after.isGenerated ? 'now' : 'no longer'} generated`)];
  }
  if (typeOf(before) !== typeOf(after)) {
    const what = `the type of column ${name} was changed from ${spelled(before)} to ${spelled(after)}`;
    const isAltered = isAlteredBy(rewrittenBy, before, after);
    if (isLongerText(before, after) && !isAltered) return [harmless('widen-type', what)];
    return [harmful(isWiderType(before, after) && !isAltered ? 'widen-type' : 'change-type', what)];
  }
  const missing = (before.catalog?.labels ?? []).filter((label) => !after.catalog?.labels?.includes(label));
  if (missing.length > 0) {
    return [
      harmful(
        'rewrite',
        `labels of the enum of column ${name} were renamed or removed: ${missing.join(', ')}`,
      ),
    ];
  }
  if (isAlteredBy(rewrittenBy, before, after)) {
    return [harmful('rewrite', `column ${name} was altered and the table's rows were written again`)];
  }
  if (before.notNull !== after.notNull) {
    return [
      after.notNull
        ? harmless('other', `column ${name} is NOT NULL now`)
        : harmless('drop-not-null', `column ${name} is nullable now`),
    ];
  }
  return [];
};

/**
 * Whether the change of a column may have written the rows again. The catalog knows the last transaction only that did so, or built the
 * key's index again or renamed it since, so a change of the column before that may have done it.
 */
export const isAlteredBy = (
  rewrites: ReadonlySet<string>,
  before: ColumnDescription,
  after: ColumnDescription,
): boolean => {
  const version = after.catalog?.version;
  if (version === undefined || version === before.catalog?.version) return false;
  return [...rewrites].some((rewrite) => rewrite === '' || !isLater(version, rewrite));
};

/** Numbers of transactions have 32 bits, and begin again when they are used up. */
const isLater = (transaction: string, other: string): boolean =>
  ((Number(transaction) - Number(other)) | 0) > 0;

/** All that decides what a value is. */
export const typeOf = (column: ColumnDescription): string =>
  JSON.stringify([
    column.type,
    column.typeParts,
    column.catalog?.typeId,
    column.catalog?.typeModifier,
    column.native?.type,
    column.native?.charset,
    column.native?.collation,
    // The fraction digits of money depend on the server's locale.
    column.scale,
  ]);

export const spelled = (column: ColumnDescription): string => {
  const { native } = column;
  if (native === undefined) return column.type;
  return [native.type, native.charset, native.collation].filter((part) => part !== undefined).join(' ');
};

const texts: ReadonlySet<string> = new Set(['varchar', 'text']);

/** PostgreSQL only, where such a change leaves the rows as they are. The target refuses what is too long for it. */
const isLongerText = (before: ColumnDescription, after: ColumnDescription): boolean =>
  before.catalog !== undefined &&
  !before.isArray &&
  !after.isArray &&
  texts.has(before.baseType) &&
  texts.has(after.baseType) &&
  (after.maxLength === undefined || (before.maxLength !== undefined && after.maxLength >= before.maxLength));

/** Where columns have no numbers, another order may be two columns that have exchanged their names. */
const compareOrder = (kept: readonly string[], after: TableDescription): readonly ShapeChange[] => {
  const known = new Set(kept);
  const now = after.columns.map(({ name }) => name).filter((name) => known.has(name));
  return now.every((name, index) => name === kept[index])
    ? []
    : [harmful('rewrite', `its columns have another order: ${now.join(', ')}`)];
};

const compareKeys = (before: TableDescription, after: TableDescription): readonly ShapeChange[] => {
  if (keyOf(before) !== keyOf(after)) {
    const keys = [before, after].map(({ primaryKey }) => `(${primaryKey.join(', ')})`);
    return [
      harmful(
        'change-key',
        after.primaryKey.length === 0
          ? `its key ${keys[0]} was dropped`
          : `its key was changed from ${keys[0]} to ${keys[1]}`,
      ),
    ];
  }
  if (before.isKeyDeferrable !== after.isKeyDeferrable)
    return [harmful('change-key', 'its key became deferrable')];
  if (isKeyMadeAgain(before, after)) return [harmful('change-key', keyMadeAgain)];
  const isAsBefore =
    before.replicaIdentity === after.replicaIdentity &&
    (before.keyIndex === undefined) === (after.keyIndex === undefined);
  if (isAsBefore) return [];
  const what = `its replica identity was changed from ${before.replicaIdentity} to ${after.replicaIdentity}`;
  return [isNamedInLog(after) ? harmless('change-key', what) : harmful('change-key', what)];
};

/**
 * Why a table may not be copied any further, by what the catalog says now; undefined when nothing of it matters. `isNoMatter` says
 * which changes are none of the copy's.
 */
export const harmSince = (
  { seen }: Pick<KnownShape, 'seen'>,
  now: TableDescription,
  isNoMatter: (kind: ChangeKind) => boolean,
): MillraceError | undefined => {
  const label = tableLabel(now.ref);
  const harm = describeHarm(
    label,
    compareTables(seen, now).filter(({ kind }) => !isNoMatter(kind)),
  );
  return harm === undefined
    ? undefined
    : new MillraceError('SchemaChanged', harm, { facts: { table: label } });
};
/** The numbers of the key's columns, which they keep when they are renamed, or their names where they have none. */
const keyOf = ({ primaryKey, columns }: TableDescription): string =>
  primaryKey
    .map((name) => columns.find((column) => column.name === name)?.catalog?.number ?? name)
    .join('\0');

/** "public.orders has changed at the source: ...", or undefined when nothing of it matters. */
export const describeHarm = (label: string, changes: readonly ShapeChange[]): string | undefined => {
  const harms = changes.filter(({ isHarmless }) => !isHarmless);
  return harms.length === 0
    ? undefined
    : `Table ${label} has changed at the source: ${harms.map(({ what }) => what).join('; ')}.`;
};
