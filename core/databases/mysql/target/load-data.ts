import type { TableRef } from '../../../contracts/identifiers.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { ColumnEncoder, ValueForm } from '../types/value-encoder.ts';

export interface LoadedTable {
  readonly ref: TableRef;
  readonly columns: readonly { readonly name: string; readonly encoder: Pick<ColumnEncoder, 'form'> }[];
}

/**
 * Loads lines that the client sends. Fields end with a tab and lines with a line feed, and `\N` is NULL (MySQL manual,
 * 15.2.9); the escape character is given by its code because its literal depends on the SQL mode. LOCAL makes warnings of
 * errors, and passes over rows whose key is there already, so the caller has to look at the warnings.
 *
 * Bytes come as hexadecimal digits and bits as digits of a number, since the file is read as UTF-8 throughout.
 */
export const loadDataStatement = ({ ref, columns }: LoadedTable): string => {
  const fields = columns.map(({ name, encoder }, index) =>
    conversion(encoder.form, index) === undefined ? quoteIdentifier(name) : `@c${index}`,
  );
  const conversions = columns.flatMap(({ name, encoder }, index) => {
    const converted = conversion(encoder.form, index);
    return converted === undefined ? [] : [`${quoteIdentifier(name)} = ${converted}`];
  });
  return (
    `LOAD DATA LOCAL INFILE 'millrace' INTO TABLE ${quoteTable(ref)} CHARACTER SET utf8mb4 ` +
    `FIELDS TERMINATED BY X'09' ESCAPED BY X'5C' LINES TERMINATED BY X'0A' (${fields.join(', ')})` +
    (conversions.length === 0 ? '' : ` SET ${conversions.join(', ')}`)
  );
};

const conversion = (form: ValueForm, index: number): string | undefined => {
  switch (form) {
    case 'bytes':
      return `UNHEX(@c${index})`;
    case 'bits':
      return `CAST(CONV(@c${index}, 2, 10) AS UNSIGNED)`;
    case 'number':
    case 'text':
      return undefined;
  }
};

/** What has a meaning of its own in a file to load. */
const special = /[\\\t\n\0]/;
const everySpecial = /[\\\t\n\0]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };

/** One field of a line. */
export const loadField = (value: string | null): string => {
  if (value === null) return '\\N';
  return special.test(value)
    ? value.replaceAll(everySpecial, (character) => escapes[character] ?? '')
    : value;
};
