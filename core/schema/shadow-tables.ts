import { type TableRef, tableKey } from '../contracts/identifiers.ts';

/**
 * What gh-ost and pt-online-schema-change call the tables that they change a table by: `_t_gho`, `_t_ghc`, `_t_del`, `_t_new`, `_t_old`,
 * also with a time in between or with more underscores in front.
 */
const shadowName = /^_+(?<base>.+?)(?:_\d{14})?_(?:gho|ghc|del|new|old)$/;

/** Whether the table is one by which a tool changes another one of `tables`. It has that one's rows, and goes away. */
export const isShadowTable = (ref: TableRef, tables: ReadonlySet<string>): boolean => {
  const base = shadowName.exec(ref.table)?.groups?.base;
  return base !== undefined && tables.has(tableKey({ schema: ref.schema, table: base }));
};
