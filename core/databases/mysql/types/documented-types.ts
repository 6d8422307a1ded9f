import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { codecOf } from './column-codec.ts';
import type { NativeColumn } from './type-codec.ts';

const column = (columnType: string, change: Partial<NativeColumn> = {}): ColumnDescription => {
  const dataType = /^[a-z0-9]+/.exec(columnType)?.[0] ?? columnType;
  const isUnsigned = columnType.includes('unsigned');
  const native: NativeColumn = { dataType, columnType, isUnsigned, isCheckedJson: false, ...change };
  const { charset } = change;
  return {
    name: columnType,
    native: {
      type: columnType,
      baseType: dataType,
      ...(isUnsigned && { isUnsigned }),
      ...(charset !== undefined && { charset }),
    },
    ...(codecOf(dataType)?.canonicalType(native) ?? { type: columnType, baseType: dataType }),
    isArray: false,
    typeKind: codecOf(dataType) === undefined ? 'extension' : 'base',
    notNull: false,
    isGenerated: false,
  };
};

const text = (columnType: string, maxLength: number): ColumnDescription =>
  column(columnType, { maxLength, charset: 'utf8mb4' });

/** A column of each type of MySQL and MariaDB, as information_schema describes it. */
export const documentedTypes: readonly ColumnDescription[] = [
  column('tinyint(1)'),
  column('tinyint(3) unsigned'),
  column('smallint(6)'),
  column('smallint(5) unsigned'),
  column('mediumint(9)'),
  column('int(11)'),
  column('int(10) unsigned'),
  column('bigint(20)'),
  column('bigint(20) unsigned'),
  column('decimal(12,2)', { precision: 12, scale: 2 }),
  column('float'),
  column('double'),
  column('bit(1)', { precision: 1 }),
  column('bit(12)', { precision: 12 }),
  column('year(4)'),
  column('date'),
  column('time(6)', { fraction: 6 }),
  column('datetime(6)', { fraction: 6 }),
  column('timestamp', { fraction: 0 }),
  text('char(8)', 8),
  text('varchar(80)', 80),
  text('tinytext', 255),
  text('text', 65_535),
  text('mediumtext', 16_777_215),
  text('longtext', 4_294_967_295),
  text("enum('a','b')", 1),
  text("set('a','b')", 3),
  column('binary(16)', { maxLength: 16 }),
  column('varbinary(80)', { maxLength: 80 }),
  column('blob', { maxLength: 65_535 }),
  column('longblob', { maxLength: 4_294_967_295 }),
  column('json', { charset: 'utf8mb4' }),
  column('uuid'),
  column('inet4'),
  column('inet6'),
  column('point'),
  column('geometry'),
  column('vector(3)'),
];
