/** The members of `enum('a','d''e')` as information_schema writes the type: a quote is doubled, nothing else escaped. */
export const parseMembers = (columnType: string): readonly string[] => {
  const list = /^(?:enum|set)\((.*)\)$/is.exec(columnType)?.[1] ?? '';
  return Array.from(list.matchAll(/'((?:[^']|'')*)'/g), ([, member = '']) => member.replaceAll("''", "'"));
};
