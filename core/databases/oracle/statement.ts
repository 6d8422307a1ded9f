/**
 * A value for a bind variable. `national` texts are sent in the national character set, so that a database with another
 * character set than Unicode does not lose what only NCHAR and NVARCHAR2 columns can hold.
 */
export type BindValue = string | number | { readonly national: string };

/** SQL text with its bound values (`:1` is the first). Dialects return it, executors run it. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly BindValue[];
}
