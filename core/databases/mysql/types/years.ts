import { numberLiteral } from '../literals.ts';
import { digits, toBigInt } from './integers.ts';
import { type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { fixedColumn } from './new-column.ts';
import { copyNumber } from './transcode.ts';
import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const types: MysqlTypes = {
  year: {
    canonicalType: () => plainType('smallint', 'int2'),
    create: () => fixedColumn('year', 1),
    fromSelect: digits,
    transcode: copyNumber,
    // The log has the years since 1900, and Debezium adds 1900 to the year 0000, too, which is 0; there is no year 1900.
    fromEvent: (raw) => {
      const year = toBigInt(raw);
      return year === 1900n ? '0' : year?.toString();
    },
    toLiteral: numberLiteral,
  },
};

/** MySQL's YEAR has 0000 and 1901 to 2155 (MySQL manual, 13.2.4); of fewer digits it would make a guess. */
const encoder: EncoderChoice = (source, target) => {
  const type = scalarType(source);
  if (target.baseType !== 'year' || (type !== 'int2' && type !== 'int4')) return undefined;
  return {
    form: 'number',
    encode: (text) => {
      // The number 0 is the year 0000, but the text 0 is 2000.
      if (text === '0') return '0000';
      const year = Number(text);
      return Number.isInteger(year) && year >= 1901 && year <= 2155 ? text : refuse('is no year of MySQL');
    },
  };
};

export const years: TypeFamily = {
  types,
  encoder,
  documented: [{ columnType: 'year(4)' }],
};
