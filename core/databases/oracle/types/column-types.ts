import type { ColumnDescription, NativeType } from '../../../contracts/table-description.ts';
import { binaries } from './binaries.ts';
import { floats } from './floats.ts';
import { intervals } from './intervals.ts';
import { numbers } from './numbers.ts';
import type { CanonicalType, DocumentedColumn, NativeColumn, OracleType, TypeFamily } from './oracle-type.ts';
import { texts } from './texts.ts';
import { timestamps } from './timestamps.ts';

/** In the order of docs/guide/types.md. */
const families: readonly TypeFamily[] = [numbers, floats, texts, binaries, timestamps, intervals];

/** By `NativeType.baseType`. A map, since a user may name a type `constructor`. */
const types: ReadonlyMap<string, OracleType> = new Map(
  families.flatMap((family) => Object.entries(family.types)),
);

/** Why types of Oracle that Millrace knows cannot be replicated; of others their name has to do. */
const refusals: ReadonlyMap<string, string> = new Map([
  ['boolean', 'Debezium does not capture BOOLEAN columns: store 0 and 1 in a NUMBER(1)'],
  ['long', 'LogMiner does not support LONG: convert the column to CLOB (ALTER TABLE ... MODIFY (... CLOB))'],
  ['long raw', 'LogMiner does not support LONG RAW: convert the column to BLOB'],
  ['bfile', 'a BFILE is a file of the server, which the log does not hold'],
  ['urowid', 'the log does not hold a UROWID as a query shows it'],
  ['xmltype', 'the text of an XMLTYPE in the log is not byte for byte that of a query'],
  ['json', 'Debezium does not capture JSON columns: store the document in a CLOB or VARCHAR2 with IS JSON'],
  ['vector', 'Debezium does not capture VECTOR columns'],
  ['sdo_geometry', 'Debezium does not capture SDO_GEOMETRY'],
]);

/**
 * Oracle's own name of a type in lower case and without its numbers: `TIMESTAMP(6) WITH TIME ZONE` is
 * `timestamp with time zone`. A user's own type has its owner in front and is not built in.
 */
const baseTypeOf = ({ dataType, dataTypeOwner }: NativeColumn): string => {
  const name = dataType.replaceAll(/\(\d+\)/g, '').toLowerCase();
  const isBuiltIn =
    dataTypeOwner === null ||
    dataTypeOwner === 'PUBLIC' ||
    dataTypeOwner === 'SYS' ||
    dataTypeOwner === 'MDSYS';
  return isBuiltIn ? name : `${dataTypeOwner}.${dataType}`;
};

/** The types of a column, in PostgreSQL's space and in Oracle's own. */
export const describeType = (
  column: NativeColumn,
): CanonicalType & Required<Pick<ColumnDescription, 'native'>> => {
  const baseType = baseTypeOf(column);
  const known = types.get(baseType);
  if (known === undefined) {
    const native: NativeType = { type: column.dataType, baseType };
    return { type: column.dataType, baseType, native };
  }
  return { ...known.canonicalType(column), native: { type: known.nativeType(column), baseType } };
};

/**
 * For a column that is known only from a target that is not Oracle: events from before it was dropped at the source still
 * have it. The forms of values depend on the family only.
 */
const byCanonicalType: ReadonlyMap<string, string> = new Map([
  ['numeric', 'number'],
  ['float4', 'binary_float'],
  ['float8', 'binary_double'],
  ['varchar', 'varchar2'],
  ['text', 'clob'],
  ['bpchar', 'char'],
  ['bytea', 'blob'],
  ['timestamp', 'timestamp'],
  ['timestamptz', 'timestamp with time zone'],
  ['interval', 'interval day to second'],
]);

/** What Millrace knows of a column's type; undefined for one that it cannot replicate. */
export const oracleTypeOf = (
  column: Pick<ColumnDescription, 'native' | 'baseType'>,
): OracleType | undefined => {
  const name = column.native?.baseType ?? byCanonicalType.get(column.baseType);
  return name === undefined ? undefined : types.get(name);
};

/** Debezium's own restriction, of which it only warns: LogMiner leaves out tables with longer names of columns. */
export const maxCapturedNameLength = 30;

/** Why a column cannot be replicated, or undefined when it can. */
export const validateColumn = (column: ColumnDescription): string | undefined => {
  const type = oracleTypeOf(column);
  const native = column.native?.type ?? column.type;
  if (type === undefined) {
    const reason = refusals.get(column.native?.baseType ?? '');
    return reason ?? `type ${native} cannot be captured exactly`;
  }
  if (column.name.length > maxCapturedNameLength) {
    return `its name is longer than the ${maxCapturedNameLength} characters that LogMiner supports`;
  }
  return type.refuse?.(column);
};

/** Types that are refused, for the page. */
const refusedColumns: readonly DocumentedColumn[] = [
  { dataType: 'BOOLEAN', dataLength: 1 },
  { dataType: 'UROWID', dataLength: 4_000 },
  { dataType: 'LONG' },
  { dataType: 'LONG RAW' },
  { dataType: 'BFILE' },
  { dataType: 'XMLTYPE', dataTypeOwner: 'SYS' },
  { dataType: 'JSON' },
  { dataType: 'VECTOR' },
  { dataType: 'SDO_GEOMETRY', dataTypeOwner: 'MDSYS' },
  { dataType: 'ADDRESS', dataTypeOwner: 'SHOP' },
];

/** What ALL_TAB_COLS has where a type says nothing else. */
const plainColumn = {
  dataTypeOwner: null,
  dataLength: 22,
  precision: null,
  scale: null,
  charLength: 0,
  charUsed: null,
} as const;

/** A column of each type of Oracle. */
export const documentedTypes: readonly ColumnDescription[] = [
  ...families.flatMap(({ documented }) => documented),
  ...refusedColumns,
].map((column) => ({
  name: 'C',
  ...describeType({ ...plainColumn, ...column }),
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
}));
