import { tableLabel } from '../contracts/identifiers.ts';
import type { ChangeAction, ChangeKind, SchemaPolicy } from '../contracts/schema-policy.ts';
import type { KnownShape, TableDescription } from '../contracts/table-description.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ShapeChange } from '../ports/source-dialect.ts';
import { actionFor, strictestAction } from './change-policy.ts';
import { compareTables } from './compare-tables.ts';

/** Those that the target can follow. The table waits exactly before them, when the log comes to them, and not earlier. */
const followable: ReadonlySet<ChangeKind> = new Set([
  'add-column',
  'add-column-default',
  'drop-column',
  'rename-column',
  'widen-type',
  'drop-not-null',
]);

/** Changes that the log tells of in their place, with an event or a statement that has them. */
const logged: ReadonlySet<ChangeKind> = new Set([...followable, 'change-type']);

/** What has become of a table by what the catalog says now. */
export interface ShapeOutlook {
  /** Why it cannot be applied any further, whatever the log says. */
  readonly harm: MillraceError | undefined;
  /** What the target will follow, or pass over, when the log comes to it. */
  readonly awaited: readonly ShapeChange[];
}

/** Compares what is known of a table with what its catalog says now, as the policy has it. */
export const lookAhead = (
  { copied, seen, retired = [] }: KnownShape,
  now: TableDescription,
  policy: SchemaPolicy | undefined,
): ShapeOutlook => {
  const unlogged = [...compareTables(seen, now), ...findReused({ copied, seen, retired }, now)].filter(
    ({ kind, isHarmless }) =>
      !isHarmless && !logged.has(kind) && actionFor(policy, now.ref, kind) !== 'ignore',
  );
  const awaited = compareTables(copied, now).filter(({ kind }) => logged.has(kind));
  const left = awaited.filter(({ kind }) => isLeftToPerson(actionFor(policy, now.ref, kind)));
  // What the log will not bring the table past has to be known at once.
  const asked = left.every(({ kind }) => followable.has(kind) && actionFor(policy, now.ref, kind) === 'ask')
    ? []
    : left;
  const harms = [...unlogged, ...asked];
  const actions = harms.map(({ kind }) => actionFor(policy, now.ref, kind));
  return {
    harm: harms.length === 0 ? undefined : harmError(now, harms, strictestAction(actions)),
    awaited,
  };
};

/**
 * Generated columns with the name of an ordinary one that is there no more. They are not replicated, and the target may have kept the
 * other's values under this name.
 */
const findReused = (
  { copied, seen, retired }: Required<Pick<KnownShape, 'copied' | 'seen' | 'retired'>>,
  now: TableDescription,
): readonly ShapeChange[] =>
  now.columns
    .filter(
      ({ name, isGenerated, catalog }) =>
        isGenerated &&
        (retired.includes(name) ||
          [copied, seen].some(({ columns }) =>
            columns.some(
              (before) =>
                before.name === name && !before.isGenerated && before.catalog?.number !== catalog?.number,
            ),
          )),
    )
    .map(({ name }) => ({
      ...{ kind: 'rewrite', isHarmless: false },
      what: `generated column ${name} was added, and another column had its name before`,
    }));

const isLeftToPerson = (action: ChangeAction): boolean => action === 'ask' || action === 'stop';

const harmError = (
  { ref }: TableDescription,
  harms: readonly ShapeChange[],
  action: ChangeAction,
): MillraceError =>
  changeError(
    ref,
    harms.map(({ what }) => what).join('; '),
    action,
    '',
    harms.map(({ kind }) => kind),
  );

/** Why a table waits, or everything stops, at a change that is told in words. */
export const changeError = (
  ref: TableDescription['ref'],
  what: string,
  action: ChangeAction,
  details = '',
  kinds: readonly ChangeKind[] = [],
): MillraceError => {
  const table = tableLabel(ref);
  return new MillraceError(
    action === 'stop' ? 'SchemaChangeStops' : 'SchemaChanged',
    `Table ${table} has changed at the source: ${what}.${details}`,
    { facts: { table, ...(kinds.length > 0 && { kinds: [...new Set(kinds)] }) } },
  );
};

/** What is known of a table after a look at the catalog that has found no harm. */
export const afterLook = (
  shape: KnownShape,
  now: TableDescription,
  awaited: ShapeOutlook['awaited'],
): KnownShape => ({
  ...shape,
  // What the catalog knows the table's rows by goes with its columns: it tells later whether a change has written them again.
  ...(awaited.length === 0 &&
    now.catalog !== undefined && { copied: { ...shape.copied, catalog: now.catalog } }),
  seen: now,
});
