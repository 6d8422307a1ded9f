import { z } from 'zod';
import { type TableRef, tableRefSchema } from './identifiers.ts';

/** What a column's type is where it stands, in a database that is not PostgreSQL. */
export interface NativeType {
  /** As DDL spells it there: `bigint(20) unsigned`, `enum('a','b')`. */
  readonly type: string;
  /** Its own name without modifiers, in lower case: `bigint`. */
  readonly baseType: string;
  readonly isUnsigned?: boolean;
  /** Character set of character types, as the server names it. */
  readonly charset?: string;
  /** Which of their values are equal, and in which order they are. */
  readonly collation?: string;
  /** Set for a target's column on MariaDB: its TIME and TIMESTAMP have values that MySQL's do not have. */
  readonly isMariadb?: true;
}

/** What the source's catalog knows a column by, whatever its name is. PostgreSQL has it, in pg_attribute. */
export interface CatalogColumn {
  /** Of the column within its table; it never changes and is never given to another one (attnum). */
  readonly number: number;
  /** OID of the declared type, which may be a domain or an array (atttypid). */
  readonly typeId: number;
  /** The type's modifier, -1 for none (atttypmod). */
  readonly typeModifier: number;
  /** Another one after each change of the column's definition (the row's xmin). */
  readonly version: string;
  /** Of an enum, in their order. */
  readonly labels?: readonly string[];
  /** What rows have that are older than the column and were not written again: the canonical text of a constant (attmissingval). */
  readonly missing?: string;
}

/** What the source's catalog knows a table by, whatever its name is (pg_class). */
export interface CatalogTable {
  /** OID. */
  readonly id: number;
  /** Another one after the rows were written again, by ALTER TABLE or VACUUM FULL (relfilenode). */
  readonly storageId: number;
  /** The transaction that wrote the rows again last: that of the key's index, which is built again with them (its xmin). */
  readonly rewriteVersion: string;
  /** Another one after the table was given another name or owner (the xmin of its row type). */
  readonly nameVersion: string;
  /** The role's OID. */
  readonly owner: number;
  /**
   * Of the constraint whose index is the key, or of the index where it has no constraint (an OID): another one after the key was
   * dropped and created again.
   */
  readonly keyId?: number;
  /** The highest number that was ever given to a column, also one that was dropped since (relnatts). */
  readonly columnCount?: number;
  /** Of a partitioned table: those that store rows, by their numbers. It stores none itself. */
  readonly partitions?: readonly CatalogPartition[];
}

/** A partition that stores rows of a partitioned table. The numbers are as in `CatalogTable`. */
export interface CatalogPartition {
  readonly ref: TableRef;
  readonly id: number;
  readonly storageId: number;
  readonly rewriteVersion: string;
  /** Another one after it was detached and attached again (the youngest xmin of its rows of pg_inherits). */
  readonly joinVersion: string;
  /**
   * What a look at a new partition has found. rows: it has rows from before it joined the table, which the log does not have as
   * rows of this table. unreadable: the user may not look. Absent where nobody has looked.
   */
  readonly joined?: 'without-rows' | 'rows' | 'unreadable';
}

/**
 * A column as the catalog describes it. Types are PostgreSQL's: of a column of another database, the one whose values have
 * its values' canonical text, with the type that it really has as `native`.
 */
export interface ColumnDescription {
  readonly name: string;
  readonly native?: NativeType;
  /** The type as DDL spells it, for example `numeric(12,2)`, `character varying(80)`, `text[]` (PostgreSQL: format_type). */
  readonly type: string;
  /** The type's own name without modifiers; an array is its element's name, with `isArray`. Domains are resolved. */
  readonly baseType: string;
  readonly isArray: boolean;
  /**
   * What kind of type the base type is: `base` is built in, `extension` is a base type of someone else, and a
   * `nested-array` has elements that are arrays by themselves or are not separated by commas.
   */
  readonly typeKind: 'base' | 'enum' | 'composite' | 'range' | 'multirange' | 'extension' | 'nested-array';
  /** The types that a composite, a user's own range or a nested array is made of, depth first; see `type`. */
  readonly typeParts?: readonly string[];
  /** Declared length of character types, in characters, and of bit strings, in bits; or undefined. */
  readonly maxLength?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly notNull: boolean;
  /** GENERATED ALWAYS AS ... STORED or VIRTUAL: computed by the database, never written. */
  readonly isGenerated: boolean;
  /** DEFAULT or identity: a row may be written without it. */
  readonly hasDefault?: boolean;
  /** GENERATED ALWAYS AS IDENTITY: an INSERT needs OVERRIDING SYSTEM VALUE, and an UPDATE cannot set it. */
  readonly isIdentityAlways?: boolean;
  readonly catalog?: CatalogColumn;
}

