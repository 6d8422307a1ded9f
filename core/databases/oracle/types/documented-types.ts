import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { describeType } from './column-types.ts';
import type { NativeColumn } from './oracle-type.ts';

const column = (dataType: string, change: Partial<NativeColumn> = {}): ColumnDescription => ({
  name: 'C',
  ...describeType({
    dataType,
    dataTypeOwner: null,
    dataLength: 22,
    precision: null,
    scale: null,
    charLength: 0,
    charUsed: null,
    ...change,
  }),
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
});

const text = (dataType: string, charLength: number): ColumnDescription =>
  column(dataType, { dataLength: charLength * 4, charLength, charUsed: 'C' });

/** A column of each type of Oracle, as ALL_TAB_COLS describes it. */
export const documentedTypes: readonly ColumnDescription[] = [
  column('NUMBER'),
  column('NUMBER', { precision: 10, scale: 0 }),
  column('NUMBER', { precision: 12, scale: 2 }),
  column('NUMBER', { precision: 5, scale: -2 }),
  column('FLOAT', { precision: 126 }),
  column('BINARY_FLOAT', { dataLength: 4 }),
  column('BINARY_DOUBLE', { dataLength: 8 }),
  column('BOOLEAN', { dataLength: 1 }),
  text('VARCHAR2', 80),
  text('NVARCHAR2', 80),
  text('CHAR', 8),
  text('NCHAR', 8),
  column('CLOB', { dataLength: 4_000 }),
  column('NCLOB', { dataLength: 4_000 }),
  column('RAW', { dataLength: 16 }),
  column('BLOB', { dataLength: 4_000 }),
  column('DATE', { dataLength: 7 }),
  column('TIMESTAMP(6)', { dataLength: 11, scale: 6 }),
  column('TIMESTAMP(6) WITH TIME ZONE', { dataLength: 13, scale: 6 }),
  column('TIMESTAMP(6) WITH LOCAL TIME ZONE', { dataLength: 11, scale: 6 }),
  column('TIMESTAMP(9)', { dataLength: 11, scale: 9 }),
  column('INTERVAL YEAR(2) TO MONTH', { dataLength: 5, precision: 2, scale: 0 }),
  column('INTERVAL DAY(2) TO SECOND(6)', { dataLength: 11, precision: 2, scale: 6 }),
  column('ROWID', { dataLength: 10 }),
  column('UROWID', { dataLength: 4_000 }),
  column('LONG'),
  column('LONG RAW'),
  column('BFILE'),
  column('XMLTYPE', { dataTypeOwner: 'SYS' }),
  column('JSON'),
  column('VECTOR'),
  column('SDO_GEOMETRY', { dataTypeOwner: 'MDSYS' }),
  column('ADDRESS', { dataTypeOwner: 'SHOP' }),
];
