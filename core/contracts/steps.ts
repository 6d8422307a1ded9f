import { z } from 'zod';
import { clientIdSchema, replicationIdSchema, tableRefSchema } from './identifiers.ts';
import { replicationStatusSchema } from './replication.ts';

/** Names one start of one replication. The input of `start-replication` and of each of its Lambdas. */
export const runSchema = z.strictObject({
  clientId: clientIdSchema,
  replicationId: replicationIdSchema,
  generation: z.number().int().positive(),
  forceResync: z.boolean(),
});
export type Run = z.infer<typeof runSchema>;

/** `start-replication` executions of one replication have one name per generation: a second start is the same start. */
export const executionName = (run: Pick<Run, 'replicationId' | 'generation'>): string =>
  `replication-${run.replicationId}-start-${run.generation}`;

/** What validate-replication returns; problems are thrown as ValidationFailed instead. */
export const validateOutputSchema = z.strictObject({ tables: z.number().int() });

/** What start-capture returns once the connector streams. */
export const captureOutputSchema = z.strictObject({ connectorName: z.string(), position: z.string() });
export type CaptureOutput = z.infer<typeof captureOutputSchema>;

const plannedTableSchema = z.strictObject({ run: runSchema, table: tableRefSchema });

/** What plan-copy returns: both lists may be empty; `table` is the source table. */
export const planCopyOutputSchema = z.strictObject({
  lambdaTables: z.array(plannedTableSchema),
  hasFargateTables: z.boolean(),
  fargateTables: z.number().int(),
});
export type PlanCopyOutput = z.infer<typeof planCopyOutputSchema>;

export const copyTableInputSchema = plannedTableSchema;
export const copyTableOutputSchema = z.strictObject({ table: z.string(), rows: z.number().int() });

/** What finish-copy returns: how many tables are waiting for their changes now. */
export const finishCopyOutputSchema = z.strictObject({ tables: z.number().int() });

/** What start-consumer returns once the consumer reports. */
export const startConsumerOutputSchema = z.strictObject({ launchId: z.string() });
export type StartConsumerOutput = z.infer<typeof startConsumerOutputSchema>;

/** What fail-start returns: the state in which it left the replication. */
export const failStartOutputSchema = z.strictObject({ status: replicationStatusSchema });

/** The end of a failed start: `error` and `cause` as Step Functions hands them to a Catch. */
export const failStartInputSchema = z.strictObject({
  run: runSchema,
  step: z.enum(['Validate', 'Capture', 'Copy', 'Consume']),
  failure: z.looseObject({ Error: z.string(), Cause: z.string().optional() }),
});

export const stepNumbers = { Validate: 1, Capture: 2, Copy: 3, Consume: 4 } as const;
export type StepName = keyof typeof stepNumbers;
/** For people who grep: `STEP 2/4`. */
export const stepLabel = (step: StepName): string => `STEP ${stepNumbers[step]}/4`;