/** A unique index or constraint other than the key. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly string[];
  /**
   * Two rows clash just when all the columns are equal and not NULL. It is otherwise when the index is of expressions, of parts of
   * values or of some of the rows, or when NULL equals NULL.
   */
  readonly isPlain: boolean;
  /** Each statement is checked, so the table is never without it, also within a transaction. */
  readonly isImmediate: boolean;
}

/**
 * Who answers for the unique keys that a target table has besides its primary key.
 *
 * - `none`: it has no other one.
 * - `shared`: the source keeps each of them, too. Two rows of one moment of the source then never clash, so rows that clash
 *   are of different moments, and the later one is right.
 * - `own`: only the target keeps one of them, or it is not known. Two rows that clash may both be the source's.
 */
export type Uniqueness = 'none' | 'shared' | 'own';

export interface TableDescription {
  readonly ref: TableRef;
  readonly columns: readonly ColumnDescription[];
  /**
   * Column names of the key, in key order; empty when the table has none. It is the primary key, or the unique index that `keyIndex`
   * names.
   */
  readonly primaryKey: readonly string[];
  /**
   * The unique index that serves as the key, all of whose columns are NOT NULL. Of a source it is what the log names rows by; elsewhere
   * the table has no primary key. Absent where the key is the primary key.
   */
  readonly keyIndex?: string;
  /**
   * The key may be violated until the transaction ends (PostgreSQL: DEFERRABLE). It then identifies no row in the log, and
   * two rows can swap their keys by way of a state in which both have the same.
   */
  readonly isKeyDeferrable: boolean;
  /** What the log holds of an old row: the primary key, everything, nothing, or the index that is the key. */
  readonly replicaIdentity: 'default' | 'full' | 'nothing' | 'index';
  /**
   * Generated columns that PostgreSQL 18 and newer keep out of a publication although the replica identity has them, by
   * which the server refuses UPDATE and DELETE on the table as soon as it is published. Absent for other databases.
   */
  readonly unpublishedIdentity?: readonly string[];
  /** PostgreSQL: the partitioned table that this one is a partition of, by way of whatever others. */
  readonly partitionOf?: TableRef;
  /** Of a partitioned table: partitions whose rows cannot be captured as its own, each with the reason in brackets. */
  readonly unfitPartitions?: readonly string[];
  /** Partitioned tables, views and foreign tables are not `table`. */
  readonly relationKind: 'table' | 'partitioned-table' | 'view' | 'foreign-table' | 'other';
  /** From the catalog's statistics; -1 when the table was never analysed. */
  readonly estimatedRows: number;
  /** The bytes of the heap and its out-of-line values, without indexes. */
  readonly bytes: number;
  /** Secondary unique constraints and indexes, foreign keys: names, for messages. */
  readonly uniqueIndexes: readonly string[];
  /** The unique ones of them in detail; absent where the catalog's reader does not tell. */
  readonly uniqueKeys?: readonly UniqueKey[];
  /** MySQL only: what stores the rows, for example `InnoDB`. */
  readonly storageEngine?: string;
  /**
   * Foreign keys by which the server changes or deletes rows of the table without writing so to its log, with what they do:
   * `orders_customer (ON DELETE CASCADE)`. Absent: none, or the list of tables does not tell.
   */
  readonly unloggedCascades?: readonly string[];
  readonly catalog?: CatalogTable;
}

