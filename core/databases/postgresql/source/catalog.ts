import type { TableRef } from '../../../contracts/identifiers.ts';
import {
  type CatalogPartition,
  type TableDescription,
  tableDescriptionSchema,
} from '../../../contracts/table-description.ts';
import { quoteTable } from '../identifiers.ts';
import { quoteLiteral } from '../literals.ts';
import type { Statement } from '../statement.ts';
import { arrayLiteral } from '../target/array-literal.ts';

/**
 * What the type `base` is made of: fields, the subtype of a range, the range of a multirange (whose column in pg_range is
 * new in PostgreSQL 14, so it is asked for by name), elements, and what is below a domain. Names of others' types
 * go without their schema, so that equal types of two databases can be told whatever their schemas.
 */
const typeParts = `
  WITH RECURSIVE part (path, type_oid, modifier) AS (
    SELECT ARRAY[0], base.oid, -1
    UNION ALL
    SELECT part.path || below.place, below.type_oid, below.modifier
    FROM part JOIN pg_type whole ON whole.oid = part.type_oid
    CROSS JOIN LATERAL (
      SELECT field.attnum::int AS place, field.atttypid AS type_oid, field.atttypmod AS modifier
      FROM pg_attribute field
      WHERE whole.typtype = 'c' AND field.attrelid = whole.typrelid AND field.attnum > 0 AND NOT field.attisdropped
      UNION ALL
      SELECT 0, whole.typbasetype, whole.typtypmod WHERE whole.typtype = 'd'
      UNION ALL
      SELECT 0, r.rngsubtype, -1 FROM pg_range r WHERE r.rngtypid = whole.oid
      UNION ALL
      SELECT 0, r.rngtypid, -1 FROM pg_range r WHERE (to_jsonb(r) ->> 'rngmultitypid')::oid = whole.oid
      UNION ALL
      SELECT 0, el.oid, -1 FROM pg_type el WHERE el.typarray = whole.oid
    ) below
  )
  SELECT json_agg(
    CASE WHEN pt.typnamespace = 'pg_catalog'::regnamespace THEN format_type(pt.oid, part.modifier) ELSE pt.typname END
    ORDER BY part.path)
  FROM part JOIN pg_type pt ON pt.oid = part.type_oid
  WHERE part.path <> ARRAY[0]`;

/**
 * Of the partitions of the table `c` that store rows, one row: what the catalog knows them by, those whose rows cannot be captured
 * as the table's, and their rows and bytes. What old rows have in a new column is kept with each of them (attmissingval) and
 * not with the table. A partition whose identity is another one would be logged with another key than the table says.
 */
const partitionFacts = `
  SELECT coalesce(json_agg(json_build_object(
           'ref', json_build_object('schema', ln.nspname, 'table', leaf.relname),
           'id', leaf.oid::bigint,
           'storageId', leaf.relfilenode::bigint,
           'rewriteVersion', coalesce((
             SELECT ic.xmin::text FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
             WHERE i.indrelid = leaf.oid AND i.indisprimary), ''),
           'joinVersion', (
             SELECT i.xmin::text FROM pg_partition_ancestors(leaf.oid) above
             JOIN pg_inherits i ON i.inhrelid = above.relid
             ORDER BY age(i.xmin) LIMIT 1)) ORDER BY ln.nspname, leaf.relname), '[]') AS partitions,
         json_agg(leaf.relname || ' (' || reason || ')' ORDER BY leaf.relname) FILTER (WHERE reason IS NOT NULL) AS unfit,
         CASE WHEN sum(greatest(leaf.reltuples, 0)) > 0 THEN round(sum(greatest(leaf.reltuples, 0)))::bigint
              ELSE -1 END AS rows,
         sum(CASE WHEN leaf.relkind = 'r' THEN pg_table_size(leaf.oid) ELSE 0 END)::bigint AS bytes,
         (SELECT json_object_agg(attname, value) FROM (
            SELECT la.attname, min((la.attmissingval::text::text[])[1]) AS value
            FROM pg_partition_tree(c.oid) old JOIN pg_attribute la ON la.attrelid = old.relid
            WHERE old.isleaf AND la.atthasmissing AND NOT la.attisdropped
            GROUP BY la.attname) kept) AS missing
  FROM pg_partition_tree(c.oid) tree
  JOIN pg_class leaf ON leaf.oid = tree.relid
  JOIN pg_namespace ln ON ln.oid = leaf.relnamespace
  CROSS JOIN LATERAL (SELECT CASE
    WHEN leaf.relkind = 'f' THEN 'a foreign table'
    WHEN leaf.relpersistence <> 'p' THEN 'unlogged'
    WHEN leaf.relreplident <> c.relreplident THEN 'with another replica identity than the table' END AS reason) fitness
  WHERE tree.isleaf AND tree.level > 0`;

