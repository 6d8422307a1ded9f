import { type TableRef, tableLabel } from '../contracts/identifiers.ts';
import type { TableMapping } from '../contracts/replication.ts';
import type { ColumnDescription, KnownShape, TableDescription } from '../contracts/table-description.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { tableGone } from '../errors/table-gone.ts';
import { mapTable } from '../mapping/map-table.ts';
import type { TargetDialect } from '../ports/target-dialect.ts';
import { isAlteredBy, spelled, typeOf } from './compare-tables.ts';
import { rewritesSince } from './partitions.ts';

/** A target table as it is kept with the shape of its source: what decides which values it keeps, and how they are written. */
export const outlineTarget = ({
  ref,
  columns,
  primaryKey,
  keyIndex,
  isKeyDeferrable,
  relationKind,
  uniqueKeys,
  storageEngine,
  catalog,
}: TableDescription): TableDescription => {
  const { partitions: _partitions, ...identity } = catalog ?? {};
  return {
    ...{ ref, columns, primaryKey, isKeyDeferrable, relationKind },
    ...{ replicaIdentity: 'default', estimatedRows: -1, bytes: 0, uniqueIndexes: [] },
    ...(keyIndex !== undefined && { keyIndex }),
    ...(uniqueKeys !== undefined && { uniqueKeys }),
    ...(storageEngine !== undefined && { storageEngine }),
    ...(catalog !== undefined && { catalog: identity as NonNullable<TableDescription['catalog']> }),
  };
};

export interface LookedTarget {
  readonly mapping: Pick<TableMapping, 'source' | 'target' | 'columns'>;
  readonly shape: KnownShape;
  /** The target table now; undefined when it is gone. */
  readonly now: TableDescription | undefined;
  readonly compare: TargetDialect['compareTargetTable'];
}

/**
 * Why the target table may not be written any further, by what it is now and what it was. `TargetChanged`: rows of it may have been rounded,
 * cut or emptied, so that only a new copy makes it right. `SchemaMismatch`: the rows are as they were, and the table goes on when it suits
 * again. What the table lacked before does not count, as a column that a policy has kept narrower. Undefined when every value fits.
 */
export const findTargetHarm = ({ mapping, shape, now, compare }: LookedTarget): MillraceError | undefined => {
  const { copied, following, target: before, targetLost } = shape;
  const { mapped } = mapTable(copied, mapping);
  if (targetLost !== undefined) return targetError('TargetChanged', mapping.target, targetLost);
  if (now === undefined) {
    return before === undefined
      ? tableGone(mapping.target, 'target')
      : targetError('TargetChanged', mapping.target, changedMessage(mapping.target, ['it is gone']));
  }
  // In the middle of a change that the target follows it is neither what it was nor what it will be; see `findHarmInFollowing`.
  if (following !== undefined) return undefined;
  const accepted = new Set(before === undefined ? [] : compare(mapped, before));
  const reasons = compare(mapped, now).filter((reason) => !accepted.has(reason));
  const lost =
    before === undefined ? { words: [], isLost: reasons.length > 0 } : findLost(mapped, before, now, reasons);
  if (!lost.isLost && reasons.length === 0) return undefined;
  const words = [...reasons.map((reason) => withFormer(reason, before)), ...lost.words];
  if (before === undefined) {
    const message = `Target table ${tableLabel(mapping.target)} does not suit its source: ${words.join('; ')}.`;
    return targetError('TargetChanged', mapping.target, message);
  }
  return lost.isLost
    ? targetError('TargetChanged', mapping.target, changedMessage(mapping.target, words))
    : targetError(
        'SchemaMismatch',
        mapping.target,
        `${changedMessage(mapping.target, words)} Its rows are as they were: it goes on by itself when this is set right.`,
      );
};

/**
 * The same after the target has followed a change of its source, of the columns that had no part in it: all but `changed`. `shape` is what is
 * known now, with the target as it was before.
 */
