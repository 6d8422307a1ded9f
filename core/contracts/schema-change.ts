import { z } from 'zod';
import { instantSchema, tableRefSchema } from './identifiers.ts';
import { changeKindSchema } from './schema-policy.ts';

/**
 * waiting: the table is held before the change until a person decides. approved: a person has, and it is not done yet. applied: the
 * target has it. rejected: the table stays held. expired: the change is none any more, since another one has taken its place, or the
 * table was copied again or left out.
 */
export const schemaChangeStateSchema = z.enum(['waiting', 'approved', 'applied', 'rejected', 'expired']);
export type SchemaChangeState = z.infer<typeof schemaChangeStateSchema>;

/**
 * What approving does. follow: the target table is changed, exactly between the rows from before and from after it. truncate: the
 * target table is emptied at this place. resync: the table is copied again, since the log does not say what its rows became.
 */
export const schemaChangeWaySchema = z.enum(['follow', 'truncate', 'resync']);
export type SchemaChangeWay = z.infer<typeof schemaChangeWaySchema>;

const shapeOutlineSchema = z
  .strictObject({
    columns: z
      .array(
        z
          .strictObject({
            name: z.string(),
            /** As its database spells it. */
            type: z.string(),
            notNull: z.boolean(),
            isGenerated: z.boolean(),
          })
          .readonly(),
      )
      .readonly(),
    primaryKey: z.array(z.string()).readonly(),
  })
  .readonly();
/** What a person is shown of a table. */
export type ShapeOutline = z.infer<typeof shapeOutlineSchema>;

export const changeRiskSchema = z
  .strictObject({ level: z.enum(['low', 'medium', 'high']), message: z.string() })
  .readonly();
export type ChangeRisk = z.infer<typeof changeRiskSchema>;

/** What a column would hold no more after the change, for counting. */
export const columnLimitSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('null'), column: z.string() }).readonly(),
  z
    .strictObject({ kind: z.literal('length'), column: z.string(), max: z.number().int().nonnegative() })
    .readonly(),
  z
    .strictObject({ kind: z.literal('range'), column: z.string(), min: z.string(), max: z.string() })
    .readonly(),
]);
export type ColumnLimit = z.infer<typeof columnLimitSchema>;

/** Rows of the target that a column would not hold after the change. `rows` is absent where counting took too long. */
export const unfitRowsSchema = z
  .strictObject({
    column: z.string(),
    /** Completes "rows that ": `have NULL`, `are longer than 5 characters`. */
    what: z.string(),
    rows: z.number().int().nonnegative().exactOptional(),
  })
  .readonly();
export type UnfitRows = z.infer<typeof unfitRowsSchema>;

/** How a change was tried at the target. Nothing of it is left there. */
export const rehearsalSchema = z
  .strictObject({
    at: instantSchema,
    statements: z.array(z.string()).readonly(),
    /** rolled-back: on the table itself, in a transaction. empty-copy: on a copy of it without rows. counted: rows were only counted. */
    method: z.enum(['rolled-back', 'empty-copy', 'counted']),
    /** What keeps the change from being done; empty when nothing was found. */
    problems: z.array(z.string()).readonly(),
    /** Whether the server writes each row again. Absent where that is not known. */
    isRewritten: z.boolean().exactOptional(),
    /** What it locks, in words. */
    lock: z.string().exactOptional(),
    /** The target's own estimate. */
    estimatedRows: z.number().int().exactOptional(),
    unfit: z.array(unfitRowsSchema).readonly(),
    /** What else there is to know, as a sentence. */
    note: z.string().exactOptional(),
    durationMs: z.number().int().nonnegative(),
  })
  .readonly();
export type Rehearsal = z.infer<typeof rehearsalSchema>;

/** A change of a table at the source that a person has to decide on. */
export const schemaChangeSchema = z
  .strictObject({
    changeId: z.string(),
    /** Counts what has changed of it; a decision names the version that its person has seen. */
    version: z.number().int().positive(),
    /** The same for the same change of the same table, whichever consumer comes to it. */
    fingerprint: z.string(),
    source: tableRefSchema,
    target: tableRefSchema,
    state: schemaChangeStateSchema,
    way: schemaChangeWaySchema,
    kinds: z.array(changeKindSchema).readonly(),
    /** Completes "Table public.orders has changed at the source: ". */
    what: z.string(),
    before: shapeOutlineSchema.exactOptional(),
    after: shapeOutlineSchema.exactOptional(),
    /** Planned at the target, in their order. */
    statements: z.array(z.string()).readonly(),
    /** What a person wants in their place. */
    editedStatement: z.string().exactOptional(),
    /** Columns of the target that the source no longer has: an edited statement may drop them. */
    droppable: z.array(z.string()).readonly(),
    /** What new columns of the source hold no more, by the target's names. */
    limits: z.array(columnLimitSchema).readonly(),
    risk: changeRiskSchema,
    /** Exactly before the change; absent where the log has not come to it. */
    position: z
      .strictObject({ topic: z.string(), partition: z.number().int(), offset: z.string() })
      .readonly()
      .exactOptional(),
    /** What the source's catalog said of the table when the change was looked at, see `shapeDigest`. */
    catalogDigest: z.string().exactOptional(),
    /** How many changes the target had followed before it, see `KnownShape`. */
    shapeVersion: z.number().int().nonnegative(),
    /** When the copy ended that the table had then. */
    copiedAt: instantSchema.exactOptional(),
    detectedAt: instantSchema,
    updatedAt: instantSchema,
    decidedAt: instantSchema.exactOptional(),
    decidedBy: z.string().exactOptional(),
    reason: z.string().exactOptional(),
    /** Set when nothing is to be decided or done any more. */
    closedAt: instantSchema.exactOptional(),
    /** How it ended, or why a decision did not hold, as a sentence. */
    note: z.string().exactOptional(),
    rehearsal: rehearsalSchema.exactOptional(),
  })
  .readonly();
export type SchemaChange = z.infer<typeof schemaChangeSchema>;

/** Closed ones are kept as long as the activity that tells of them. */
export const schemaChangeRetentionDays = 90;

/** Its place in a list: text whose order is that of the detection. */
export const schemaChangeMoment = ({
  detectedAt,
  changeId,
}: Pick<SchemaChange, 'detectedAt' | 'changeId'>): string => `${detectedAt}#${changeId}`;

/** Whether something is still to be decided or done about it. */
export const isOpenChange = ({ closedAt }: Pick<SchemaChange, 'closedAt'>): boolean => closedAt === undefined;
