import { z } from 'zod';
import { clientIdSchema, replicationIdSchema } from './identifiers.ts';
import { replicationStatusSchema } from './replication.ts';

/** Names one start of one replication. The input of `start-replication` and of each of its Lambdas. */
export const runSchema = z.strictObject({
  clientId: clientIdSchema,
  replicationId: replicationIdSchema,
  generation: z.number().int().positive(),
  forceResync: z.boolean(),
  /** How long the start waits for transactions that are open at the source; `defaultTransactionWaitSeconds` when absent. */
  transactionWaitSeconds: z.number().int().nonnegative().exactOptional(),
  /** Connector and tasks are restarted before their streaming is proven. */
  restartConnector: z.boolean().exactOptional(),
});
export type Run = z.infer<typeof runSchema>;

/** Longer than the reports and batches of most applications, and short enough for a person who watches the start. */
export const defaultTransactionWaitSeconds = 600;
/** A day, half of what a whole start may take. */
export const maxTransactionWaitSeconds = 86_400;

/** `start-replication` executions of one replication have one name per generation: a second start is the same start. */
export const executionName = (run: Pick<Run, 'replicationId' | 'generation'>): string =>
  `replication-${run.replicationId}-start-${run.generation}`;

/** The input of `change-tables`. The generation is that of the start under which the replication runs. */
export const tableChangeRunSchema = z.strictObject({
  run: runSchema,
  version: z.number().int().positive(),
});
export type TableChangeRun = z.infer<typeof tableChangeRunSchema>;

export const tableChangeExecutionName = ({ run, version }: TableChangeRun): string =>
  `replication-${run.replicationId}-tables-${version}`;

/** What the Lambda change-tables is called with, by what it is to do. */
export const changeTablesInputSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('prepare'), ...tableChangeRunSchema.shape }),
  z.strictObject({ action: z.literal('finish'), ...tableChangeRunSchema.shape }),
  z.strictObject({
    action: z.literal('fail'),
    ...tableChangeRunSchema.shape,
    failure: z.looseObject({ Error: z.string(), Cause: z.string().optional() }),
  }),
]);
export type ChangeTablesInput = z.infer<typeof changeTablesInputSchema>;

/** What `prepare` returns. Tables are copied only while the replication is active. */
export const prepareTablesOutputSchema = z.strictObject({ isActive: z.boolean() });
export type PrepareTablesOutput = z.infer<typeof prepareTablesOutputSchema>;

/*
 * What the steps get and give is of one size, however many tables a replication has: the state of an execution may have
 * 256 KiB. A step that cannot do all in the time of its Lambda says so, and the state machine calls it again.
 */

/** What validate-replication gets: with which table it goes on, counted from 0. */
export const validateInputSchema = z.strictObject({
  run: runSchema,
  fromTable: z.number().int().nonnegative(),
});

/** What validate-replication returns; problems are thrown as ValidationFailed instead. */
export const validateOutputSchema = z.strictObject({
  isDone: z.boolean(),
  nextTable: z.number().int().nonnegative(),
});
export type ValidateOutput = z.infer<typeof validateOutputSchema>;

/**
 * What start-capture returns. Ready: the connector streams, at `position`. Otherwise open transactions at the source are in the
 * way, and the state machine calls again.
 */
export const captureOutputSchema = z.strictObject({
  isReady: z.boolean(),
  connectorName: z.string(),
  position: z.string().nullable(),
});
export type CaptureOutput = z.infer<typeof captureOutputSchema>;

/** One of the Lambdas that copy small tables side by side: core/copy/lanes.ts. */
const laneSchema = z.strictObject({
  run: runSchema,
  lane: z.number().int().nonnegative(),
  lanes: z.number().int().positive(),
});

/** What plan-copy returns; `lanes` is empty when no small table is to be copied. */
export const planCopyOutputSchema = z.strictObject({
  isDone: z.boolean(),
  lanes: z.array(laneSchema),
  hasFargateTables: z.boolean(),
});
export type PlanCopyOutput = z.infer<typeof planCopyOutputSchema>;

export const copySmallTablesInputSchema = laneSchema;
export const copySmallTablesOutputSchema = z.strictObject({ rows: z.number().int(), isDone: z.boolean() });

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
