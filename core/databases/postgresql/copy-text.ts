/** What has a meaning of its own in COPY's text format (PostgreSQL manual, COPY, "Text Format"). */
const special = /[\\\t\n\r]/;
const everySpecial = /[\\\t\n\r]/g;
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const field = (value: string | null | undefined): string => {
  if (value === null || value === undefined) return '\\N';
  return special.test(value)
    ? value.replaceAll(everySpecial, (character) => escapes[character] ?? '')
    : value;
};

/** Rows of canonical texts in the text format of COPY, each value to be read by its type's own input function. */
export const copyText = (rows: readonly (readonly (string | null | undefined)[])[]): string => {
  const lines = new Array<string>(rows.length);
  for (let index = 0; index < rows.length; index += 1) {
    lines[index] = (rows[index] ?? []).map(field).join('\t');
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
};
