import { z } from 'zod';
import { instantSchema, tableRefSchema } from './identifiers.ts';

/** Key column values in the canonical text of the codec, in key order. */
const boundSchema = z.array(z.string()).min(1).readonly();

/**
 * A primary-key range of one table, or of one of its partitions: `after` is exclusive, `upTo` inclusive, absent means unbounded.
 */
export const chunkSchema = z
  .strictObject({
    chunkNumber: z.number().int().nonnegative(),
    partition: tableRefSchema.optional(),
    after: boundSchema.optional(),
    upTo: boundSchema.optional(),
  })
  .readonly();
export type Chunk = z.infer<typeof chunkSchema>;

/**
 * pending: planned, nothing copied. copying: some chunks are done. catching-up: copied, the consumer has not yet
 * passed the position at which the copy ended. live: it has. skipped: the target table had rows that are not ours,
 * so it is neither copied nor applied. held: it waits, because its next change cannot be applied without a wrong row, or because a
 * start found the table unfit; the others go on.
 */
export const tableStateSchema = z.enum(['pending', 'copying', 'catching-up', 'live', 'skipped', 'held']);
export type TableState = z.infer<typeof tableStateSchema>;

/**
 * What ends the wait of a held table. start: the next consumer tries again from the checkpoint. fit: the next start that finds it
 * fit does. copy: only a new copy, since changes of it are not captured, or its copy was not complete.
 */
export const heldUntilSchema = z.enum(['start', 'fit', 'copy']);
export type HeldUntil = z.infer<typeof heldUntilSchema>;

/** Progress of one table, as stored. Rates and percentages are derived from it. */
export const tableProgressSchema = z
  .strictObject({
    source: tableRefSchema,
    target: tableRefSchema,
    /** The start whose copy this is. */
    generation: z.number().int().positive(),
    /** Which of its mappings the table is copied by (`revision` of the mapping); 1 when absent. */
    mappingRevision: z.number().int().min(2).exactOptional(),
    state: tableStateSchema,
    estimatedRows: z.number().int().nonnegative(),
    estimatedBytes: z.number().int().nonnegative(),
    chunks: z.number().int().nonnegative(),
    chunksDone: z.number().int().nonnegative(),
    rowsCopied: z.number().int().nonnegative(),
    bytesCopied: z.number().int().nonnegative(),
    runsOn: z.enum(['lambda', 'fargate']),
    /** The unique index that serves as the key, where the source table has no primary key, or the log names rows by another index. */
    keyIndex: z.string().exactOptional(),
    startedAt: instantSchema.optional(),
    finishedAt: instantSchema.optional(),
    /** Position of the source's log, as its dialect formats it (PostgreSQL: `16/B374D848`), at or after the copy's end. */
    copyEndPosition: z.string().optional(),
    /** Why the table is skipped or held. */
    message: z.string().optional(),
    heldSince: instantSchema.optional(),
    /** Of a held table: the change that a person has to decide on; empty or absent when there is none. */
    waitingChange: z.string().exactOptional(),
    /** Of a held table; `start` when absent. */
    heldUntil: heldUntilSchema.optional(),
    /** The chunk that took longest of those that are recorded. Absent before the first. */
    slowestChunk: z.number().int().nonnegative().exactOptional(),
    slowestChunkMs: z.number().nonnegative().exactOptional(),
    /** What the consumer has applied of the table's changes. Absent before it has said so, and where tables share a topic. */
    inserts: z.number().int().nonnegative().exactOptional(),
    updates: z.number().int().nonnegative().exactOptional(),
    deletes: z.number().int().nonnegative().exactOptional(),
    /** When the last of them was applied. */
    lastChangeAt: instantSchema.exactOptional(),
  })
  .readonly();
export type TableProgress = z.infer<typeof tableProgressSchema>;

/** What the consumer has applied of one table since the replication has it. */
export type TableCounts = Required<Pick<TableProgress, 'inserts' | 'updates' | 'deletes'>> &
  Pick<TableProgress, 'lastChangeAt'>;

export const finishedChunkSchema = z
  .strictObject({
    chunkNumber: z.number().int().nonnegative(),
    rows: z.number().int().nonnegative(),
    bytes: z.number().int().nonnegative(),
    durationMs: z.number().nonnegative(),
    finishedAt: instantSchema,
  })
  .readonly();
export type FinishedChunk = z.infer<typeof finishedChunkSchema>;

/** Tables up to this many estimated rows are copied by Lambda (its limit is 15 minutes), bigger ones by Fargate. */
export const lambdaCopyMaxRows = 100_000;

/**
 * A chunk's intended size in a big table. 32 MiB takes about a second at the rates measured for one COPY pipe (25 MB/s), so
 * a killed worker loses about a second of work, while the cost of a transaction and of a state write stays below 2 %.
 */
export const chunkTargetBytes = 32 * 1024 * 1024;

/**
 * A table has so many chunks at least, unless they would be smaller than `chunkMinBytes`: pipes that copy chunks side by
 * side then end at about the same time, where of four chunks the last would often be copied alone.
 */
export const chunksForBalance = 16;
export const chunkMinBytes = 4 * 1024 * 1024;

/** How many values became NULL, by the target's names of their columns. */
export type NulledValues = ReadonlyMap<string, number>;
