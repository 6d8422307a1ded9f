import { exactTypes } from '../canonical/exact-types.ts';
import type { DatabaseKind } from '../contracts/database.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';
import type { DocumentedSourceDialect, SourceDialect } from '../ports/source-dialect.ts';
import type { DocumentedTargetDialect } from '../ports/target-dialect.ts';
import { toTable } from './markdown-table.ts';
import { engineOf, kindsByEngine } from './registry.ts';

interface Documented<Dialect> {
  /** Kinds that share the dialect. */
  readonly kinds: readonly DatabaseKind[];
  readonly name: string;
  readonly dialect: Dialect;
}

/** Every dialect that a database can be opened with. Kinds of one engine differ in how they are captured, not in types. */
const documentedEngines = Array.from(kindsByEngine().values(), (kinds) => {
  const [engine, ...others] = kinds.map(engineOf);
  if (engine === undefined) throw new TypeError('An engine has at least one kind.');
  return { kinds, name: [engine, ...others].map(({ displayName }) => displayName).join(' and '), engine };
});
export const documentedSources: readonly Documented<DocumentedSourceDialect>[] = documentedEngines.map(
  ({ kinds, name, engine }) => ({ kinds, name, dialect: engine.source }),
);
export const documentedTargets: readonly Documented<DocumentedTargetDialect>[] = documentedEngines.flatMap(
  ({ kinds, name, engine }) => (engine.target === undefined ? [] : [{ kinds, name, dialect: engine.target }]),
);

const preface = `# Types

What becomes of a column's type, for each kind of source and target. Written by \`npm run types-guide\` from the code that
does it.

A value passes from source to target as its canonical text: what PostgreSQL writes for the _canonical type_. Every value
arrives as it is, or the replication stops and says why; nothing is rounded, cut or guessed. What is done with a value that a
type at the target lacks, as NaN in MySQL, [each table says](concepts.md#values-that-a-target-cannot-hold). The columns named
after targets show the type of a column that Millrace creates. A target table that exists already may have any type that holds
every value.

A mapping may give a column another type (\`type\`, see [the API](api.md)) that holds every value as it is. Where a length or a
precision is not shown, it must be no smaller than the source's. A column that is not replicated can be left out (\`omit\`).
`;

/** The whole page, docs/guide/types.md. */
export const typesGuide = (): string => `${[preface, ...documentedSources.map(sourceSection)].join('\n')}`;

const sourceSection = ({ name, dialect }: Documented<DocumentedSourceDialect>): string => {
  const header = [
    `${name} type`,
    'canonical type',
    ...documentedTargets.map((target) => `at ${target.name}`),
    'a mapping may give',
  ];
  const rows = dialect.documentedTypes.map((column) => typeRow(column, dialect));
  return `## From ${name}\n\n${toTable([header, ...rows])}\n`;
};

const typeRow = (column: ColumnDescription, source: SourceDialect): readonly string[] => {
  const own = column.native?.type ?? column.type;
  const reason = source.validateColumn(column);
  if (reason !== undefined) {
    return [own, '', `not replicated: ${reason}`, ...documentedTargets.slice(1).map(() => ''), ''];
  }
  return [
    own,
    canonicalType(column),
    ...documentedTargets.map(({ dialect }) => typeAt(column, dialect)),
    exactTypes(column).join(', '),
  ];
};

/** What the column's values are written as; an enum's are its labels. */
const canonicalType = (column: ColumnDescription): string =>
  column.typeKind === 'enum' ? 'text' : column.type;

const typeAt = (column: ColumnDescription, target: DocumentedTargetDialect): string => {
  const table = tableWith(column);
  const [reason] = target.refuseTable(table);
  if (reason === undefined) return target.columnType(column, table);
  // The page is about types; the column's name is only an example's.
  return `not possible: ${reason.replace(`column ${column.name} `, '')}`;
};

/** A table of an integer key and the column. */
const tableWith = (column: ColumnDescription): TableDescription => ({
  ref: { schema: 'public', table: 't' },
  columns: [
    {
      name: 'id',
      type: 'integer',
      baseType: 'int4',
      isArray: false,
      typeKind: 'base',
      notNull: true,
      isGenerated: false,
    },
    column,
  ],
  primaryKey: ['id'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
});
