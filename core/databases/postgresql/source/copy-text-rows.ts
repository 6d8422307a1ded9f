import type { CanonicalRow } from '../../../ports/databases.ts';

/** Sequences of COPY's text format (PostgreSQL manual, COPY, "Text Format"); any other character stands for itself. */
const sequences: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escaped = /\\(.)/gs;

const readField = (field: string): string | null => {
  if (field === '\\N') return null;
  return field.includes('\\')
    ? field.replaceAll(escaped, (_sequence, character: string) => sequences[character] ?? character)
    : field;
};

/**
 * Reads whole lines of COPY's text format: the inverse of `copyText`. `text` ends with a line feed, or is empty. A text
 * without any backslash, and so without NULLs, needs no look at its fields.
 */
export const parseCopyText = (text: string): readonly CanonicalRow[] => {
  if (text === '') return [];
  const lines = text.split('\n');
  lines.pop();
  const isPlain = !text.includes('\\');
  const rows = new Array<CanonicalRow>(lines.length);
  for (let index = 0; index < lines.length; index += 1) {
    const fields: (string | null)[] = (lines[index] ?? '').split('\t');
    if (!isPlain) {
      for (let at = 0; at < fields.length; at += 1) fields[at] = readField(fields[at] ?? '');
    }
    rows[index] = fields;
  }
  return rows;
};
