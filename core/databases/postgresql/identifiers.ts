import type { TableRef } from '../../contracts/identifiers.ts';

/**
 * The one place where PostgreSQL identifiers are quoted. Any name is allowed but NUL, which PostgreSQL cannot hold;
 * a double quote is doubled (PostgreSQL manual, 4.1.1).
 */
export const quoteIdentifier = (name: string): string => {
  if (name.includes('\0')) throw new TypeError('An identifier cannot contain a NUL character.');
  return `"${name.replaceAll('"', '""')}"`;
};

export const quoteTable = (ref: TableRef): string =>
  `${quoteIdentifier(ref.schema)}.${quoteIdentifier(ref.table)}`;
