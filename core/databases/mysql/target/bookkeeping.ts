import type { TargetOwner } from '../../../contracts/target-owner.ts';
import { bookkeepingSuffix } from '../../../naming/bookkeeping-names.ts';
import { quoteIdentifier, quoteTable } from '../identifiers.ts';
import type { Statement } from '../statement.ts';

/** Kafka's limit for a topic's name, of ASCII letters, digits, `.`, `_` and `-` only. */
const maxTopicLength = 249;

/**
 * Who writes which table of a database. The table is in the database of those tables itself, which is not always the
 * registered one: everyone who writes to a table finds the same row, by whatever database the login began.
 */
export const ownerTableName = 'millrace_table_owner';

export const ownerTableOf = (schema: string): string => quoteTable({ schema, table: ownerTableName });

/** A client's own tables, in the registered database. */
export const clientTableNames = (owner: Pick<TargetOwner, 'installationId' | 'clientId'>) => {
  const suffix = bookkeepingSuffix(owner);
  return {
    epoch: `millrace_consumer_epoch_${suffix}`,
    checkpoint: `millrace_checkpoint_${suffix}`,
    deadLetter: `millrace_dead_letter_${suffix}`,
  } as const;
};

/** Of versions in which all replications of a database shared them. Rows are moved when their consumer starts. */
export const sharedTableNames = {
  epoch: 'millrace_consumer_epoch',
  checkpoint: 'millrace_checkpoint',
} as const;

/** Those of some tables that exist in a database. A table that the account may not use is not among them. */
export const findTables = (schema: string | undefined, names: readonly string[]): Statement => ({
  text:
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES ' +
    `WHERE TABLE_SCHEMA = ${schema === undefined ? 'DATABASE()' : '?'} AND TABLE_NAME IN (${names.map(() => '?').join(', ')})`,
  values: schema === undefined ? names : [schema, ...names],
});

/** `account` says for whom a view shows a row, see the guide; Millrace itself does not ask for it. */
export const createOwnerTable = (schema: string): string =>
  `CREATE TABLE IF NOT EXISTS ${ownerTableOf(schema)} (
  table_name varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
  installation_id char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id bigint NOT NULL,
  replication_id bigint NOT NULL,
  generation bigint NOT NULL,
  account varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  taken_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE = InnoDB COMMENT = 'Millrace: which replication writes which table.'`;

export const createClientTables = (
  owner: Pick<TargetOwner, 'installationId' | 'clientId'>,
): readonly string[] => {
  const { epoch, checkpoint } = clientTableNames(owner);
  return [
    `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(epoch)} (
  replication_id bigint NOT NULL PRIMARY KEY,
  epoch bigint NOT NULL
) ENGINE = InnoDB`,
    `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(checkpoint)} (
  replication_id bigint NOT NULL,
  topic varchar(${maxTopicLength}) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic_partition int NOT NULL,
  topic_id varchar(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  next_offset bigint NOT NULL,
  epoch bigint NOT NULL,
  source_position bigint NULL,
  reread_position bigint NULL,
  inserts bigint NOT NULL DEFAULT 0,
  updates bigint NOT NULL DEFAULT 0,
  deletes bigint NOT NULL DEFAULT 0,
  truncates bigint NOT NULL DEFAULT 0,
  duplicates_skipped bigint NOT NULL DEFAULT 0,
  updated_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (replication_id, topic, topic_partition)
) ENGINE = InnoDB COMMENT = 'Millrace: how far each topic partition has been applied. Written with the rows; do not edit.'`,
  ];
};
