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
import type { Statement } from '../statement.ts';
import { bookkeepingSchema, clientTableNames } from './bookkeeping.ts';

type Client = Pick<TargetOwner, 'installationId' | 'clientId'>;

/** The table of a client's dead letters, see bookkeeping.ts. */
const tableOf = (owner: Client): string => `${bookkeepingSchema}.${clientTableNames(owner).deadLetter}`;

export const createDeadLetterTable = (owner: Client): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS ${tableOf(owner)} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  replication_id bigint NOT NULL,
  topic text NOT NULL,
  topic_partition integer NOT NULL,
  event_offset bigint NOT NULL,
  key_hash text NOT NULL,
  source_schema text NOT NULL,
  source_table text NOT NULL,
  key_values text NOT NULL,
  state text NOT NULL,
  operation text NOT NULL,
  source_position bigint,
  error_code text NOT NULL,
  cause text NOT NULL,
  message text NOT NULL,
  attempts integer NOT NULL DEFAULT 1,
  first_at_ms bigint NOT NULL,
  last_at_ms bigint NOT NULL,
  dead_letter_offset bigint,
  request text,
  request_by text,
  request_at_ms bigint,
  request_reason text,
  verdict text,
  verdict_message text,
  verdict_at_ms bigint,
  UNIQUE (replication_id, topic, topic_partition, event_offset, key_hash)
)`,
  `COMMENT ON TABLE ${tableOf(owner)} IS 'Millrace: rows that are known to differ. Written with the checkpoints; do not edit.'`,
];

const columnTypes: Partial<Record<(typeof markColumns)[number], string>> = {
  topic_partition: 'integer',
  event_offset: 'bigint',
  source_position: 'bigint',
  first_at_ms: 'bigint',
  last_at_ms: 'bigint',
  dead_letter_offset: 'bigint',
};
const recordType = markColumns.map((name) => `${name} ${columnTypes[name] ?? 'text'}`).join(', ');

/** What a batch does to the marks of its partition, in this order. */
export const changeDeadLetters = (
  owner: TargetOwner,
  { topic, partition }: TopicPartition,
  { added, cleared, emptied }: DeadLetterChange,
): readonly Statement[] => {
  const table = tableOf(owner);
  const here = 'replication_id = $1 AND topic = $2 AND topic_partition = $3';
  const place = [String(owner.replicationId), topic, String(partition)];
  return [
    ...(cleared.length === 0
      ? []
      : [
          {
            text: `DELETE FROM ${table} WHERE ${here} AND key_hash = ANY ($4::text[])`,
            values: [...place, cleared],
          },
        ]),
    ...emptied.map((ref) => ({
      text: `DELETE FROM ${table} WHERE ${here} AND source_schema = $4 AND source_table = $5`,
      values: [...place, ref.schema, ref.table],
    })),
    ...(added.length === 0
      ? []
      : [
          {
            text:
              `INSERT INTO ${table} (replication_id, ${markColumns.join(', ')}) ` +
              `SELECT $1::bigint, ${markColumns.join(', ')} FROM pg_catalog.json_to_recordset($2::json) AS d (${recordType}) ` +
              'ON CONFLICT (replication_id, topic, topic_partition, event_offset, key_hash) DO NOTHING',
            values: [String(owner.replicationId), JSON.stringify(added.map(toMarkRow))],
          },
        ]),
  ];
};

export const selectDeadLetters = (owner: TargetOwner, of: DeadLetterRange): Statement => {
  const isOfOne = typeof of === 'object';
  const condition =
    of === 'requested'
      ? ' AND request IS NOT NULL'
      : isOfOne
        ? ' AND topic = $2 AND topic_partition = $3'
        : '';
  return {
    text: `SELECT ${storedColumns.join(', ')} FROM ${tableOf(owner)} WHERE replication_id = $1${condition} ORDER BY id`,
    values: [String(owner.replicationId), ...(isOfOne ? [of.topic, String(of.partition)] : [])],
  };
};

/** `first` is the number of the first parameter. */
const selected = ({ ids, cause, table }: DeadLetterSelection, first: number): Required<Statement> => {
  const conditions: string[] = [];
  const values: (string | readonly string[])[] = [];
  const parameter = (value: string | readonly string[]): string => {
    values.push(value);
    return `$${first + values.length - 1}`;
  };
  if (ids !== undefined) conditions.push(`id = ANY (${parameter(ids)}::bigint[])`);
  if (cause !== undefined) conditions.push(`cause = ${parameter(cause)}`);
  if (table !== undefined) {
    conditions.push(
      `source_schema = ${parameter(table.schema)} AND source_table = ${parameter(table.table)}`,
    );
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
  const { text, values } = selected(selection, 4);
  return {
    text:
      `SELECT ${storedColumns.join(', ')} FROM ${tableOf(owner)} ` +
      `WHERE replication_id = $1 AND id > $2::bigint${text} ORDER BY id LIMIT $3`,
    values: [String(owner.replicationId), after ?? '0', String(limit), ...values],
  };
};

export const groupDeadLetters = (owner: TargetOwner): Statement => ({
  text:
    `SELECT ${groupColumns} FROM ${tableOf(owner)} WHERE replication_id = $1 GROUP BY ${groupedBy} ` +
    'ORDER BY count(*) DESC, min(id)',
  values: [String(owner.replicationId)],
});

/** For all marks of the keys that the selected events concern. Returns a row for each. */
export const requestDeadLetters = (
  owner: TargetOwner,
  selection: DeadLetterSelection,
  { action, by, atMs, reason }: DeadLetterRequest,
): Statement => {
  const { text, values } = selected(selection, 6);
  const table = tableOf(owner);
  return {
    text:
      `UPDATE ${table} SET request = $2, request_by = $3, request_at_ms = $4, request_reason = $5 ` +
      'WHERE replication_id = $1 AND key_hash IN ' +
      `(SELECT key_hash FROM ${table} WHERE replication_id = $1 AND (topic, topic_partition, event_offset) IN ` +
      `(SELECT topic, topic_partition, event_offset FROM ${table} WHERE replication_id = $1${text})) RETURNING id`,
    values: [String(owner.replicationId), action, by, String(atMs), reason ?? '', ...values],
  };
};

export const answerDeadLetters = (owner: TargetOwner, answer: DeadLetterAnswer): Statement => ({
  text:
    `UPDATE ${tableOf(owner)} SET verdict = $3, verdict_message = $4, verdict_at_ms = $5, ` +
    'request = NULL, request_by = NULL, request_at_ms = NULL, request_reason = NULL, ' +
    'attempts = attempts + $6::integer, last_at_ms = CASE WHEN $6::integer > 0 THEN $5::bigint ELSE last_at_ms END ' +
    'WHERE replication_id = $1 AND id = ANY ($2::bigint[])',
  values: [
    String(owner.replicationId),
    answer.ids,
    answer.result,
    answer.message,
    String(answer.atMs),
    answer.isAttempt ? '1' : '0',
  ],
});

/** Of all topics, or of some whose tables are copied again or left out. */
export const deleteDeadLetters = (owner: TargetOwner, topics?: readonly string[]): Statement => ({
  text: `DELETE FROM ${tableOf(owner)} WHERE replication_id = $1${topics === undefined ? '' : ' AND topic = ANY ($2::text[])'}`,
  values: [String(owner.replicationId), ...(topics === undefined ? [] : [topics])],
});
