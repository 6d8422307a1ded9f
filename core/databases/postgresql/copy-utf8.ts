import type { ColumnDescription, Utf8Values } from '../../ports/databases.ts';
import type { ValueGuard } from '../value-guard.ts';
import { isZeroDate } from '../zero-date.ts';
import { type RefusedValue, reasonOf, refusedValueOf } from './value-check.ts';

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const zero = 0x30;
const backslash = 0x5c;
const firstPrintable = 0x20;
const letters: Readonly<Record<number, number>> = { [tab]: 0x74, [lineFeed]: 0x6e, [carriageReturn]: 0x72 };
const nullLetter = 0x4e;
/** A value and the byte that ends it: NULL takes three. */
const maxOverhead = 3;

/**
 * As `copyText` of rows that were checked by `createRowCheck`, from bytes: nothing is made of a value in between. Returns
 * the encoder of one COPY into `columns`.
 */
export const createUtf8CopyEncoder = (
  columns: readonly ColumnDescription[],
  guard: ValueGuard,
): ((values: Utf8Values) => Buffer) => {
  const refused = columns.map(refusedValueOf);
  /** Throws, or says that NULL is to be written. */
  const refuse = (index: number, value: RefusedValue): null => {
    const column = columns[index];
    if (column === undefined) throw new RangeError('There is no such column.');
    return guard(column, reasonOf[value]);
  };

  return ({ bytes, columns: perRow, rowCount, ends }) => {
    const lines = Buffer.allocUnsafe(2 * bytes.length + maxOverhead * ends.length);
    let at = 0;
    let start = 0;
    let value = 0;
    for (let row = 0; row < rowCount; row += 1) {
      for (let index = 0; index < perRow; index += 1) {
        const end = ends[value] ?? 0;
        value += 1;
        const began = at;
        let isNull = end < 0;
        if (!isNull) {
          const unwanted = refused[index];
          if (unwanted === 'zero-date' && isZeroDateAt(bytes, start, end)) {
            refuse(index, unwanted);
            isNull = true;
          }
          for (let from = start; from < end; from += 1) {
            const byte = bytes[from] ?? 0;
            if (byte >= firstPrintable && byte !== backslash) {
              lines[at] = byte;
              at += 1;
              continue;
            }
            if (byte === 0 && unwanted === 'nul') {
              refuse(index, unwanted);
              isNull = true;
              break;
            }
            const letter = byte === backslash ? backslash : letters[byte];
            if (letter !== undefined) {
              lines[at] = backslash;
              at += 1;
            }
            lines[at] = letter ?? byte;
            at += 1;
          }
          start = end;
        }
        if (isNull) {
          lines[began] = backslash;
          lines[began + 1] = nullLetter;
          at = began + 2;
        }
        lines[at] = index === perRow - 1 ? lineFeed : tab;
        at += 1;
      }
    }
    return lines.subarray(0, at);
  };
};

/** As `isZeroDate` of the text; hardly any date has to become one for it. */
const isZeroDateAt = (bytes: Buffer, start: number, end: number): boolean =>
  (isZeroPair(bytes, start) || isZeroPair(bytes, start + 5) || isZeroPair(bytes, start + 8)) &&
  isZeroDate(bytes.toString('latin1', start, end));

const isZeroPair = (bytes: Buffer, at: number): boolean => bytes[at] === zero && bytes[at + 1] === zero;
