import type { TargetOwner } from '../../../contracts/target-owner.ts';
import {
  groupColumns,
  groupedBy,
  markColumns,
  storedColumns,
  toMarkRow,
} from '../../../deadletters/dead-letter-row.ts';
import type {
  DeadLetterAnswer,
  DeadLetterChange,
  DeadLetterRange,
  DeadLetterRequest,
  DeadLetterSelection,
  TopicPartition,
} from '../../../ports/dead-letters.ts';
import { quoteIdentifier } from '../identifiers.ts';
import type { Statement } from '../statement.ts';
import { clientTableNames } from './bookkeeping.ts';

type Client = Pick<TargetOwner, 'installationId' | 'clientId'>;

/** The table of a client's dead letters, see bookkeeping.ts. */
const tableOf = (owner: Client): string => quoteIdentifier(clientTableNames(owner).deadLetter);

/** Kafka's limit for a topic's name, and Oracle's for the name of a table, in characters. */
const topicType = 'varchar(249) CHARACTER SET ascii COLLATE ascii_bin';
const nameType = 'varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
const textType = 'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

export const createDeadLetterTable = (owner: Client): string =>
  `CREATE TABLE IF NOT EXISTS ${tableOf(owner)} (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  replication_id bigint NOT NULL,
  topic ${topicType} NOT NULL,
  topic_partition int NOT NULL,
  event_offset bigint NOT NULL,
  key_hash char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source_schema ${nameType} NOT NULL,
  source_table ${nameType} NOT NULL,
  key_values ${textType} NOT NULL,
  state varchar(16) NOT NULL,
  operation varchar(16) NOT NULL,
  source_position bigint NULL,
  error_code varchar(64) NOT NULL,
  cause varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  message ${textType} NOT NULL,
  attempts int NOT NULL DEFAULT 1,
  first_at_ms bigint NOT NULL,
  last_at_ms bigint NOT NULL,
  dead_letter_offset bigint NULL,
  request varchar(16) NULL,
  request_by ${textType} NULL,
  request_at_ms bigint NULL,
  request_reason ${textType} NULL,
  verdict varchar(16) NULL,
  verdict_message ${textType} NULL,
  verdict_at_ms bigint NULL,
  UNIQUE KEY event_key (replication_id, topic, topic_partition, event_offset, key_hash)
) ENGINE = InnoDB COMMENT = 'Millrace: rows that are known to differ. Written with the checkpoints; do not edit.'`;

/** Marks of one INSERT. */
const marksAtOnce = 100;

const marksOf = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** What a batch does to the marks of its partition, in this order. */
export const changeDeadLetters = (
  owner: TargetOwner,
  { topic, partition }: TopicPartition,
  { added, cleared, emptied }: DeadLetterChange,
): readonly Statement[] => {
  const table = tableOf(owner);
  const here = 'replication_id = ? AND topic = ? AND topic_partition = ?';
  const replication = String(owner.replicationId);
  const place = [replication, topic, String(partition)];
  const inserts: Statement[] = [];
  for (let from = 0; from < added.length; from += marksAtOnce) {
    const rows = added.slice(from, from + marksAtOnce).map(toMarkRow);
    const row = `(?, ${marksOf(markColumns)})`;
    inserts.push({
      text:
        `INSERT INTO ${table} (replication_id, ${markColumns.join(', ')}) VALUES ${rows.map(() => row).join(', ')} ` +
        'ON DUPLICATE KEY UPDATE state = state',
      values: rows.flatMap((mark) => [replication, ...markColumns.map((name) => mark[name])]),
    });
  }
  return [
    ...(cleared.length === 0
      ? []
      : [
          {
            text: `DELETE FROM ${table} WHERE ${here} AND key_hash IN (${marksOf(cleared)})`,
            values: [...place, ...cleared],
          },
        ]),
    ...emptied.map((ref) => ({
      text: `DELETE FROM ${table} WHERE ${here} AND source_schema = ? AND source_table = ?`,
      values: [...place, ref.schema, ref.table],
    })),
    ...inserts,
  ];
};

