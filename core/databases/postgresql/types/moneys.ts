import { decodeArray } from './arrays.ts';
import { documentedColumn, type TypeFamily } from './type-family.ts';
import type { ValueDecoder, ValueDecoders } from './value-decoder.ts';

/** The setting under which capture reads the log: `-$1,234.56`, with two fraction digits whatever the currency. */
export const captureMonetaryLocale = 'C';
const captured = /^-?\$[\d,]+\.\d\d$/;
const capturedElement = /"?(-?\$[\d,]+\.\d\d)"?/g;

/**
 * Money's text depends on lc_monetary, so its canonical text is the number that PostgreSQL makes of it under the
 * source's own setting (`::numeric`): `-1234.56`, or `-123456` where the currency has no fraction. The
 * column's `scale` says how many digits that fraction has.
 */
const decoders: ValueDecoders = {
  money: (raw, { scale }) =>
    typeof raw === 'string' && captured.test(raw) && scale !== undefined ? toNumber(raw, scale) : undefined,
};

export const decodeMoneyArray: ValueDecoder = (raw, column) => {
  const { scale } = column;
  if (scale === undefined) return undefined;
  return decodeArray(raw, column)?.replaceAll(capturedElement, (_element, value: string) =>
    toNumber(value, scale),
  );
};

const toNumber = (text: string, scale: number): string => {
  const sign = text.startsWith('-') ? '-' : '';
  const smallestUnits = text
    .replaceAll(/\D/g, '')
    .replace(/^0+/, '')
    .padStart(scale + 1, '0');
  const whole = smallestUnits.slice(0, smallestUnits.length - scale);
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${smallestUnits.slice(-scale)}`;
};

export const moneys: TypeFamily = {
  decoders,
  documented: [documentedColumn('money', 'money')],
};
