/**
 * The one place where a value becomes part of SQL text. Hexadecimal literals mean the same whatever `sql_mode` and the
 * connection's character set say (MySQL manual, 11.1.4).
 */
export const textLiteral = (text: string): string =>
  `_utf8mb4 X'${Buffer.from(text, 'utf8').toString('hex')}'`;

/** `hex` is an even number of hexadecimal digits. */
export const bytesLiteral = (hex: string): string => {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) throw new TypeError('Not bytes in hexadecimal digits.');
  return `X'${hex}'`;
};

/** A number as its digits stand. */
export const numberLiteral = (text: string): string => {
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) throw new TypeError('Not a number.');
  return text;
};