export const findHarmInFollowing = (
  { mapping, shape: { copied, target: before }, now, compare }: LookedTarget,
  changed: ReadonlySet<string>,
): MillraceError | undefined => {
  if (before === undefined || now === undefined) return undefined;
  const { mapped } = mapTable(copied, mapping);
  const accepted = new Set(compare(mapped, before));
  const reasons = compare(mapped, now).filter((reason) => !accepted.has(reason));
  const harms = before.columns.flatMap((column) => {
    const later = now.columns.find(({ name }) => name === column.name);
    return later === undefined || changed.has(column.name) || typeOf(column) === typeOf(later)
      ? []
      : reasons.filter((reason) => reason.startsWith(`column ${column.name} is `));
  });
  if (harms.length === 0) return undefined;
  const words = harms.map((reason) => withFormer(reason, before));
  return targetError('TargetChanged', mapping.target, changedMessage(mapping.target, words));
};

/** What has changed in words, where nothing is lost by it. Empty when nobody needs to know. */
export const describeTargetChange = (before: TableDescription, now: TableDescription): readonly string[] => {
  const found = before.columns.map((column) => ({
    column,
    later: now.columns.find(({ name }) => name === column.name),
  }));
  return [
    ...found.flatMap(({ column, later }) => {
      if (later === undefined) return [`column ${column.name} was dropped`];
      if (typeOf(column) !== typeOf(later))
        return [`column ${column.name} was ${spelled(column)} and is ${spelled(later)}`];
      if (column.notNull !== later.notNull)
        return [`column ${column.name} is ${later.notNull ? 'NOT NULL' : 'nullable'} now`];
      return [];
    }),
    ...now.columns
      .filter(({ name }) => before.columns.every((column) => column.name !== name))
      .map(({ name }) => `column ${name} was added`),
  ];
};

/** Whether nothing of a target table would have to be noted. */
export const isSameTarget = (
  one: TableDescription | undefined,
  other: TableDescription | undefined,
): boolean => JSON.stringify(one) === JSON.stringify(other);

const targetError = (
  code: 'TargetChanged' | 'SchemaMismatch',
  target: TableRef,
  message: string,
): MillraceError => new MillraceError(code, message, { facts: { table: tableLabel(target) } });

const changedMessage = (target: TableRef, words: readonly string[]): string =>
  `Target table ${tableLabel(target)} has been changed at the target: ${words.join('; ')}.`;

/** Adds to "column a is numeric(10,0), but ..." what the column was. */
const withFormer = (reason: string, before: TableDescription | undefined): string => {
  const column = before?.columns.find(({ name }) => reason.startsWith(`column ${name} is `));
  return column === undefined ? reason : `${reason} (it was ${spelled(column)})`;
};

interface Lost {
  /** What the reasons do not say. */
  readonly words: readonly string[];
  readonly isLost: boolean;
}

/** What has become of rows that were there, by two looks at the target table. `mapped` is the source with the target's names. */
const findLost = (
  mapped: TableDescription,
  before: TableDescription,
  now: TableDescription,
  reasons: readonly string[],
): Lost => {
  if (before.catalog !== undefined && before.catalog.id !== now.catalog?.id) {
    return {
      words: ['it was dropped and created again, or another table has been given its name'],
      isLost: true,
    };
  }
  const names = new Set(mapped.columns.map(({ name }) => name));
  const fed = before.columns.filter(({ name }) => names.has(name));
  const rewrites = rewritesOf(before, now);
  const columns = fed.map((column) => lostOfColumn(column, now, { reasons, rewrites }));
  const order = lostOrder(fed, now);
  return {
    words: [...columns.flatMap(({ words }) => words), ...order],
    isLost:
      order.length > 0 ||
      columns.some(({ isLost }) => isLost) ||
      before.relationKind !== now.relationKind ||
      before.storageEngine !== now.storageEngine ||
      !isSameKey(before, now),
  };
};

