/** Values as text, so that two kinds of databases can be compared. */
export type TextRow = readonly (string | null)[];

export const toTextRows = (rows: readonly (readonly unknown[])[]): readonly TextRow[] =>
  rows.map((row) => row.map((value) => (value === null ? null : String(value))));
