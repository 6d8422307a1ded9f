import { z } from 'zod';
import {
  deadLetterActionSchema,
  deadLetterStateSchema,
  deadLetterVerdictSchema,
} from '../contracts/dead-letter.ts';
import type { DeadLetterGroup, DeadLetterMark, StoredDeadLetter } from '../ports/dead-letters.ts';

/** The columns of a mark that its insert gives, in every kind of target; the rest have defaults. */
export const markColumns = [
  'topic',
  'topic_partition',
  'event_offset',
  'key_hash',
  'source_schema',
  'source_table',
  'key_values',
  'state',
  'operation',
  'source_position',
  'error_code',
  'cause',
  'message',
  'first_at_ms',
  'last_at_ms',
  'dead_letter_offset',
] as const;

/** Those of a stored mark, in the order in which they are read. */
export const storedColumns = [
  'id',
  ...markColumns,
  'attempts',
  'request',
  'request_by',
  'request_at_ms',
  'request_reason',
  'verdict',
  'verdict_message',
  'verdict_at_ms',
] as const;

/** The longest message that is stored. */
const maxMessageLength = 4_000;

/** A mark as the texts of `markColumns`. */
export const toMarkRow = (
  mark: DeadLetterMark,
): Readonly<Record<(typeof markColumns)[number], string | null>> => ({
  topic: mark.topic,
  topic_partition: String(mark.partition),
  event_offset: String(mark.offset),
  key_hash: mark.keyHash,
  source_schema: mark.table.schema,
  source_table: mark.table.table,
  key_values: JSON.stringify(mark.keyValues),
  state: mark.state,
  operation: mark.operation,
  source_position: mark.position === undefined ? null : String(mark.position),
  error_code: mark.errorCode,
  cause: mark.cause,
  message: mark.message.slice(0, maxMessageLength),
  first_at_ms: String(mark.atMs),
  last_at_ms: String(mark.atMs),
  dead_letter_offset: mark.deadLetterOffset === undefined ? null : String(mark.deadLetterOffset),
});

type TextRow = Readonly<Record<string, string | null>>;

const keyValuesSchema = z.array(z.string()).readonly();
const operationSchema = z.enum(['upsert', 'patch', 'delete', 'move', 'rekey']);

export const toStoredDeadLetter = (row: TextRow): StoredDeadLetter => ({
  id: String(row.id),
  topic: String(row.topic),
  partition: Number(row.topic_partition),
  offset: BigInt(row.event_offset ?? 0),
  keyHash: String(row.key_hash),
  table: { schema: String(row.source_schema), table: String(row.source_table) },
  keyValues: keyValuesSchema.parse(JSON.parse(row.key_values ?? '[]')),
  state: deadLetterStateSchema.parse(row.state),
  operation: operationSchema.parse(row.operation),
  position: row.source_position === null ? undefined : Number(row.source_position),
  errorCode: String(row.error_code),
  cause: String(row.cause),
  message: String(row.message),
  atMs: Number(row.first_at_ms),
  lastAtMs: Number(row.last_at_ms),
  deadLetterOffset:
    row.dead_letter_offset === null || row.dead_letter_offset === undefined
      ? undefined
      : BigInt(row.dead_letter_offset),
  attempts: Number(row.attempts),
  request:
    row.request === null || row.request === undefined
      ? undefined
      : {
          action: deadLetterActionSchema.parse(row.request),
          by: String(row.request_by),
          atMs: Number(row.request_at_ms),
          reason: row.request_reason ?? undefined,
        },
  verdict:
    row.verdict === null || row.verdict === undefined
      ? undefined
      : {
          result: deadLetterVerdictSchema.parse(row.verdict),
          message: String(row.verdict_message),
          atMs: Number(row.verdict_at_ms),
        },
});

/** The columns of a group; `dead` is what a select of groups calls the table. */
export const groupColumns =
  'cause, error_code, source_schema, source_table, count(*) AS events, count(DISTINCT key_hash) AS key_count, ' +
  'min(first_at_ms) AS first_ms, max(last_at_ms) AS last_ms, min(id) AS sample_id, max(message) AS sample_message';

export const groupedBy = 'cause, error_code, source_schema, source_table';

export const toDeadLetterGroup = (row: TextRow): DeadLetterGroup => ({
  cause: String(row.cause),
  errorCode: String(row.error_code),
  table: { schema: String(row.source_schema), table: String(row.source_table) },
  events: Number(row.events),
  rows: Number(row.key_count),
  firstAtMs: Number(row.first_ms),
  lastAtMs: Number(row.last_ms),
  sampleId: String(row.sample_id),
  sampleMessage: String(row.sample_message),
});