/** What is known of a table's shape. Each field is replaced when the target has followed a change. */
export interface KnownShape {
  /** As of the next event to apply: when the table was copied, or after the last change that the target has followed. */
  readonly copied: TableDescription;
  /** When the catalog was last found to say nothing else that matters. */
  readonly seen: TableDescription;
  /** Counts the changes that the target has followed since the table was copied; 0 when absent. */
  readonly version?: number;
  /** Fingerprints of the shapes before them. Connect may send events again that have them. */
  readonly former?: readonly FormerShape[];
  /** Names of columns that were dropped or renamed since the table was copied: an event that is sent again may still have them. */
  readonly retired?: readonly string[];
  /** Names of columns that were added since the table was copied: an event that is sent again may lack them. */
  readonly added?: readonly string[];
  /** Set before the target is changed, and removed after it. What the table will be; the target may have it already. */
  readonly following?: TableDescription;
  /**
   * The target table (`outlineTarget`) when its copy began, or as it was last found to hold every value of the source. Absent before its
   * first copy, or where it was copied by a version that did not note it.
   */
  readonly target?: TableDescription;
  /** Why the target's rows may not be what was written: in words. Only a new copy of the table cures it. */
  readonly targetLost?: string;
}

export interface FormerShape {
  readonly fingerprint: string;
  /** Whether events with it mean the same to the table as it is now. */
  readonly isReadable: boolean;
}

const columnDescriptionSchema: z.ZodType<ColumnDescription> = z.strictObject({
  name: z.string(),
  native: z
    .strictObject({
      type: z.string(),
      baseType: z.string(),
      isUnsigned: z.boolean().exactOptional(),
      charset: z.string().exactOptional(),
      collation: z.string().exactOptional(),
      isMariadb: z.literal(true).exactOptional(),
    })
    .exactOptional(),
  type: z.string(),
  baseType: z.string(),
  isArray: z.boolean(),
  typeKind: z.enum(['base', 'enum', 'composite', 'range', 'multirange', 'extension', 'nested-array']),
  typeParts: z.array(z.string()).exactOptional(),
  maxLength: z.number().int().exactOptional(),
  precision: z.number().int().exactOptional(),
  scale: z.number().int().exactOptional(),
  notNull: z.boolean(),
  isGenerated: z.boolean(),
  hasDefault: z.boolean().exactOptional(),
  isIdentityAlways: z.boolean().exactOptional(),
  catalog: z
    .strictObject({
      number: z.number().int(),
      typeId: z.number().int(),
      typeModifier: z.number().int(),
      version: z.string(),
      labels: z.array(z.string()).exactOptional(),
      missing: z.string().exactOptional(),
    })
    .exactOptional(),
});

/** For catalogs that answer in JSON, and for descriptions that were stored. */
export const tableDescriptionSchema: z.ZodType<TableDescription> = z.strictObject({
  ref: tableRefSchema,
  columns: z.array(columnDescriptionSchema),
  primaryKey: z.array(z.string()),
  keyIndex: z.string().exactOptional(),
  isKeyDeferrable: z.boolean(),
  replicaIdentity: z.enum(['default', 'full', 'nothing', 'index']),
  unpublishedIdentity: z.array(z.string()).exactOptional(),
  partitionOf: tableRefSchema.exactOptional(),
  unfitPartitions: z.array(z.string()).exactOptional(),
  relationKind: z.enum(['table', 'partitioned-table', 'view', 'foreign-table', 'other']),
  estimatedRows: z.number(),
  bytes: z.number(),
  uniqueIndexes: z.array(z.string()),
  uniqueKeys: z
    .array(
      z.strictObject({
        name: z.string(),
        columns: z.array(z.string()),
        isPlain: z.boolean(),
        isImmediate: z.boolean(),
      }),
    )
    .exactOptional(),
  storageEngine: z.string().exactOptional(),
  unloggedCascades: z.array(z.string()).exactOptional(),
  catalog: z
    .strictObject({
      id: z.number().int(),
      storageId: z.number().int(),
      rewriteVersion: z.string(),
      nameVersion: z.string(),
      owner: z.number().int(),
      keyId: z.number().int().exactOptional(),
      columnCount: z.number().int().exactOptional(),
      partitions: z
        .array(
          z.strictObject({
            ref: tableRefSchema,
            id: z.number().int(),
            storageId: z.number().int(),
            rewriteVersion: z.string(),
            joinVersion: z.string(),
            joined: z.enum(['without-rows', 'rows', 'unreadable']).exactOptional(),
          }),
        )
        .exactOptional(),
    })
    .exactOptional(),
});