const lostOfColumn = (
  column: ColumnDescription,
  now: TableDescription,
  { reasons, rewrites }: { readonly reasons: readonly string[]; readonly rewrites: ReadonlySet<string> },
): Lost => {
  const { name, catalog } = column;
  const later = now.columns.find((candidate) => candidate.name === name);
  const same =
    catalog === undefined ? later : now.columns.find((other) => other.catalog?.number === catalog.number);
  if (same !== undefined && same.name !== name) {
    return { words: [`column ${name} was renamed to ${same.name}`], isLost: later !== undefined };
  }
  if (later === undefined) return { words: [], isLost: true };
  if (same === undefined) return { words: [`column ${name} was dropped and added again`], isLost: true };
  if (column.isGenerated !== later.isGenerated) return { words: [], isLost: true };
  const isNamed = reasons.some((reason) => reason.startsWith(`column ${name} `));
  const converted = describeConversion(column, later);
  if (converted !== undefined && !isNamed) return { words: [`column ${name} ${converted}`], isLost: true };
  if (typeOf(column) !== typeOf(later)) return { words: [], isLost: isNamed };
  if (isAlteredBy(rewrites, column, later)) {
    return {
      words: [
        `column ${name} was altered and the table's rows were written again, so it may have had another type in between`,
      ],
      isLost: true,
    };
  }
  // MySQL and MariaDB can make an ordinary value of each NULL (sql_mode without strict).
  return { words: [], isLost: column.native !== undefined && isNamed };
};

/** What a change of a column's type has done to the values that were there, although every value fits into the new one. */
const describeConversion = (before: ColumnDescription, now: ColumnDescription): string | undefined => {
  const change = `was ${spelled(before)} and is ${spelled(now)}`;
  // The server's own spelling of a number or a time need not be the one that is written here.
  if (isText(now) && !isText(before) && before.typeKind !== 'enum')
    return `${change}, so its values are as the server spells them`;
  const charset = now.native?.charset;
  if (charset !== undefined && charset !== before.native?.charset && !wholeUnicode.has(charset))
    return `${change}, so characters that ${charset} does not have may have been replaced`;
  const labels =
    before.catalog?.labels?.filter((label) => now.catalog?.labels?.includes(label) !== true) ?? [];
  return labels.length === 0 || isText(now) ? undefined : `lacks labels that it had: ${labels.join(', ')}`;
};

/** Character sets of MySQL and MariaDB. */
const wholeUnicode: ReadonlySet<string> = new Set(['utf8mb4', 'utf16', 'utf32']);

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar']);
const isText = ({ baseType }: ColumnDescription): boolean => texts.has(baseType);

const isSameKey = (before: TableDescription, now: TableDescription): boolean =>
  before.primaryKey.length === now.primaryKey.length &&
  before.primaryKey.every((name) => now.primaryKey.includes(name));

/** Where columns have no numbers, a column that was dropped and added again shows only by its place. */
const lostOrder = (fed: readonly ColumnDescription[], now: TableDescription): readonly string[] => {
  if (now.catalog !== undefined) return [];
  const known = new Set(fed.map(({ name }) => name));
  const later = now.columns.map(({ name }) => name).filter((name) => known.has(name));
  const kept = fed.map(({ name }) => name).filter((name) => later.includes(name));
  return later.every((name, index) => name === kept[index])
    ? []
    : [
        `its columns have another order, so one of them may have been dropped and added again: ${later.join(', ')}`,
      ];
};

/** None when the whole catalog was written again, as by pg_upgrade: then every column has another version. */
const rewritesOf = (before: TableDescription, now: TableDescription): ReadonlySet<string> => {
  if (before.catalog === undefined || now.catalog === undefined) return new Set();
  const versions = new Map(now.columns.map(({ catalog }) => [catalog?.number, catalog?.version]));
  const isKept = before.columns.some(({ catalog }) => versions.get(catalog?.number) === catalog?.version);
  return isKept ? rewritesSince(before.catalog, now.catalog) : new Set();
};
