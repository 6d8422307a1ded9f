import type { ClientId, DatabaseId, TableRef } from '../contracts/identifiers.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { bookkeepingSuffix } from './bookkeeping-names.ts';

/**
 * Lower-case ASCII letters, digits and underscores; runs of anything else become one underscore.
 * `Acme Corp.` becomes `acme_corp`.
 */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '') || 'x';

/**
 * `{client}_{database}_connector`. A source database that feeds several replications gives the second and later ones a
 * suffix, since each needs its own connector, slot and topics. Slugs are cut so that two long names stay below
 * Kafka Connect's and CloudWatch's limits.
 */
export const connectorName = (clientName: string, databaseName: string, ordinal: number): string =>
  `${slug(clientName).slice(0, 40)}_${slug(databaseName).slice(0, 40)}${ordinal === 1 ? '' : `_${ordinal}`}_connector`;

/**
 * A connector's name with the numbers of its client and database, for when `connectorName` is taken: names that differ
 * only in case, accents or punctuation have the same slug.
 */
export const distinctConnectorName = (
  client: { readonly clientId: ClientId; readonly name: string },
  database: { readonly databaseId: DatabaseId; readonly name: string },
  ordinal: number,
): string =>
  `${slug(client.name).slice(0, 40)}_${client.clientId}_${slug(database.name).slice(0, 40)}_${database.databaseId}` +
  `${ordinal === 1 ? '' : `_${ordinal}`}_connector`;

/** `client_{id}_db_{n}`, the prefix of the replication's topics. */
export const topicPrefix = (clientId: ClientId, databaseId: DatabaseId, ordinal: number): string =>
  `client_${clientId}_db_${databaseId}${ordinal === 1 ? '' : `_${ordinal}`}`;

/** PostgreSQL allows lower-case letters, digits and underscores in a slot's name, 63 bytes at most. */
export const slotName = (prefix: string): string => `millrace_${prefix}`;
export const publicationName = (prefix: string): string => `millrace_${prefix}`;

/**
 * The topic of a table, as Debezium's default naming strategy writes it: characters that Kafka does not allow
 * become underscores (debezium-core, TopicNamingStrategy and its `sanitizedTopicName`).
 */
export const topicName = (prefix: string, table: TableRef): string =>
  `${prefix}.${table.schema}.${table.table}`.replaceAll(/[^a-zA-Z0-9._-]/g, '_');

/** Debezium writes logical decoding messages of PostgreSQL to this topic. */
export const messageTopicName = (prefix: string): string => `${prefix}.message`;

/** Where a connector of MySQL, MariaDB or Oracle keeps the definitions of tables, to read its own old log by. */
export const schemaHistoryTopicName = (prefix: string): string => `${prefix}.schema-history`;

/** Where events go that the target refuses. A table's topic has a schema and a table behind the prefix, so none has this name. */
export const deadLetterTopicName = (prefix: string): string => `${prefix}.dead-letters`;

/** Debezium's heartbeats go to `{topic.heartbeat.prefix}.{topic.prefix}`; the first part is its default. */
export const heartbeatTopicName = (prefix: string): string => `__debezium-heartbeat.${prefix}`;

/** The connector that reads the rows of a copy through Kafka. A slug has no dot, so no other connector has such a name. */
export const rowsConnectorName = (name: string): string => `${name}.copy`;

/** What it is asked for, and what it answers with. Topics of tables have a second dot in their names. */
export const rowRequestsTopicName = (prefix: string): string => `${prefix}.copy-requests`;
export const copiedRowsTopicName = (prefix: string): string => `${prefix}.copy-rows`;

/**
 * The comment of a target table that Millrace has created, by which it is known again when the replication is deleted. Other
 * installations have replications of the same number, hence the suffix of the bookkeeping.
 */
export const createdTableMark = (
  { connectorName: name }: { readonly connectorName: string },
  owner: TargetOwner,
): string =>
  `Created by Millrace ${bookkeepingSuffix(owner)} for replication ${owner.replicationId} (${name})`;

/** Each consumer that is launched has a group of its own; this is how the names of all of them begin. */
export const consumerGroupPrefix = (name: string): string => `millrace-${name}-`;