/**
 * The index that is the key of the table `c`. Of a source it is the one that its replica identity names, and of every table otherwise
 * the primary key, or the oldest unique index that tells rows apart for certain: not of expressions or of some rows only, checked
 * at once, over ordinary columns that are NOT NULL (from version 18 on also those have a NOT NULL that are not checked yet). A new
 * index never takes the place of the one that is used. The rows of a partitioned table would be named by indexes of its partitions.
 */
const keyFacts = (isSource: boolean): string => `
  SELECT i.indexrelid, i.indrelid, i.indkey, i.indnkeyatts, i.indimmediate, i.indisprimary, ic.relname, ic.xmin AS version,
         i.indisreplident,
         coalesce((
           SELECT con.oid FROM pg_constraint con
           WHERE con.conindid = i.indexrelid AND con.conrelid = c.oid AND con.contype IN ('p', 'u')), i.indexrelid) AS id
  FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
  WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND (
    i.indisprimary
    ${isSource ? `OR c.relreplident = 'i' AND i.indisreplident` : ''}
    OR c.relkind = 'r' AND i.indimmediate AND NOT i.indisexclusion AND i.indexprs IS NULL AND i.indpred IS NULL
      AND NOT EXISTS (
        SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS part (attnum, position)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = part.attnum
        WHERE part.position <= i.indnkeyatts AND (NOT a.attnotnull OR a.attgenerated <> '' OR EXISTS (
          SELECT FROM pg_constraint nn
          WHERE nn.conrelid = c.oid AND nn.contype = 'n' AND NOT nn.convalidated AND nn.conkey = ARRAY[a.attnum]))))
  ORDER BY ${isSource ? `c.relreplident = 'i' AND i.indisreplident DESC, ` : ''}i.indisprimary DESC, i.indexrelid
  LIMIT 1`;

/**
 * One row of one column, `description`: a table as JSON in the form of `tableDescriptionSchema`.
 *
 * - Domains are resolved to the type below them, also as the element of an array; a domain's NOT NULL counts.
 * - An array type is told from vectors (int2vector) by its element, which names it as its array type.
 * - A type modifier holds a length plus 4 for character types, precision and scale plus 4 for numeric (the scale in
 *   its lower 11 bits, signed), the length for bit strings, and the number of fraction digits for times
 *   (numeric.c, varchar.c, timestamp.c; 65535 is "none" for intervals).
 * - The scale of money is what lc_monetary makes it, as this session has it from its user and database.
 * - An unlogged or temporary table is `other`: it is not in the log.
 * - attmissingval is an array of one element. As text its elements are separated by the type's delimiter.
 * - From version 18 on, CheckCmdReplicaIdentity (execReplication.c) refuses UPDATE and DELETE on a published table with
 *   REPLICA IDENTITY FULL and a generated column that is not published. Virtual columns are never published.
 */
