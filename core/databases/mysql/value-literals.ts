import type { ValueForm } from './target-types/value-encoder.ts';

const hasQuote = /'/;
/** A backslash escapes what follows it, or does not, by the SQL mode. */
const isRisky = /[\\\0]/;

/**
 * The one place where a value becomes part of SQL text, since thousands of rows in one statement are more than a prepared
 * statement has parameters for (65,535). `value` is what an encoder made.
 *
 * A text with a backslash is written by its bytes, which mean the same under every SQL mode (MySQL manual, 11.1.4 and
 * 12.3.8).
 */
export const quoteLiteral = (value: string | null, form: ValueForm): string => {
  if (value === null) return 'NULL';
  switch (form) {
    case 'number':
      return quoteNumber(value);
    case 'text':
      return quoteText(value);
    case 'bytes':
      if (!/^(?:[0-9a-f]{2})*$/.test(value)) throw new TypeError('A value in hexadecimal digits is none.');
      return `X'${value}'`;
    case 'bits':
      if (!/^[01]*$/.test(value)) throw new TypeError('A value in bits is none.');
      return `b'${value}'`;
  }
};

export const quoteText = (text: string): string => {
  if (isRisky.test(text)) return `_utf8mb4 X'${Buffer.from(text).toString('hex')}'`;
  return hasQuote.test(text) ? `'${text.replaceAll("'", "''")}'` : `'${text}'`;
};

/** Anything but digits would be SQL. */
const quoteNumber = (digits: string): string => {
  if (!/^-?\d+(?:\.\d+)?$/.test(digits)) throw new TypeError('A value in digits is none.');
  return digits;
};
