import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { PlannedChange, TargetChange, TargetStep } from '../../../ports/table-changer.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import { describeType } from '../types/column-types.ts';
import { isRefusal } from '../types/value-encoder.ts';
import type { Flavour } from './collations.ts';
import { encoderFor } from './column-encoder.ts';
import { type PlannedColumn, planColumns } from './column-plan.ts';
import { comparableTarget } from './compatibility.ts';
import { columnDefinition } from './ddl.ts';

/**
 * Statements for a target table that is `target` now. Each of them commits by itself, so each is left out when the table has it
 * already: after a crash the rest is done.
 */
export const planChange = (
  change: TargetChange,
  target: TableDescription,
  flavour: Flavour,
): PlannedChange => {
  const context: Context = {
    change,
    flavour,
    before: planColumns(change.before),
    after: planColumns(change.after),
    columns: new Map(target.columns.map((column) => [column.name, column])),
  };
  const statements: string[] = [];
  const problems: string[] = [];
  for (const step of change.steps) {
    const planned = planStep(step, context);
    if (typeof planned === 'string') problems.push(planned);
    else statements.push(...planned.map((action) => `ALTER TABLE ${quoteTable(change.target)} ${action}`));
  }
  return { statements, problems };
};

interface Context {
  readonly change: TargetChange;
  readonly flavour: Flavour;
  readonly before: ReturnType<typeof planColumns>;
  readonly after: ReturnType<typeof planColumns>;
  /** Of the target, following the steps before. */
  readonly columns: Map<string, ColumnDescription>;
}

/** What stands behind ALTER TABLE, or why it cannot be done. */
const planStep = (step: TargetStep, context: Context): readonly string[] | string => {
  const { columns, change } = context;
  switch (step.kind) {
    case 'add':
      return addColumn(step, context);
    case 'drop':
      return columns.has(step.name) ? [`DROP COLUMN ${quoteIdentifier(step.name)}`] : [];
    case 'retire':
    case 'release': {
      const there = columns.get(step.name);
      return there?.notNull === true
        ? [`MODIFY COLUMN ${quoteIdentifier(step.name)} ${asItIs(there)} NULL`]
        : [];
    }
    case 'rename': {
      const there = columns.get(step.from);
      const other = columns.get(step.to);
      if (there === undefined) {
        return other !== undefined && change.isRepeated ? [] : `it has no column ${step.from}`;
      }
      if (other !== undefined) return `it has a column ${step.to} already`;
      columns.delete(step.from);
      columns.set(step.to, { ...there, name: step.to });
      return [`RENAME COLUMN ${quoteIdentifier(step.from)} TO ${quoteIdentifier(step.to)}`];
    }
    case 'type':
      return changeType(step, context);
  }
};

const addColumn = (
  { column, fill }: Extract<TargetStep, { kind: 'add' }>,
  { columns, change, after, flavour }: Context,
): readonly string[] | string => {
  const there = columns.get(column.name);
  if (there !== undefined) {
    return change.isRepeated && comparableTarget(column, there, false) === undefined
      ? []
      : `it has a column ${column.name} already`;
  }
  const planned = after.columns.find(({ name }) => name === column.name);
  const refusal = after.refusals.find((reason) => reason.startsWith(`column ${column.name} `));
  if (planned === undefined || refusal !== undefined)
    return refusal ?? `column ${column.name} has no type there`;
  const filled = fill.kind === 'constant' ? defaultClause(column, planned, fill.text, flavour) : '';
  if (filled === undefined) return `it cannot hold the value that the rows have in column ${column.name}`;
  const { suffix: _ownDefault, ...withoutDefault } = planned;
  const definition = columnDefinition(filled === '' ? planned : withoutDefault, {
    source: change.after,
    flavour,
    isNotNull: column.notNull,
  });
  return [`ADD COLUMN ${definition}${filled}`];
};

/** The default stays: an older event that is sent again may lack the column. */
const defaultClause = (
  column: ColumnDescription,
  planned: PlannedColumn,
  text: string,
  { isMariadb }: Flavour,
): string | undefined => {
  const [, baseType = '', first, second] = /^([a-z0-9]+)(?:\((\d+)(?:,(\d+))?\))?/.exec(planned.type) ?? [];
  const lengths = first === undefined ? {} : { maxLength: Number(first), precision: Number(first) };
  const { native, ...described } = describeType({
    dataType: baseType,
    columnType: planned.type,
    isUnsigned: planned.type.includes('unsigned'),
    charset: planned.charset ?? 'utf8mb4',
    ...lengths,
    scale: Number(second ?? 0),
    ...(first !== undefined && { fraction: Number(first) }),
  });
  const target = {
    ...{ name: column.name, isArray: false, notNull: column.notNull, isGenerated: false },
    ...described,
    native: { ...native, ...(isMariadb && { isMariadb: true as const }) },
  };
  const encoder = encoderFor(column, target);
  const encoded = encoder?.encode(text);
  if (encoder === undefined || encoded === undefined || isRefusal(encoded)) return undefined;
  const literal = quoteLiteral(encoded, encoder.form);
  // TEXT, BLOB and JSON take an expression only (MySQL manual, 13.6); MariaDB takes either.
  return ` DEFAULT ${withoutPlainDefault.test(baseType) ? `(${literal})` : literal}`;
};

const withoutPlainDefault = /^(?:(?:tiny|medium|long)?(?:text|blob)|json)$/;

const changeType = (
  { before, after }: Extract<TargetStep, { kind: 'type' }>,
  { columns, change, flavour, ...plans }: Context,
): readonly string[] | string => {
  const there = columns.get(after.name);
  const wide = plans.after.columns.find(({ name }) => name === after.name);
  const old = plans.before.columns.find(({ name }) => name === before.name);
  if (there === undefined || wide === undefined) return `it has no column ${after.name}`;
  const isKey = change.after.primaryKey.includes(after.name);
  const isSame = spelled(there.native?.type) === spelled(wide.type);
  if (isSame || comparableTarget({ ...after, notNull: there.notNull }, there, isKey) === undefined) return [];
  // A column may have been renamed in the same change.
  if (old !== undefined && spelled(there.native?.type) !== spelled(old.type)) {
    return `its column ${after.name} is ${there.native?.type ?? there.type}`;
  }
  return [
    `MODIFY COLUMN ${columnDefinition(wide, { source: change.after, flavour, isNotNull: there.notNull })}`,
  ];
};

/** Servers differ in whether they show how wide an integer is shown. */
const spelled = (type = ''): string => type.replace(/^((?:tiny|small|medium|big)?int)\((?!1\))\d+\)/, '$1');

/** The type of a column that is there. */
const asItIs = ({ native, type }: ColumnDescription): string =>
  (native?.type ?? type) +
  (native?.charset === undefined ? '' : ` CHARACTER SET ${native.charset}`) +
  (native?.collation === undefined ? '' : ` COLLATE ${native.collation}`);
