import { z } from 'zod';
import { hopSchema } from './hop.ts';
import { instantSchema, tableRefSchema } from './identifiers.ts';

/** Counted since the replication was created; they survive restarts of the consumer. */
export const appliedCountsSchema = z
  .strictObject({
    inserts: z.number().int().nonnegative(),
    updates: z.number().int().nonnegative(),
    deletes: z.number().int().nonnegative(),
    truncates: z.number().int().nonnegative(),
    duplicatesSkipped: z.number().int().nonnegative(),
  })
  .readonly();
export type AppliedCounts = z.infer<typeof appliedCountsSchema>;

export const consumerStateSchema = z.enum(['STARTING', 'RUNNING', 'RETRYING', 'STOPPED', 'ERROR']);
export type ConsumerState = z.infer<typeof consumerStateSchema>;

/** How many lagging topics a heartbeat lists, worst first: 100 of the longest names are 30 KB, written every few seconds. */
export const maxLaggingTopics = 100;

const topicLagSchema = z
  .strictObject({
    topic: z.string(),
    lagEvents: z.number().int().positive(),
    lagMs: z.number().nonnegative(),
  })
  .readonly();
export type TopicLag = z.infer<typeof topicLagSchema>;

/** How many tables with dead letters a heartbeat lists: 100 of the longest names are 15 KB. */
export const maxDeadLetterTables = 100;

const tableDeadLettersSchema = z
  .strictObject({ source: tableRefSchema, rows: z.number().int().positive() })
  .readonly();
export type TableDeadLetters = z.infer<typeof tableDeadLettersSchema>;

/** What a consumer says of itself, at least every `heartbeatIntervalMs`. One item for each replication. */
export const heartbeatSchema = z
  .strictObject({
    /** Names one launch of a consumer task; chosen by the launcher. */
    launchId: z.string(),
    taskArn: z.string().optional(),
    epoch: z.number().int().nonnegative(),
    state: consumerStateSchema,
    beatAt: instantSchema,
    startedAt: instantSchema,
    applied: appliedCountsSchema,
    /** Sum over partitions of (end offset - next offset). Absent, as are the other figures of the lag, while it is not known. */
    lagEvents: z.number().int().nonnegative().optional(),
    /** Age of the oldest change that is known and not applied, by the source's commit time; 0 when there is none. */
    lagMs: z.number().nonnegative().optional(),
    /** How old the reading of the topics' ends was at `beatAt`, which the figures of the lag rest on. */
    endsAgeMs: z.number().nonnegative().optional(),
    /** The topics that are behind, at most `maxLaggingTopics`; below that number all others have caught up. */
    laggingTopics: z.array(topicLagSchema).max(maxLaggingTopics).readonly().optional(),
    /** Why a consumer that runs does not know its lag, as a sentence. */
    lagUnknown: z.string().optional(),
    /** Source position of the newest applied change (PostgreSQL: LSN as text); absent before the first. */
    sourcePosition: z.string().optional(),
    lastAppliedAt: instantSchema.optional(),
    /** The tables that have rows which are known to differ, by the dead letters at the target; absent before they are read. */
    deadLetters: z.array(tableDeadLettersSchema).max(maxDeadLetterTables).readonly().optional(),
    /** Set while RETRYING and in ERROR. */
    errorCode: z.string().optional(),
    errorMessage: z.string().optional(),
    /** Where the fault is, and since when it is there. */
    errorHop: hopSchema.optional(),
    errorSince: instantSchema.optional(),
  })
  .readonly();
export type Heartbeat = z.infer<typeof heartbeatSchema>;

export const heartbeatIntervalMs = 30_000;
/** Four missed heartbeats. One late write must not restart a healthy consumer. */
export const heartbeatStaleAfterMs = 120_000;

/** Waits before the attempts 1 to 5 of a transient failure: 62 s in all, longer than a database failover usually takes. */
export const transientRetryDelaysMs = [2_000, 4_000, 8_000, 16_000, 32_000] as const;

/** The wait after those, for a consumer that goes on for as long as the fault lasts. */
const longestRetryPauseMs = 60_000;

/** How long a consumer waits after so many failures in a row, counted from 1. */
export const retryPauseMs = (failures: number): number =>
  transientRetryDelaysMs[failures - 1] ?? longestRetryPauseMs;
