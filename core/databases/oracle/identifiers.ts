import type { TableRef } from '../../contracts/identifiers.ts';

/**
 * The one place where Oracle identifiers are quoted. A quoted name may hold any character but the double quote and NUL
 * (SQL Language Reference, "Database Object Naming Rules"), so there is nothing to escape.
 */
export const quoteIdentifier = (name: string): string => {
  if (name === '' || name.includes('"') || name.includes('\0')) {
    throw new TypeError('An Oracle identifier cannot be empty or contain a double quote or a NUL character.');
  }
  return `"${name}"`;
};

export const quoteTable = (ref: TableRef): string =>
  `${quoteIdentifier(ref.schema)}.${quoteIdentifier(ref.table)}`;

/**
 * The one place where a value becomes part of SQL text, for what takes no bind variables (ALTER SESSION). A quote is
 * doubled; nothing else has a meaning in a text literal (SQL Language Reference, "Text Literals").
 */
export const quoteLiteral = (text: string): string => {
  if (text.includes('\0')) throw new TypeError('A text literal cannot contain a NUL character.');
  return `'${text.replaceAll("'", "''")}'`;
};
