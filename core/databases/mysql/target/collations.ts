/** What differs between the two servers in what we write. */
export interface Flavour {
  readonly isMariadb: boolean;
}

/**
 * The collation of tables that Millrace creates: texts are equal when their bytes are, also in case and in blanks at the
 * end, as PostgreSQL compares them. MySQL has it from 8.0.17 on.
 */
export const exactCollation = ({ isMariadb }: Flavour): string =>
  isMariadb ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';

/**
 * The collation of a new column of another character set than the table's; undefined where the column has to have the table's
 * own, since MySQL has none for it that tells blanks at the end and the key of the source does.
 */
export const exactCollationOf = (
  charset: string,
  { isMariadb }: Flavour,
  key: { readonly sourceCollation: string | undefined } | undefined,
): string | undefined => {
  if (isMariadb) return `${charset}_nopad_bin`;
  const { sourceCollation } = key ?? {};
  return sourceCollation !== undefined && isWithoutPadding(sourceCollation) ? undefined : `${charset}_bin`;
};

/** Texts that differ in blanks at the end are different. Every other collation takes them for the same. */
export const isWithoutPadding = (collation: string): boolean =>
  collation === 'binary' || /_nopad_|_0900_/.test(collation);

/** Whether texts that are equal to the collation of `target` are equal to that of `source`. */
export const isCollationAsFine = (source: string, target: string): boolean =>
  source === target ||
  inexactness(target) === undefined ||
  (target.endsWith('_bin') && !isWithoutPadding(source));

/** Why two different texts can be the same to a collation, or undefined when they cannot. */
export const inexactness = (collation: string): string | undefined => {
  if (collation === 'binary' || /_nopad_bin$|_0900_bin$/.test(collation)) return undefined;
  return /_bin$/.test(collation) ? 'ignores blanks at the end' : 'ignores case or accents';
};
