import { comparableTarget } from '../../../canonical/compatibility.ts';
import type { ColumnDescription, TableDescription } from '../../../contracts/table-description.ts';
import type { PlannedChange, TargetChange, TargetStep } from '../../../ports/table-changer.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import { targetType } from './ddl.ts';

/** Statements for a target table that is `target` now. They run in one transaction. */
export const planChange = (change: TargetChange, target: TableDescription): PlannedChange => {
  const columns = new Map(target.columns.map((column) => [column.name, column]));
  const statements: string[] = [];
  const problems: string[] = [];
  for (const step of change.steps) {
    const planned = planStep(step, columns, change.isRepeated);
    if (typeof planned === 'string') problems.push(planned);
    else statements.push(...planned.map((action) => `ALTER TABLE ${quoteTable(change.target)} ${action}`));
  }
  return { statements, problems };
};

/** What stands behind ALTER TABLE, or why it cannot be done. `columns` follows the steps before it. */
const planStep = (
  step: TargetStep,
  columns: Map<string, ColumnDescription>,
  isRepeated: boolean,
): readonly string[] | string => {
  switch (step.kind) {
    case 'add': {
      const { column, fill } = step;
      const there = columns.get(column.name);
      if (there !== undefined) {
        return isRepeated && comparableTarget(column, there) === undefined
          ? []
          : `it has a column ${column.name} already`;
      }
      // The default stays: an older event that is sent again may lack the column.
      const filled = fill.kind === 'constant' ? ` DEFAULT ${quoteLiteral(fill.text)}` : '';
      const notNull = column.notNull ? ' NOT NULL' : '';
      return [`ADD COLUMN ${quoteIdentifier(column.name)} ${targetType(column)}${filled}${notNull}`];
    }
    case 'drop':
      return columns.has(step.name) ? [`DROP COLUMN ${quoteIdentifier(step.name)}`] : [];
    case 'retire':
    case 'release': {
      const there = columns.get(step.name);
      const name = quoteIdentifier(step.name);
      return [
        ...(there?.notNull === true ? [`ALTER COLUMN ${name} DROP NOT NULL`] : []),
        ...(step.kind === 'retire' && there?.hasDefault === true
          ? [`ALTER COLUMN ${name} DROP DEFAULT`]
          : []),
      ];
    }
    case 'rename': {
      const there = columns.get(step.from);
      const other = columns.get(step.to);
      if (there === undefined) {
        return other !== undefined && isRepeated ? [] : `it has no column ${step.from}`;
      }
      if (other !== undefined) return `it has a column ${step.to} already`;
      columns.delete(step.from);
      columns.set(step.to, { ...there, name: step.to });
      return [`RENAME COLUMN ${quoteIdentifier(step.from)} TO ${quoteIdentifier(step.to)}`];
    }
    case 'type': {
      const { before, after } = step;
      const there = columns.get(after.name);
      if (there === undefined) return `it has no column ${after.name}`;
      if (comparableTarget({ ...after, notNull: there.notNull }, there) === undefined) return [];
      if (there.type !== targetType(before)) return `its column ${after.name} is ${there.type}`;
      return [`ALTER COLUMN ${quoteIdentifier(after.name)} TYPE ${targetType(after)}`];
    }
  }
};
