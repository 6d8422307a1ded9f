import { z } from 'zod';
import { tableStateSchema } from '#core/contracts/copy.ts';
import {
  faultConditionSchema,
  healthHistoryMinutes,
  overallHealthSchema,
} from '#core/contracts/health-record.ts';
import { hopSchema } from '#core/contracts/hop.ts';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { incidentConditionSchema, severitySchema } from '#core/contracts/incident.ts';
import { desiredStateSchema, replicationStatusSchema } from '#core/contracts/replication.ts';
import { checkNames } from '#core/status/health-checks.ts';
import { pageAnswerShape, pageQueryShape } from './paging.ts';
import { queryNumber } from './query-number.ts';
import { countSchema, idSchema, pathIdSchema } from './shared-contracts.ts';

const msSchema = z.number().nonnegative();

/** Of the most likely cause. */
export const triesAgainAtSchema = instantSchema.nullable().meta({
  description:
    'When Millrace tries again by itself what has failed, to the next health check of a minute. Null: it does not.',
});

/** What the status says of each place that a change passes. */
export const hopAnswerSchema = z.strictObject({
  hop: hopSchema,
  fault: faultConditionSchema.nullable().meta({ description: 'What is at fault there; null: nothing.' }),
  lag_ms: msSchema.nullable().meta({
    description:
      'Age of the oldest change that has not passed it. Capture: from the log of the source into Kafka, a minute exact. ' +
      'Target: from Kafka into the tables. Null: not measured, or not known.',
  }),
  lag_bytes: countSchema.nullable().meta({ description: 'Bytes of log that capture has not passed.' }),
  lag_events: countSchema.nullable().meta({ description: 'Changes in Kafka that are not applied.' }),
});

const faultSchema = z.strictObject({
  condition: faultConditionSchema,
  hop: hopSchema,
  message: z.string(),
  since: instantSchema,
});

const checkSchema = z.strictObject({
  check: z.enum(checkNames),
  hop: hopSchema,
  title: z.string().meta({ description: 'What is so when it is ok.' }),
  state: z.enum(['ok', 'failing', 'unknown']).meta({
    description: '`unknown`: nobody has looked, or what was seen says nothing. It is never called ok.',
  }),
  unknown: z.string().nullable().meta({ description: 'Why it is unknown; null when it is not.' }),
  faults: z
    .array(
      z.strictObject({
        ...faultSchema.shape,
        doing: z.string(),
        tries_again_at: triesAgainAtSchema,
        advice: z.string(),
        call: z.string().nullable(),
        runbook: z.string(),
      }),
    )
    .meta({ description: 'What it has found, the most likely cause first.' }),
  looks_for: z
    .array(z.strictObject({ condition: faultConditionSchema, runbook: z.string() }))
    .meta({ description: 'What it would find, with the section about it.' }),
});

export const whyAnswerSchema = z.strictObject({
  replication_id: idSchema,
  overall: overallHealthSchema,
  sentence: z.string().meta({ description: 'What is the matter, where and for how long.' }),
  condition: faultConditionSchema
    .nullable()
    .meta({ description: 'The most likely cause; null: nothing is at fault.' }),
  hop: hopSchema.nullable().meta({ description: 'Where the fault is.' }),
  since: instantSchema,
  evidence: z
    .array(z.strictObject({ name: z.string(), value: z.union([z.string(), z.number()]) }))
    .meta({ description: 'What was measured.' }),
  doing: z.string().meta({ description: 'What Millrace does about it by itself.' }),
  tries_again_at: triesAgainAtSchema,
  advice: z.string().nullable().meta({ description: 'What an operator can do.' }),
  call: z.string().nullable().meta({ description: 'A call of this API that may end it.' }),
  runbook: z.string().nullable().meta({ description: 'The section about it, relative to the repository.' }),
  checks: z
    .array(checkSchema)
    .meta({ description: 'Everything that is looked at, in the order of the way of a change.' }),
  others: z.array(faultSchema).meta({ description: 'What else is at fault, perhaps because of it.' }),
  looked_ago_ms: msSchema.nullable().meta({
    description: 'Age of the last look at the source. This call makes none; null: there was none yet.',
  }),
  timestamp: instantSchema,
});

export const incidentsQuerySchema = z.strictObject({
  ...pageQueryShape,
  state: z.enum(['open', 'all']).default('open'),
  min_severity: severitySchema
    .optional()
    .meta({ description: 'Only those that are at least so urgent: info, warning, critical.' }),
  condition: incidentConditionSchema.optional().meta({ description: 'Only those of this condition.' }),
});

export const incidentAnswerSchema = z.strictObject({
  incident_id: z.string(),
  replication_id: idSchema,
  condition: incidentConditionSchema,
  severity: severitySchema,
  hop: hopSchema,
  state: z.enum(['open', 'closed']),
  message: z.string(),
  since: instantSchema,
  opened_at: instantSchema,
  updated_at: instantSchema,
  closed_at: instantSchema.nullable(),
  ending: z.string().nullable().meta({ description: 'How long it took, and what caught up.' }),
  shared_cause: z.string().nullable().meta({
    description: 'The same text at other incidents: they have one cause, and one alert.',
  }),
  told_at: instantSchema.nullable().meta({ description: 'When people were told of it; null: not yet.' }),
  mute: z
    .strictObject({
      mute_id: idSchema,
      until: instantSchema,
      reason: z.string(),
      created_by: z.string(),
    })
    .nullable()
    .meta({ description: 'Because of which nobody is told; null: it is not muted.' }),
  runbook: z.string(),
});

