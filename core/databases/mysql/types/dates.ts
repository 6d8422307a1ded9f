import { isZeroDate } from '../../../canonical/zero-date.ts';
import { textLiteral } from '../literals.ts';
import { type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { fixedColumn } from './new-column.ts';
import { copyDate } from './transcode.ts';
import { type EncoderChoice, refuse, scalarType } from './value-encoder.ts';

const form = /^\d{4}-\d\d-\d\d$/;

/** Years are four digits from 0001 to 9999: the canonical text is the same. A zero date has no other text than its own. */
export const decodeDate = (value: string): string | undefined => (form.test(value) ? value : undefined);

const types: MysqlTypes = {
  date: {
    canonicalType: () => plainType('date'),
    fromSelect: decodeDate,
    transcode: copyDate,
    // By MysqlTextConverter, as java.time writes it, and zero dates as BinlogDates does.
    fromEvent: (raw) => (typeof raw === 'string' ? decodeDate(raw) : undefined),
    create: () => fixedColumn('date', 3),
    toLiteral: textLiteral,
  },
};

/**
 * MySQL promises the years 1000 to 9999 (MySQL manual, 13.2.2); those from 1 on are stored and read as they are, too.
 * There is no infinity and nothing before Christ, and our sessions refuse zero dates (session.ts).
 */
const encoder: EncoderChoice = (source, target) =>
  target.baseType === 'date' && scalarType(source) === 'date'
    ? { form: 'text', encode: (text) => (form.test(text) && !isZeroDate(text) ? text : refuseDate(text)) }
    : undefined;

export const refuseDate = (text: string) => {
  if (isZeroDate(text)) return refuse('is a zero date');
  return refuse(text.endsWith('infinity') ? 'is infinite' : 'is not in the years 1 to 9999');
};

export const dates: TypeFamily = {
  types,
  encoder,
  forCanonical: {
    date: () => fixedColumn('date', 3),
  },
  documented: [{ columnType: 'date' }],
};
