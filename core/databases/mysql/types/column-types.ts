import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { binaries } from './binaries.ts';
import { bits } from './bits.ts';
import { booleans } from './booleans.ts';
import { dates } from './dates.ts';
import { documents } from './documents.ts';
import { floats } from './floats.ts';
import { geometries } from './geometries.ts';
import { inets } from './inets.ts';
import { integers } from './integers.ts';
import { labels, parseLabels } from './labels.ts';
import type { CanonicalType, MysqlType, NativeColumn, TypeFamily } from './mysql-type.ts';
import { longTextColumn, type NewColumn, type RefusedColumn, varcharColumn } from './new-column.ts';
import { numerics } from './numerics.ts';
import { enumLabelLength, longestCanonicalText, texts } from './texts.ts';
import { times } from './times.ts';
import { timestamps } from './timestamps.ts';
import { uuids } from './uuids.ts';
import type { ColumnEncoder, TargetColumn } from './value-encoder.ts';
import { years } from './years.ts';

/** In the order of docs/guide/types.md. Each knows its own target types, so at most one of them encodes for a column. */
const families: readonly TypeFamily[] = [
  integers,
  numerics,
  floats,
  booleans,
  bits,
  years,
  dates,
  times,
  timestamps,
  texts,
  labels,
  binaries,
  documents,
  uuids,
  inets,
  geometries,
];

const types: ReadonlyMap<string, MysqlType> = new Map(
  families.flatMap((family) => Object.entries(family.types)),
);

/** By DATA_TYPE. Undefined for a type that cannot be replicated. */
export const mysqlTypeOf = (dataType: string): MysqlType | undefined => types.get(dataType);

/** The types of a column in both spaces. A type that is not known keeps its name. */
export const describeType = (
  column: NativeColumn,
): CanonicalType & Required<Pick<ColumnDescription, 'native' | 'typeKind'>> => {
  const { dataType, columnType, isUnsigned, charset, collation } = column;
  const known = mysqlTypeOf(dataType);
  return {
    native: {
      type: columnType,
      baseType: dataType,
      ...(isUnsigned && { isUnsigned }),
      ...(charset !== undefined && { charset }),
      ...(collation !== undefined && { collation }),
    },
    ...(known?.canonicalType(column) ?? { type: columnType, baseType: dataType }),
    typeKind: known === undefined ? 'extension' : 'base',
  };
};

/** The encoder of a source column's canonical texts for a column of a MySQL table; undefined when the types do not fit. */
export const chooseEncoder = (source: ColumnDescription, target: TargetColumn): ColumnEncoder | undefined => {
  for (const { encoder } of families) {
    const found = encoder(source, target);
    if (found !== undefined) return found;
  }
  return undefined;
};

const newColumns = new Map(families.flatMap(({ forCanonical = {} }) => Object.entries(forCanonical)));

/** The column of a new table: of the source's own type where both servers have it, or of its canonical type. */
export const newColumnFor = (column: ColumnDescription): NewColumn | RefusedColumn =>
  nativeColumnFor(column) ?? canonicalColumnFor(column);

const canonicalColumnFor = (column: ColumnDescription): NewColumn | RefusedColumn => {
  if (column.typeKind === 'enum' && !column.isArray)
    return varcharColumn(longestCanonicalText(column) ?? enumLabelLength);
  if (column.typeKind !== 'base' || column.isArray) return longTextColumn;
  return newColumns.get(column.baseType)?.(column) ?? longTextColumn;
};

const spelledForm = /^([a-z]+)(?:\((\d+)(?:,(\d+))?\))?((?: unsigned)?)(?: zerofill)?(?: |$)/;

const isCharset = (charset: string | undefined): charset is string =>
  charset !== undefined && /^[a-z0-9]+$/.test(charset);

/** The source's own type; undefined where only one of the two servers has it, or it is not MySQL's at all. */
export const nativeColumnFor = (column: ColumnDescription): NewColumn | undefined => {
  const { native } = column;
  if (native === undefined) return undefined;
  const [, spelled, first, second, unsigned] = spelledForm.exec(native.type) ?? [];
  const name = spelled ?? (parseLabels(native.type) === undefined ? undefined : native.baseType);
  if (name === undefined) return undefined;
  return mysqlTypeOf(name)?.create?.(
    {
      ...(first !== undefined && { first: Number(first) }),
      ...(second !== undefined && { second: Number(second) }),
      unsigned: unsigned === ' unsigned' ? ' unsigned' : '',
      charset: isCharset(native.charset) && native.charset !== 'utf8mb4' ? { charset: native.charset } : {},
    },
    column,
  );
};

/** A column of each type of MySQL and MariaDB, and one that cannot be replicated. */
export const documentedTypes: readonly ColumnDescription[] = [
  ...families.flatMap(({ documented = [] }) => documented),
  { columnType: 'vector(3)' },
].map((documented) => ({
  name: documented.columnType,
  ...describeType({
    ...documented,
    dataType: /^[a-z0-9]+/.exec(documented.columnType)?.[0] ?? documented.columnType,
    isUnsigned: documented.columnType.includes('unsigned'),
    isCheckedJson: false,
  }),
  isArray: false,
  notNull: false,
  isGenerated: false,
}));
