/** What stands in a title for a value of test.each. */
const placeholder = /%[sdifjopO#$]|\$[A-Za-z_][\w.]*/g;
/** What stands in a template literal for one. */
const substitution = /\$\{[^}]*\}/g;

const escapePattern = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);

/** Matches the titles that jest makes of a title, also of a template. */
export const titlePattern = (title: string): RegExp => {
  const parts = title.split(placeholder).map(escapePattern);
  return new RegExp(`^${parts.join('.*')}$`, 's');
};

/** Whether a test's source gives this title to something: a literal that is the first argument of a call. A proof has `%s` for `${}`. */
export const hasTitle = (source: string, title: string): boolean => {
  const single = title.replaceAll("'", String.raw`\'`);
  const literals = [`'${single}'`, `"${title}"`, `\`${title}\``];
  const text = source.replaceAll(substitution, '%s');
  return literals.some((literal) => new RegExp(String.raw`\(\s*${escapePattern(literal)}\s*,`).test(text));
};
