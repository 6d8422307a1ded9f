import type {
  CatalogTable,
  ColumnDescription,
  TableDescription,
} from '../../../contracts/table-description.ts';
import type { ColumnChange, ColumnFill, EventShape, FollowedShape } from '../../../ports/source-dialect.ts';
import { isKeyMadeAgain, isNamedInLog, keyMadeAgain } from '../../../schema/key-identity.ts';
import { rewritesSince } from '../../../schema/partitions.ts';
import { isWiderType } from '../../../schema/wider-types.ts';
import { eventFingerprint, type LoggedColumn, parseDefinition } from './event-shape.ts';

/** A column that the catalog numbers and the log has. */
type Numbered = ColumnDescription & Required<Pick<ColumnDescription, 'catalog'>>;

/**
 * What a table that was `known` became, by the shape that an event names. The log has names and types, but no numbers of columns;
 * those come from the catalog as it is `now`, which may be some changes further. Nothing is guessed: where two readings are possible,
 * the shape is not known.
 */
export const followEvent = (
  known: TableDescription,
  now: TableDescription,
  { fingerprint, definition }: EventShape,
): FollowedShape => {
  const harm = harmOfIdentity(known, now, identityOf(definition));
  if (harm !== undefined) return harm;
  const isNow = eventFingerprint(now) === fingerprint;
  const columns = isNow ? numbered(now) : assignNumbers(known, now, definition);
  if (known.catalog === undefined || now.catalog === undefined || columns === undefined) {
    return unclear('its columns were changed several times, and the log does not say how it was in between');
  }
  const catalogs = { known: known.catalog, now: now.catalog };
  const changes: ColumnChange[] = [];
  const after = new Map(columns.map((column) => [column.catalog.number, column]));
  for (const column of numbered(known)) {
    const found = after.get(column.catalog.number);
    const change = found === undefined ? dropped(column) : compareColumn(column, found, catalogs);
    if ('isKnown' in change) return change;
    changes.push(...change.changes);
  }
  const knownNumbers = new Set(numbered(known).map(({ catalog }) => catalog.number));
  let next = countColumns(known);
  for (const column of columns) {
    if (knownNumbers.has(column.catalog.number)) continue;
    if (known.columns.some(({ catalog }) => catalog?.number === column.catalog.number))
      return unknown('rewrite', `column ${column.name} is no longer generated`);
    next += 1;
    // Else one was added and dropped in between, of which an event may still come.
    if (column.catalog.number !== next) {
      return unclear(`column ${column.name} was added, and before it one that was dropped again`);
    }
    const fill = fillOf(column, catalogs);
    if (fill === undefined) {
      return unknown(
        'rewrite',
        `column ${column.name} was added and the table's rows were written again, so the log does not say what they have in it`,
      );
    }
    changes.push({ kind: 'add-column', column, fill });
  }
  const described = describeAfter({ known, now, columns, columnCount: next, definition });
  const shape = isNow ? now : described;
  // Key and identity are part of the fingerprint, too.
  return eventFingerprint(shape) === fingerprint
    ? { isKnown: true, changes, after: shape }
    : unclear(
        'its columns or its key were changed several times, and the log does not say how it was in between',
      );
};

const unknown = (kind: Extract<FollowedShape, { isKnown: false }>['kind'], what: string) =>
  ({ isKnown: false, kind, what }) as const;

/** A new copy of the table has what the rows became. */
const unclear = (what: string) => ({ ...unknown('rewrite', what), isUnclear: true }) as const;

const numbered = ({ columns }: TableDescription): readonly Numbered[] =>
  columns.flatMap((column) =>
    column.isGenerated || column.catalog === undefined ? [] : [{ ...column, catalog: column.catalog }],
  );

const countColumns = ({ catalog, columns }: TableDescription): number =>
  catalog?.columnCount ?? Math.max(0, ...columns.map((column) => column.catalog?.number ?? 0));

/** What is about the table as a whole. */
const harmOfIdentity = (
  known: TableDescription,
  now: TableDescription,
  identity: TableDescription['replicaIdentity'],
): FollowedShape | undefined => {
  if (known.catalog?.id !== now.catalog?.id) {
    return unknown(
      'replace-table',
      'it was dropped and created again, or another table has been given its name',
    );
  }
  if (keyNumbers(known).join() !== keyNumbers(now).join() || now.isKeyDeferrable !== known.isKeyDeferrable) {
    return unknown(
      'change-key',
      `its key was changed from (${known.primaryKey.join(', ')}) to (${now.primaryKey.join(', ')})`,
    );
  }
  if (!isNamedInLog(now)) {
    return unknown(
      'change-key',
      `its replica identity was changed from ${known.replicaIdentity} to ${now.replicaIdentity}`,
    );
  }
  return isKeyMadeAgain(known, now, identity) ? unknown('change-key', keyMadeAgain) : undefined;
};

const keyNumbers = ({ primaryKey, columns }: TableDescription): readonly (number | undefined)[] =>
  primaryKey.map((name) => columns.find((column) => column.name === name)?.catalog?.number);

