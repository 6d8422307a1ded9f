import { z } from 'zod';
import { tableStateSchema } from './copy.ts';
import { hopSchema } from './hop.ts';
import { instantSchema } from './identifiers.ts';

/** What can keep a replication from being healthy. Each has a section of docs/runbook/health.md. */
export const faultConditionSchema = z.enum([
  'replication-failed',
  'needs-resync',
  'deletion-blocked',
  'ending-stuck',
  'pause-running-out',
  'credentials-refused',
  'source-unreachable',
  'source-unreadable',
  'source-not-watched',
  'connect-silent',
  'connector-missing',
  'connector-failed',
  'connector-paused',
  'connector-not-running',
  'capture-not-reading',
  'capture-stalled',
  'capture-behind',
  'capture-unknown',
  'source-log-limit',
  'consumer-retrying',
  'consumer-ended',
  'consumer-silent',
  'consumer-starting',
  'lag-unknown',
  'target-behind',
  'dead-letters',
  'table-held',
  'schema-change-waiting',
  'table-skipped',
  'table-change-failed',
  'new-tables',
  'check-failed',
]);
export type FaultCondition = z.infer<typeof faultConditionSchema>;

export const overallHealthSchema = z.enum(['healthy', 'degraded', 'failed', 'starting', 'paused', 'stopped']);

/**
 * `healthy`: capture and consumer run and come on, by a look at the source's own log. `degraded`: changes may be late, or a
 * table is left out; Millrace is on it or a person should look. `failed`: nothing is replicated until a person acts.
 * `starting`, `paused` and `stopped`: as the user asked.
 */
export type OverallHealth = z.infer<typeof overallHealthSchema>;

/** Faults beyond these are in the status, and not kept. */
export const maxRecordedFaults = 20;

const recordedFaultSchema = z
  .strictObject({
    condition: faultConditionSchema,
    hop: hopSchema,
    since: instantSchema,
    /** When it is tried again by itself; absent when it is not. */
    triesAgainAt: instantSchema.exactOptional(),
  })
  .readonly();

const countSchema = z.number().int().nonnegative();
const amountSchema = z.number().nonnegative();

/** What the health check measured last. Figures that were not known are absent. */
const healthFiguresSchema = z
  .strictObject({
    captureLagMs: amountSchema.optional(),
    captureLagBytes: amountSchema.optional(),
    retainedBytes: amountSchema.optional(),
    /** After so many bytes the source removes log although it was not captured; absent where it has no such limit. */
    logLimitBytes: amountSchema.optional(),
    /** Until the source removes log that was not captured; absent where nothing is known to grow. */
    minutesToFull: amountSchema.optional(),
    /** Since the consumer was last heard of. */
    heartbeatAgeMs: amountSchema.optional(),
    /** Rows that are known to differ from the source, by the consumer's last heartbeat that counted them. */
    deadLetterRows: countSchema.optional(),
    /** How many tables are in each state. */
    tables: z.partialRecord(tableStateSchema, countSchema),
  })
  .readonly();

/** What the health check found last, so that later answers can say since when it is so. */
export const healthRecordSchema = z
  .strictObject({
    at: instantSchema,
    overall: overallHealthSchema,
    /** Since when it is what `overall` says. */
    since: instantSchema,
    faults: z.array(recordedFaultSchema).max(maxRecordedFaults).readonly(),
    /** Absent in records that an older version has written. */
    figures: healthFiguresSchema.optional(),
    /** Copies of tables that have become an incident `copy-done` or `resync-done`. Absent: nothing was looked at for it yet. */
    copiesTold: z
      .strictObject({
        /** Copies that ended by then. */
        upTo: instantSchema,
        /** How many tables had a complete copy. */
        tables: z.number().int().nonnegative(),
      })
      .readonly()
      .exactOptional(),
  })
  .readonly();
export type HealthRecord = z.infer<typeof healthRecordSchema>;

/** 7 days at one-minute steps. */
export const healthHistoryMinutes = 7 * 24 * 60;

/** A replication at one minute. Figures that were not known are absent. */
export const healthPointSchema = z
  .strictObject({
    at: instantSchema,
    overall: overallHealthSchema,
    hop: hopSchema.optional(),
    condition: faultConditionSchema.optional(),
    captureLagMs: z.number().nonnegative().optional(),
    captureLagBytes: z.number().nonnegative().optional(),
    applyLagMs: z.number().nonnegative().optional(),
    applyLagEvents: z.number().int().nonnegative().optional(),
    retainedBytes: z.number().nonnegative().optional(),
    /** Changes applied since the replication was created, and of these by what they do; absent in points of an older version. */
    appliedEvents: z.number().int().nonnegative().optional(),
    inserts: countSchema.optional(),
    updates: countSchema.optional(),
    deletes: countSchema.optional(),
    /** Rows that are known to differ from the source. */
    deadLetterRows: countSchema.optional(),
  })
  .readonly();
export type HealthPoint = z.infer<typeof healthPointSchema>;