const describeTables = (condition: string, isSource: boolean): string => `
WITH RECURSIVE resolved (type_oid, base_oid, typmod, not_null) AS (
  SELECT oid, oid, -1, false FROM pg_type WHERE typtype <> 'd'
  UNION ALL
  SELECT d.oid, r.base_oid, CASE WHEN d.typtypmod <> -1 THEN d.typtypmod ELSE r.typmod END,
         d.typnotnull OR r.not_null
  FROM pg_type d JOIN resolved r ON r.type_oid = d.typbasetype
  WHERE d.typtype = 'd'
)
SELECT json_strip_nulls(json_build_object(
  'ref', json_build_object('schema', n.nspname, 'table', c.relname),
  'columns', coalesce((
    SELECT json_agg(json_strip_nulls(json_build_object(
      'name', a.attname,
      'type', CASE WHEN is_nested THEN format_type(a.atttypid, a.atttypmod)
                   ELSE format_type(CASE WHEN is_array THEN base.typarray ELSE base.oid END, modifier) END,
      'baseType', base.typname,
      'isArray', is_array AND NOT is_nested,
      'typeKind', CASE
        WHEN is_nested THEN 'nested-array'
        WHEN base.typtype = 'e' THEN 'enum'
        WHEN base.typtype = 'r' THEN 'range'
        WHEN base.typtype = 'm' THEN 'multirange'
        WHEN base.typtype <> 'b' THEN 'composite'
        WHEN base.typnamespace = 'pg_catalog'::regnamespace THEN 'base'
        ELSE 'extension' END,
      'typeParts', CASE
        WHEN is_nested OR base.typtype IN ('c', 'r', 'm') AND base.typnamespace <> 'pg_catalog'::regnamespace
        THEN (${typeParts}) END,
      'maxLength', CASE
        WHEN modifier = -1 THEN NULL
        WHEN base.typname IN ('varchar', 'bpchar') THEN modifier - 4
        WHEN base.typname IN ('bit', 'varbit') THEN modifier END,
      'precision', CASE
        WHEN modifier = -1 THEN NULL
        WHEN base.typname = 'numeric' THEN ((modifier - 4) >> 16) & 65535
        WHEN base.typname IN ('time', 'timetz', 'timestamp', 'timestamptz') THEN modifier
        WHEN base.typname = 'interval' AND modifier & 65535 <> 65535 THEN modifier & 65535 END,
      'scale', CASE
        WHEN base.typname = 'money' THEN scale(0::money::numeric)
        WHEN modifier <> -1 AND base.typname = 'numeric' THEN (((modifier - 4) & 2047) # 1024) - 1024 END,
      'notNull', a.attnotnull OR own.not_null,
      'isGenerated', a.attgenerated <> '',
      'hasDefault', a.atthasdef OR a.attidentity <> '',
      'isIdentityAlways', a.attidentity = 'a',
      'catalog', json_build_object(
        'number', a.attnum,
        'typeId', a.atttypid::bigint,
        'typeModifier', a.atttypmod,
        'version', a.xmin::text,
        'labels', CASE WHEN base.typtype = 'e' THEN (
          SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = base.oid) END,
        'missing', CASE WHEN ot.typdelim = ',' AND base.typname <> 'money' THEN
          CASE WHEN c.relkind = 'p' THEN leaves.missing ->> a.attname
               WHEN a.atthasmissing THEN (a.attmissingval::text::text[])[1] END END)
    )) ORDER BY a.attnum)
    FROM pg_attribute a
    JOIN resolved own ON own.type_oid = a.atttypid
    JOIN pg_type ot ON ot.oid = own.base_oid
    LEFT JOIN pg_type element ON element.oid = ot.typelem AND element.typarray = ot.oid
    LEFT JOIN resolved er ON er.type_oid = element.oid
    JOIN pg_type base ON base.oid = coalesce(er.base_oid, ot.oid)
    CROSS JOIN LATERAL (SELECT
      element.oid IS NOT NULL AS is_array,
      element.oid IS NOT NULL AND (base.typarray = 0
        OR base.typdelim <> ',' AND base.typnamespace <> 'pg_catalog'::regnamespace) AS is_nested,
      CASE WHEN a.atttypmod <> -1 THEN a.atttypmod
           WHEN own.typmod <> -1 THEN own.typmod
           ELSE coalesce(er.typmod, -1) END AS modifier) facts
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ), '[]'),
  'primaryKey', coalesce((
    SELECT json_agg(a.attname ORDER BY key.position)
    FROM unnest(chosen.indkey::int2[]) WITH ORDINALITY AS key (attnum, position)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
    WHERE key.position <= chosen.indnkeyatts
  ), '[]'),
  'keyIndex', CASE WHEN NOT chosen.indisprimary THEN chosen.relname END,
  'isKeyDeferrable', coalesce(NOT chosen.indimmediate, false),
  'replicaIdentity', CASE
    WHEN c.relreplident = 'f' THEN 'full'
    WHEN c.relreplident = 'n' THEN 'nothing'
    WHEN c.relreplident <> 'i' THEN 'default'
    WHEN chosen.indisreplident THEN 'index'
    ELSE 'nothing' END,
  'unpublishedIdentity', coalesce((
    SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> ''
      AND c.relreplident = 'f' AND current_setting('server_version_num')::int >= 180000
  ), '[]'),
  'partitionOf', (
    SELECT json_build_object('schema', rn.nspname, 'table', rc.relname)
    FROM pg_class rc JOIN pg_namespace rn ON rn.oid = rc.relnamespace
    WHERE c.relispartition AND rc.oid = pg_partition_root(c.oid)
  ),
  'unfitPartitions', leaves.unfit,
  'relationKind', CASE
    WHEN c.relkind IN ('r', 'p') AND c.relpersistence <> 'p' THEN 'other'
    WHEN c.relkind = 'r' THEN 'table'
    WHEN c.relkind = 'p' THEN 'partitioned-table'
    WHEN c.relkind IN ('v', 'm') THEN 'view'
    WHEN c.relkind = 'f' THEN 'foreign-table'
    ELSE 'other' END,
  'estimatedRows', CASE WHEN c.relkind = 'p' THEN coalesce(leaves.rows, 0)
                        ELSE round(greatest(c.reltuples, -1))::bigint END,
  'bytes', CASE WHEN c.relkind = 'p' THEN coalesce(leaves.bytes, 0)
                WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE 0 END,
  'uniqueIndexes', coalesce((
    SELECT json_agg(name ORDER BY name) FROM (
      SELECT ic.relname AS name
      FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
      WHERE i.indrelid = c.oid AND i.indisunique AND i.indexrelid IS DISTINCT FROM chosen.indexrelid
      UNION ALL
      SELECT conname FROM pg_constraint WHERE conrelid = c.oid AND contype IN ('f', 'x')
    ) secondary
  ), '[]'),
  'uniqueKeys', coalesce((
    SELECT json_agg(json_build_object(
      'name', ic.relname,
      'columns', (
        SELECT coalesce(json_agg(a.attname ORDER BY key.position), '[]')
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS key (attnum, position)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.attnum
        WHERE key.position <= i.indnkeyatts),
      'isPlain', i.indexprs IS NULL AND i.indpred IS NULL
        AND coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) = false
        AND NOT EXISTS (
          SELECT FROM unnest(i.indcollation::oid[]) AS used JOIN pg_collation co ON co.oid = used
          WHERE NOT co.collisdeterministic)
        AND NOT EXISTS (
          SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS key (attnum, position)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = key.attnum
          JOIN pg_type t ON t.oid = a.atttypid
          WHERE key.position <= i.indnkeyatts AND t.typnamespace <> 'pg_catalog'::regnamespace),
      'isImmediate', i.indimmediate AND i.indisvalid) ORDER BY ic.relname)
    FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indexrelid IS DISTINCT FROM chosen.indexrelid
  ), '[]'),
  'catalog', json_build_object(
    'id', c.oid::bigint,
    'storageId', c.relfilenode::bigint,
    'rewriteVersion', coalesce(chosen.version::text, ''),
    'keyId', chosen.id::bigint,
    'nameVersion', coalesce((SELECT row.xmin::text FROM pg_type row WHERE row.oid = c.reltype), ''),
    'owner', c.relowner::bigint,
    'columnCount', c.relnatts,
    'partitions', leaves.partitions)
))::text AS description
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (${partitionFacts}) leaves ON c.relkind = 'p'
LEFT JOIN LATERAL (${keyFacts(isSource)}) chosen ON true
WHERE ${condition}
ORDER BY n.nspname, c.relname`;

