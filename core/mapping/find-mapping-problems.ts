import { exactTypes, isExact } from '../canonical/exact-types.ts';
import { type ColumnType, knownTypeNames, parseColumnType } from '../contracts/column-type.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import type { ColumnMapping } from '../contracts/replication.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';
import type { Problem } from '../errors/millrace-error.ts';

/**
 * Everything that keeps a column mapping from working at its source table. What the target makes of it (names that are
 * too long, an existing table that is not like it) its dialect says of the mapped table.
 */
export const findMappingProblems = (
  table: TableDescription,
  { columns: entries = [] }: { readonly columns?: readonly ColumnMapping[] },
): readonly Problem[] => {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const key = new Set(table.primaryKey);
  const about = (column: string, problem: string, remedy?: string): Problem => ({
    subject: `source table ${tableLabel(table.ref)}, column ${column}`,
    problem,
    ...(remedy === undefined ? {} : { remedy }),
  });

  const ofEntries = entries.flatMap((entry): readonly Problem[] => {
    const { source: name, target, omit, type } = entry;
    const column = columns.get(name);
    if (column === undefined) return [about(name, 'The table has no such column.', didYouMean(name, table))];
    const problems: Problem[] = [];
    if (omit === true && key.has(name)) {
      problems.push(about(name, 'It belongs to the key, so it can be renamed but not left out.'));
    }
    if (omit === true && (target !== undefined || type !== undefined)) {
      problems.push(about(name, 'It is left out, so it can have neither a target name nor a type.'));
    }
    if (column.isGenerated && (target !== undefined || type !== undefined)) {
      problems.push(
        about(name, 'It is generated, so it is not replicated and has no name or type at the target.'),
      );
    }
    if (type !== undefined && omit !== true) {
      problems.push(
        ...findTypeProblems(column, type).map(([problem, remedy]) => about(name, problem, remedy)),
      );
    }
    return problems;
  });

  const repeated = [...Map.groupBy(entries, ({ source }) => source)]
    .filter(([, ofColumn]) => ofColumn.length > 1)
    .map(([name]) => about(name, 'It is mapped more than once.'));

  const byTarget = Map.groupBy(
    table.columns.filter(({ name, isGenerated }) => !isGenerated && !isOmitted(entries, name)),
    ({ name }) => entries.find(({ source }) => source === name)?.target ?? name,
  );
  const colliding = [...byTarget]
    .filter(([, sharers]) => sharers.length > 1)
    .map(
      ([target, sharers]): Problem => ({
        subject: `source table ${tableLabel(table.ref)}, columns ${sharers.map(({ name }) => name).join(', ')}`,
        problem: `They would share the target column ${target}.`,
        remedy: 'Give each its own target name, or leave one out.',
      }),
    );
  return [...ofEntries, ...repeated, ...colliding];
};

const isOmitted = (entries: readonly ColumnMapping[], name: string): boolean =>
  entries.some(({ source, omit }) => source === name && omit === true);

const didYouMean = (name: string, table: TableDescription): string => {
  const alike = table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  return alike === undefined
    ? `Its columns are ${table.columns.map((column) => column.name).join(', ')}.`
    : `Names are case-sensitive: did you mean ${alike.name}?`;
};

/** A problem and its remedy. */
type TypeProblem = readonly [string, string];

const findTypeProblems = (column: ColumnDescription, text: string): readonly TypeProblem[] => {
  const type = parseColumnType(text);
  if (type === undefined) {
    return [
      [
        `Its type ${text} is none that a mapping can give.`,
        `Types are ${knownTypeNames.join(', ')}, with length or precision where they have one, and arrays of them.`,
      ],
    ];
  }
  if (isExact(column, type)) return [];
  const exact = exactTypes(column);
  const loss = lossOf(column, type);
  return [
    [
      `Type ${type.type} does not hold every value of type ${column.type} as it is${loss === undefined ? '' : `: ${loss}`}.`,
      exact.length === 0 ? 'Leave its type as it is.' : `Types that do: ${exact.join(', ')}.`,
    ],
  ];
};

const lossOf = (column: ColumnDescription, type: ColumnType): string | undefined => {
  if (column.baseType === 'json' && type.baseType === 'jsonb') {
    return 'jsonb keeps neither blanks, nor the order of keys, nor repeated keys';
  }
  if (column.isArray !== type.isArray) return 'one is an array and the other is not';
  return undefined;
};
