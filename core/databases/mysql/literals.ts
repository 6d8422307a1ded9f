import type { ValueForm } from './types/value-encoder.ts';

/*
 * The one place where a value becomes part of SQL text: rows by the thousand have more values than a prepared statement has
 * parameters (65,535), and bounds of keys have to be literals of their column's type. Hexadecimal literals mean the same
 * whatever `sql_mode` and the connection's character set say (MySQL manual, 11.1.4 and 12.3.8).
 */

/** `value` is what an encoder made. */
export const quoteLiteral = (value: string | null, form: ValueForm): string => {
  if (value === null) return 'NULL';
  switch (form) {
    case 'number':
      return decimalLiteral(value);
    case 'text':
      return quoteText(value);
    case 'bytes':
      return bytesLiteral(value);
    case 'bits':
      if (!/^[01]*$/.test(value)) throw new TypeError('A value in bits is none.');
      return `b'${value}'`;
  }
};

const hasQuote = /'/;
/** A backslash escapes what follows it, or does not, by the SQL mode. */
const isRisky = /[\\\0]/;

/** Short, since most texts can stand for themselves between quotes. */
export const quoteText = (text: string): string => {
  if (isRisky.test(text)) return textLiteral(text);
  return hasQuote.test(text) ? `'${text.replaceAll("'", "''")}'` : `'${text}'`;
};

/** By its bytes, whatever the text is. */
export const textLiteral = (text: string): string =>
  `_utf8mb4 X'${Buffer.from(text, 'utf8').toString('hex')}'`;

/** `hex` is an even number of hexadecimal digits. */
export const bytesLiteral = (hex: string): string => {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) throw new TypeError('A value in hexadecimal digits is none.');
  return `X'${hex}'`;
};

/** A number as its digits stand, also one with an exponent, which makes it a double. */
export const numberLiteral = (text: string): string => {
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) throw new TypeError('A number is none.');
  return text;
};

/** Anything but digits would be SQL. */
const decimalLiteral = (digits: string): string => {
  if (!/^-?\d+(?:\.\d+)?$/.test(digits)) throw new TypeError('A value in digits is none.');
  return digits;
};
