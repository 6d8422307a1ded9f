import { textLiteral } from '../literals.ts';
import { copyDate } from './transcode.ts';
import { plainType, type TypeCodecs } from './type-codec.ts';

const form = /^\d{4}-\d\d-\d\d$/;

/** Years are four digits from 0001 to 9999: the canonical text is the same. A zero date has no other text than its own. */
export const decodeDate = (value: string): string | undefined => (form.test(value) ? value : undefined);

export const dateCodecs: TypeCodecs = {
  date: {
    canonicalType: () => plainType('date'),
    fromSelect: decodeDate,
    transcode: copyDate,
    // By MysqlTextConverter, as java.time writes it, and zero dates as BinlogDates does.
    fromEvent: (raw) => (typeof raw === 'string' ? decodeDate(raw) : undefined),
    toLiteral: textLiteral,
  },
};
