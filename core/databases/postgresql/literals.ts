/**
 * The one place where a value becomes part of SQL text. Only COPY needs it, since it takes no parameters; everything
 * else binds its values.
 *
 * A quote is doubled. A text with a backslash is written as an escape string, which means the same whatever
 * `standard_conforming_strings` says (PostgreSQL manual, 4.1.2). PostgreSQL has no text with NUL.
 */
export const quoteLiteral = (text: string): string => {
  if (text.includes('\0')) throw new TypeError('A text cannot contain a NUL character.');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
};
