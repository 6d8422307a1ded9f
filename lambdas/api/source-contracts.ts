import { z } from 'zod';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { countSchema, idSchema } from './shared-contracts.ts';

export const sourceSafetySchema = z.strictObject({
  replication_id: idSchema,
  read_at: instantSchema
    .nullable()
    .meta({ description: 'When the health check has read the log last. Null: not yet.' }),
  failure: z
    .strictObject({ message: z.string(), since: instantSchema })
    .nullable()
    .meta({ description: 'Why the log cannot be read now. The figures are those of `read_at`.' }),
  retained_bytes: countSchema.nullable().meta({
    description:
      'Bytes of log from where capture would go on to its end. PostgreSQL keeps them for it. Null: not known.',
  }),
  limit_bytes: countSchema.nullable().meta({
    description:
      'After so many bytes the source removes log that was not captured. Null: it has no such limit.',
  }),
  kept_ms: countSchema.nullable().meta({
    description: 'The source removes log that is older than this. Null: it does not.',
  }),
  bytes_per_minute: z.number().int().nullable().meta({
    description: 'How fast the kept log has grown within the last quarter of an hour. Null: not known yet.',
  }),
  minutes_to_loss: countSchema.nullable().meta({
    description:
      'Minutes until the source removes log that was not captured. Null: no limit, or nothing grows.',
  }),
  position: z.string().nullable().meta({ description: "The log's end." }),
  captured_position: z.string().nullable().meta({ description: 'Everything before it is in Kafka.' }),
  ahead_bytes: countSchema.nullable().meta({ description: 'Bytes of log that are not captured.' }),
  reader: z.strictObject({ is_reading: z.boolean(), since: instantSchema }).nullable().meta({
    description:
      'Whether a session reads the log for the capture: for PostgreSQL, whether the slot is active. Null: the source does not tell.',
  }),
  objects: z
    .array(z.strictObject({ kind: z.string(), name: z.string(), keeps_log: z.boolean() }))
    .meta({ description: 'What Millrace has created at the source and not removed.' }),
  open_transactions: z
    .array(z.string())
    .nullable()
    .meta({
      description:
        'Transactions that have written something and are open, the oldest first: the log is kept from where the oldest began. Null: ' +
        '`open_transactions_message` says why they are not told.',
    }),
  open_transactions_message: z.string().nullable(),
  warnings: z.array(z.string()).meta({ description: 'What should be changed at the source.' }),
});