/** The columns of an event, in the order of their numbers. Undefined where it is not certain which is which. */
const assignNumbers = (
  known: TableDescription,
  now: TableDescription,
  definition: string | undefined,
): readonly Numbered[] | undefined => {
  const event = definition === undefined ? undefined : parseDefinition(definition);
  if (event === undefined) return undefined;
  const [before, after] = [numbered(known), numbered(now)];
  const candidates = [after, before];
  const isUnchanged =
    countColumns(known) === countColumns(now) &&
    before.length === after.length &&
    before.every(({ catalog }, index) => catalog.number === after[index]?.catalog.number);
  const assigned = event.columns.map((logged, index) =>
    isUnchanged ? typedAs(logged, [after[index], before[index]]) : named(logged, candidates),
  );
  const columns = assigned.flatMap((column) => column ?? []);
  if (columns.length !== event.columns.length || (isUnchanged && columns.length !== before.length))
    return undefined;
  const numbers = new Set(columns.map(({ catalog }) => catalog.number));
  const isAscending = columns.every(
    ({ catalog }, index) => index === 0 || catalog.number > (columns[index - 1]?.catalog.number ?? 0),
  );
  const stayed = before.filter(({ catalog }) =>
    after.some((column) => column.catalog.number === catalog.number),
  );
  const newest = Math.max(...numbers);
  // What is there before and after was there in between, and columns are added in the order of their numbers.
  const isPossible =
    stayed.every(({ catalog }) => numbers.has(catalog.number)) &&
    after.every(({ catalog }) => catalog.number > newest || numbers.has(catalog.number));
  return isAscending && isPossible ? columns : undefined;
};

/** By its name and its type, which have to mean one column in both descriptions. */
const named = (
  logged: LoggedColumn,
  descriptions: readonly (readonly Numbered[])[],
): Numbered | undefined => {
  const sameName = descriptions.flatMap((columns) => columns.filter(({ name }) => name === logged.name));
  if (new Set(sameName.map(({ catalog }) => catalog.number)).size !== 1) return undefined;
  return typedAs(logged, sameName);
};

const typedAs = (logged: LoggedColumn, columns: readonly (Numbered | undefined)[]): Numbered | undefined => {
  const found = columns.find(
    (column) =>
      column?.catalog.typeId === logged.typeId && column.catalog.typeModifier === logged.typeModifier,
  );
  return found && { ...found, name: logged.name };
};

interface Catalogs {
  readonly known: CatalogTable;
  readonly now: CatalogTable;
}

const dropped = (column: Numbered): { readonly changes: readonly ColumnChange[] } => ({
  changes: [{ kind: 'drop-column', column }],
});

const compareColumn = (
  before: Numbered,
  after: Numbered,
  catalogs: Catalogs,
): { readonly changes: readonly ColumnChange[] } | Extract<FollowedShape, { isKnown: false }> => {
  const changes: ColumnChange[] = [];
  if (before.name !== after.name) changes.push({ kind: 'rename-column', from: before, to: after });
  const isSameType =
    before.catalog.typeId === after.catalog.typeId &&
    before.catalog.typeModifier === after.catalog.typeModifier &&
    before.type === after.type;
  if (!isSameType) {
    const what = `the type of column ${after.name} was changed from ${before.type} to ${after.type}`;
    if (!isWiderType(before, after)) return unknown('change-type', what);
    // USING computes other values, and nothing but the new rows tells of it.
    if (isRewritten(catalogs)) {
      return unknown('rewrite', `${what}, and the table's rows were written again`);
    }
    changes.push({ kind: 'widen-type', from: { ...before, name: after.name }, to: after });
  }
  if (before.notNull && !after.notNull) changes.push({ kind: 'drop-not-null', column: after });
  return { changes };
};

/**
 * What the rows that were there have in the column. A constant default is kept next to them until they are written again; without one
 * they have NULL. After the rows were written again the catalog does not tell any more.
 */
const fillOf = ({ catalog, notNull }: Numbered, catalogs: Catalogs): ColumnFill | undefined => {
  if (catalog.missing !== undefined) return { kind: 'constant', text: catalog.missing };
  return !isRewritten(catalogs) && !notNull ? { kind: 'null' } : undefined;
};

const isRewritten = ({ known, now }: Catalogs): boolean => rewritesSince(known, now).size > 0;

interface After {
  readonly known: TableDescription;
  readonly now: TableDescription;
  readonly columns: readonly Numbered[];
  readonly columnCount: number;
  readonly definition: string | undefined;
}

/** What an event's definition has; those that name no row are held before. */
const identityOf = (definition: string | undefined): 'full' | 'index' | 'default' => {
  const letter = definition?.split('\n', 1)[0]?.at(-1);
  if (letter === 'f') return 'full';
  return letter === 'i' ? 'index' : 'default';
};

/** What is not in the log stays as it was known: the catalog may be further. */
const describeAfter = ({ known, now, columns, columnCount, definition }: After): TableDescription => {
  const names = new Map(columns.map(({ catalog, name }) => [catalog.number, name]));
  const { uniqueKeys, ...rest } = known;
  const kept = uniqueKeys?.filter(
    (key) =>
      key.columns.every((name) => columns.some((column) => column.name === name)) &&
      now.uniqueKeys?.some((other) => other.name === key.name && other.columns.join() === key.columns.join()),
  );
  return {
    ...rest,
    ...(kept !== undefined && { uniqueKeys: kept }),
    columns,
    primaryKey: keyNumbers(known).flatMap((number) => names.get(number ?? 0) ?? []),
    replicaIdentity: identityOf(definition),
    ...(known.catalog !== undefined && { catalog: { ...known.catalog, columnCount } }),
  };
};