export const incidentsAnswerSchema = z.strictObject({
  incidents: z.array(incidentAnswerSchema).meta({ description: 'The newest first.' }),
  ...pageAnswerShape,
});

/** Half a day: a week has fourteen of them. */
const maxStepMinutes = 720;

export const historyQuerySchema = z.strictObject({
  minutes: queryNumber(1, healthHistoryMinutes)
    .default(60)
    .meta({ description: `How far back, at most ${healthHistoryMinutes}.` }),
  step_minutes: queryNumber(1, maxStepMinutes).default(1).meta({
    description: 'A point for so many minutes, for a long time; of each minute by default.',
  }),
});

export const historyAnswerSchema = z.strictObject({
  replication_id: idSchema,
  step_minutes: countSchema,
  points: z
    .array(
      z.strictObject({
        at: instantSchema,
        overall: overallHealthSchema,
        hop: hopSchema.nullable(),
        condition: faultConditionSchema.nullable(),
        capture_lag_ms: msSchema.nullable(),
        capture_lag_bytes: countSchema.nullable(),
        apply_lag_ms: msSchema.nullable(),
        apply_lag_events: countSchema.nullable(),
        source_retained_bytes: countSchema.nullable(),
        applied_events: countSchema
          .nullable()
          .meta({ description: 'Since the replication was created; null: the check could not look.' }),
        inserted_rows: countSchema.nullable().meta({ description: 'As `applied_events`, of inserts alone.' }),
        updated_rows: countSchema.nullable(),
        deleted_rows: countSchema.nullable(),
        dead_letter_rows: countSchema
          .nullable()
          .meta({ description: 'Rows that are known to differ from the source.' }),
        minutes: countSchema.meta({ description: 'How many minutes of the step were looked at.' }),
        faulty_minutes: countSchema.meta({ description: 'In how many of them it was degraded or failed.' }),
        capture_lag_p50_ms: msSchema.nullable().meta({ description: 'Over the minutes of the step.' }),
        capture_lag_p99_ms: msSchema.nullable(),
        apply_lag_p50_ms: msSchema.nullable(),
        apply_lag_p99_ms: msSchema.nullable(),
      }),
    )
    .meta({
      description:
        'One for each step, the oldest first; a step without a health check is missing. Health and cause are those of its worst ' +
        'minute, each other figure is the last that was known in it.',
    }),
});

export const fleetQuerySchema = z.strictObject({
  ...pageQueryShape,
  limit: pageQueryShape.limit.default(1_000),
  of_client: pathIdSchema.optional().meta({ description: 'Only those of this client.' }),
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Only those that have this in their name, whatever the case of its letters.' }),
  status: replicationStatusSchema.optional().meta({ description: 'Only those of this status.' }),
  overall: overallHealthSchema
    .optional()
    .meta({ description: 'Only those that the health check has found so.' }),
});

export const fleetAnswerSchema = z.strictObject({
  replications: z
    .array(
      z.strictObject({
        client_id: idSchema,
        client_name: z.string(),
        replication_id: idSchema,
        name: z.string(),
        source: z.string().meta({ description: 'The name of the source database.' }),
        target: z.string().meta({ description: 'The name of the target database.' }),
        source_database_id: idSchema,
        target_database_id: idSchema,
        status: replicationStatusSchema,
        desired: desiredStateSchema,
        status_since: instantSchema,
        last_error_message: z.string().nullable(),
        table_count: countSchema,
        health: z
          .strictObject({
            overall: overallHealthSchema,
            since: instantSchema,
            looked_at: instantSchema,
            condition: faultConditionSchema.nullable().meta({ description: 'The most likely cause.' }),
            hop: hopSchema.nullable(),
            tries_again_at: triesAgainAtSchema,
            dead_letter_rows: countSchema
              .nullable()
              .meta({ description: 'Rows that are known to differ from the source. Null: not counted yet.' }),
            source_retained_bytes: msSchema
              .nullable()
              .meta({ description: 'Bytes of log that the source keeps for it. Null: not known.' }),
            source_limit_bytes: msSchema.nullable().meta({
              description:
                'After so many the source removes log that was not captured. Null: no limit, or not known.',
            }),
            source_minutes_to_loss: msSchema
              .nullable()
              .meta({ description: 'Until then, if it grows on as now. Null: nothing is known to grow.' }),
            tables: z
              .record(tableStateSchema, countSchema)
              .meta({ description: 'How many tables are in each state.' }),
          })
          .nullable()
          .meta({
            description:
              'What the health check found last. It looks once a minute, so it may be older than the status. Null: it has not looked yet.',
          }),
      }),
    )
    .meta({ description: 'In the order of their numbers.' }),
  timestamp: instantSchema,
  ...pageAnswerShape,
});