/** Tables that a user may have made, in every schema. */
const madeByUsers = `c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('information_schema', 'millrace') AND n.nspname !~ '^pg_'`;

export const listTablesStatement: Statement = { text: describeTables(madeByUsers, true) };

/** Of logged tables that are no partitions. */
export const listTableNamesStatement: Statement = {
  text: `SELECT n.nspname AS schema, c.relname AS "table" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${madeByUsers} AND c.relpersistence = 'p' AND NOT c.relispartition
ORDER BY n.nspname, c.relname`,
};

/** Also answers for views and whatever else has that name, so that a message can say what it is. */
export const describeTableStatement = (ref: TableRef, side: 'source' | 'target'): Statement => ({
  text: describeTables('n.nspname = $1 AND c.relname = $2', side === 'source'),
  values: [ref.schema, ref.table],
});

/** The same for several tables at once, in any order; none for what is not there. */
export const describeTablesStatement = (refs: readonly TableRef[], side: 'source' | 'target'): Statement => ({
  text: describeTables(
    '(n.nspname, c.relname) IN (SELECT * FROM unnest($1::name[], $2::name[]))',
    side === 'source',
  ),
  values: [refs.map((ref) => ref.schema), refs.map((ref) => ref.table)],
});

/**
 * Which of the partitions have rows from before they joined the table. A row keeps the number of the transaction that wrote it, and of
 * the statement within it; the row of pg_inherits has those of ATTACH PARTITION, or of CREATE TABLE ... PARTITION OF. Of several
 * levels the youngest counts. Of a partition that may not be read, nothing is asked.
 */
