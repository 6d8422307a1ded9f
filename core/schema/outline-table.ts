import { createHash } from 'node:crypto';
import type { ShapeOutline } from '../contracts/schema-change.ts';
import type { ColumnDescription, TableDescription } from '../contracts/table-description.ts';

/** What a person is shown of a table. */
export const outlineTable = ({ columns, primaryKey }: TableDescription): ShapeOutline => ({
  columns: columns.map((column) => ({
    name: column.name,
    type: spelledType(column),
    notNull: column.notNull,
    isGenerated: column.isGenerated,
  })),
  primaryKey,
});

/** As its database spells it. */
export const spelledType = ({ native, type }: ColumnDescription): string =>
  native === undefined
    ? type
    : [native.type, native.charset, native.collation].filter((part) => part !== undefined).join(' ');

/** The same text as long as the source's catalog says the same of the table's columns, its key, and which table it is. */
export const shapeDigest = (table: TableDescription): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        outlineTable(table),
        table.replicaIdentity,
        table.relationKind,
        table.catalog?.id,
        table.columns.map(({ catalog }) => [catalog?.number, catalog?.labels]),
      ]),
    )
    .digest('base64url')
    .slice(0, 27);
