import type { TableRef } from '../../contracts/identifiers.ts';

/**
 * The one place where identifiers of MySQL and MariaDB are quoted: a backtick is doubled, and every other character but
 * NUL stands for itself (MySQL manual, 11.2).
 */
export const quoteIdentifier = (name: string): string => {
  if (name.includes('\0')) throw new TypeError('An identifier cannot contain a NUL character.');
  return `\`${name.replaceAll('`', '``')}\``;
};

/** A schema is what MySQL calls a database. */
export const quoteTable = (ref: TableRef): string =>
  `${quoteIdentifier(ref.schema)}.${quoteIdentifier(ref.table)}`;