export const selectDeadLetters = (owner: TargetOwner, of: DeadLetterRange): Statement => {
  const isOfOne = typeof of === 'object';
  const condition =
    of === 'requested' ? ' AND request IS NOT NULL' : isOfOne ? ' AND topic = ? AND topic_partition = ?' : '';
  return {
    text: `SELECT ${storedColumns.join(', ')} FROM ${tableOf(owner)} WHERE replication_id = ?${condition} ORDER BY id`,
    values: [String(owner.replicationId), ...(isOfOne ? [of.topic, String(of.partition)] : [])],
  };
};

const selected = ({ ids, cause, table }: DeadLetterSelection): Required<Statement> => {
  const conditions: string[] = [];
  const values: string[] = [];
  if (ids !== undefined) {
    conditions.push(ids.length === 0 ? 'FALSE' : `id IN (${marksOf(ids)})`);
    values.push(...ids);
  }
  if (cause !== undefined) {
    conditions.push('cause = ?');
    values.push(cause);
  }
  if (table !== undefined) {
    conditions.push('source_schema = ? AND source_table = ?');
    values.push(table.schema, table.table);
  }
  return { text: conditions.map((condition) => ` AND ${condition}`).join(''), values };
};

export const listDeadLetters = (
  owner: TargetOwner,
  {
    after,
    limit,
    ...selection
  }: DeadLetterSelection & { readonly after?: string | undefined; readonly limit: number },
): Statement => {
  const { text, values } = selected(selection);
  return {
    text:
      `SELECT ${storedColumns.join(', ')} FROM ${tableOf(owner)} ` +
      `WHERE replication_id = ? AND id > CAST(? AS SIGNED)${text} ORDER BY id LIMIT ${Math.trunc(limit)}`,
    values: [String(owner.replicationId), after ?? '0', ...values],
  };
};

export const groupDeadLetters = (owner: TargetOwner): Statement => ({
  text:
    `SELECT ${groupColumns} FROM ${tableOf(owner)} WHERE replication_id = ? GROUP BY ${groupedBy} ` +
    'ORDER BY count(*) DESC, min(id)',
  values: [String(owner.replicationId)],
});

/** For all marks of the keys that the selected events concern. A table that is changed can be read only as a derived one. */
export const requestDeadLetters = (
  owner: TargetOwner,
  selection: DeadLetterSelection,
  { action, by, atMs, reason }: DeadLetterRequest,
): Statement => {
  const { text, values } = selected(selection);
  const table = tableOf(owner);
  const replication = String(owner.replicationId);
  return {
    text:
      `UPDATE ${table} SET request = ?, request_by = ?, request_at_ms = ?, request_reason = ? ` +
      'WHERE replication_id = ? AND key_hash IN (SELECT key_hash FROM ' +
      `(SELECT DISTINCT key_hash FROM ${table} WHERE replication_id = ? AND (topic, topic_partition, event_offset) IN ` +
      `(SELECT topic, topic_partition, event_offset FROM ${table} WHERE replication_id = ?${text})) AS chosen)`,
    values: [action, by, String(atMs), reason ?? null, replication, replication, replication, ...values],
  };
};

/** At least one id. */
export const answerDeadLetters = (owner: TargetOwner, answer: DeadLetterAnswer): Statement => ({
  text:
    `UPDATE ${tableOf(owner)} SET verdict = ?, verdict_message = ?, verdict_at_ms = ?, ` +
    'request = NULL, request_by = NULL, request_at_ms = NULL, request_reason = NULL' +
    `${answer.isAttempt ? ', attempts = attempts + 1, last_at_ms = verdict_at_ms' : ''} ` +
    `WHERE replication_id = ? AND id IN (${marksOf(answer.ids)})`,
  values: [answer.result, answer.message, String(answer.atMs), String(owner.replicationId), ...answer.ids],
});

/** Of all topics, or of some whose tables are copied again or left out: at least one. */
export const deleteDeadLetters = (owner: TargetOwner, topics?: readonly string[]): Statement => ({
  text: `DELETE FROM ${tableOf(owner)} WHERE replication_id = ?${topics === undefined ? '' : ` AND topic IN (${marksOf(topics)})`}`,
  values: [String(owner.replicationId), ...(topics ?? [])],
});
