import type { TableMapping } from '../contracts/replication.ts';
import type { ChangeAction, ChangeKind } from '../contracts/schema-policy.ts';
import type { ColumnDescription, KnownShape, TableDescription } from '../contracts/table-description.ts';
import { mapTable } from '../mapping/map-table.ts';
import type { ColumnChange } from '../ports/source-dialect.ts';
import type { TargetStep } from '../ports/table-changer.ts';

/** The kind of a change, as policies have it. */
export const kindOfChange = (change: ColumnChange): ChangeKind =>
  change.kind === 'add-column' && change.fill.kind === 'constant' ? 'add-column-default' : change.kind;

/** "column a was renamed to b" */
export const describeChange = (change: ColumnChange): string => {
  switch (change.kind) {
    case 'add-column':
      return (
        `column ${change.column.name} (${typeName(change.column)}) was added` +
        (change.fill.kind === 'constant' ? ', with a constant in the rows that were there' : '')
      );
    case 'drop-column':
      return `column ${change.column.name} was dropped`;
    case 'rename-column':
      return `column ${change.from.name} was renamed to ${change.to.name}`;
    case 'widen-type':
      return `the type of column ${change.to.name} was changed from ${typeName(change.from)} to ${typeName(change.to)}`;
    case 'drop-not-null':
      return `column ${change.column.name} takes NULL now`;
  }
};

const typeName = ({ native, type }: ColumnDescription): string => native?.type ?? type;

export interface StepsRequest {
  readonly mapping: TableMapping;
  readonly shape: KnownShape;
  readonly after: TableDescription;
  readonly changes: readonly ColumnChange[];
  /** The policy's action for a change. */
  readonly actionOf: (change: ColumnChange) => ChangeAction;
}

export interface TargetSteps {
  readonly steps: readonly TargetStep[];
  /** Why a person has to decide; each is a sentence. */
  readonly obstacles: readonly string[];
  /** A name that another column has had since the copy is given to one, which only a new copy makes certain. */
  readonly reusesNames: boolean;
}

/** What the target has to follow, through the table's mapping. */
export const planTargetSteps = ({ mapping, shape, after, changes, actionOf }: StepsRequest): TargetSteps => {
  const steps: TargetStep[] = [];
  const obstacles: string[] = [];
  const { mapped } = mapTable(after, mapping);
  const entryOf = (name: string) => mapping.columns?.find(({ source }) => source === name);
  const targetName = (name: string): string => entryOf(name)?.target ?? name;
  const isOmitted = (name: string): boolean => entryOf(name)?.omit === true;
  let reusesNames = false;
  const refuseKnownName = (name: string): void => {
    const before = obstacles.length;
    if (shape.retired?.includes(name) === true) {
      obstacles.push(
        `A column of the name ${name} was dropped or renamed since the table was copied, and an older event may still have its values.`,
      );
    } else if (shape.copied.columns.some((column) => column.name === name)) {
      obstacles.push(`Another column had the name ${name} before.`);
    }
    reusesNames ||= obstacles.length > before;
  };
  for (const change of changes) {
    switch (change.kind) {
      case 'add-column': {
        const { name } = change.column;
        refuseKnownName(name);
        if (isOmitted(name)) break;
        if (mapping.valuePolicy === 'text' && entryOf(name) === undefined) {
          obstacles.push(
            `The table has the value policy text, which says nothing of the new column ${name} yet.`,
          );
        }
        const column = mapped.columns.find((candidate) => candidate.name === targetName(name));
        if (column !== undefined) steps.push({ kind: 'add', column, fill: change.fill });
        break;
      }
      case 'drop-column': {
        const { name } = change.column;
        if (isOmitted(name)) break;
        steps.push({ kind: actionOf(change) === 'auto' ? 'drop' : 'retire', name: targetName(name) });
        break;
      }
      case 'rename-column': {
        const names = [change.from.name, change.to.name];
        refuseKnownName(change.to.name);
        const named = names.find((name) => entryOf(name) !== undefined);
        if (named !== undefined) obstacles.push(`The table's mapping names column ${named}.`);
        steps.push({ kind: 'rename', from: names[0] ?? '', to: names[1] ?? '' });
        break;
      }
      case 'widen-type': {
        const { name } = change.to;
        if (isOmitted(name) || entryOf(name)?.type !== undefined) break;
        steps.push({
          kind: 'type',
          before: { ...change.from, name: targetName(name) },
          after: { ...change.to, name: targetName(name) },
        });
        break;
      }
      case 'drop-not-null':
        if (!isOmitted(change.column.name))
          steps.push({ kind: 'release', name: targetName(change.column.name) });
        break;
    }
  }
  return { steps, obstacles, reusesNames };
};

/** What is known of the table after the target has followed. */
export const followedShape = (
  shape: KnownShape,
  {
    after,
    now,
    changes,
    former,
  }: {
    readonly after: TableDescription;
    readonly now: TableDescription;
    readonly changes: readonly ColumnChange[];
    readonly former: string | undefined;
  },
): KnownShape => {
  const retired = changes.flatMap((change) =>
    change.kind === 'drop-column'
      ? [change.column.name]
      : change.kind === 'rename-column'
        ? [change.from.name]
        : [],
  );
  const added = new Set(shape.added);
  for (const change of changes) {
    if (change.kind === 'add-column') added.add(change.column.name);
    else if (change.kind === 'drop-column') added.delete(change.column.name);
    else if (change.kind === 'rename-column' && added.delete(change.from.name)) added.add(change.to.name);
  }
  // An event with a former name would be read as one of a column that is not there.
  const isReadable = changes.every(({ kind }) => kind !== 'rename-column');
  return {
    copied: after,
    seen: now,
    ...(shape.target !== undefined && { target: shape.target }),
    ...(shape.targetLost !== undefined && { targetLost: shape.targetLost }),
    version: (shape.version ?? 0) + 1,
    former: [
      ...(shape.former ?? []).map((one) => ({ ...one, isReadable: one.isReadable && isReadable })),
      ...(former === undefined ? [] : [{ fingerprint: former, isReadable }]),
    ],
    retired: [...(shape.retired ?? []), ...retired],
    added: [...added],
  };
};
