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

/** Why two different texts can be the same to a collation, or undefined when they cannot. */
export const inexactness = (collation: string): string | undefined => {
  if (collation === 'binary' || /_nopad_bin$|_0900_bin$/.test(collation)) return undefined;
  return /_bin$/.test(collation) ? 'ignores blanks at the end' : 'ignores case or accents';
};