export const earlierRowsStatement = (partitions: readonly CatalogPartition[]): Statement => ({
  text: partitions
    .map(
      ({ ref, id }) => `
SELECT ${quoteLiteral(String(id))} AS id, EXISTS (
  SELECT FROM ONLY ${quoteTable(ref)} r
  WHERE age(r.xmin) > age(joined.xid)
     OR (r.xmin = joined.xid AND r.cmin::text::bigint <= joined.command)) AS "hasEarlierRows"
FROM (
  SELECT i.xmin AS xid, i.cmin::text::bigint AS command
  FROM pg_inherits i JOIN pg_partition_ancestors(${quoteLiteral(String(id))}::oid) a ON a.relid = i.inhrelid
  ORDER BY age(i.xmin), i.cmin::text::bigint DESC LIMIT 1) joined`,
    )
    .join('\nUNION ALL'),
});

export const readablePartitionsStatement = (partitions: readonly CatalogPartition[]): Statement => ({
  text: `SELECT c.oid::text AS id FROM pg_class c
WHERE c.oid = ANY ($1::oid[]) AND has_table_privilege(c.oid, 'SELECT')
  AND has_schema_privilege(c.relnamespace, 'USAGE') AND NOT row_security_active(c.oid)`,
  values: [arrayLiteral(partitions.map(({ id }) => String(id)))],
});

/** Reads the `description` of a row that `listTablesStatement` or `describeTableStatement` returned. */
export const parseTableDescription = (description: string): TableDescription =>
  tableDescriptionSchema.parse(JSON.parse(description));
