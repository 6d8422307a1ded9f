import type { z } from 'zod';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createLog } from '#adapters/observability/log.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { Run } from '#core/contracts/steps.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { MetricsPort } from '#core/ports/metrics.ts';
import type { StateStore } from '#core/ports/state-store.ts';

/** What each step of start-replication works with. */
export interface StepContext<Input> {
  readonly input: Input;
  readonly run: Run;
  readonly replication: Replication;
  readonly store: StateStore;
  readonly metrics: MetricsPort;
  readonly log: Log;
  /** How much of the Lambda's time is left. */
  readonly remainingMs: () => number;
}

/** What Lambda tells a function of its invocation. */
interface Invocation {
  readonly getRemainingTimeInMillis: () => number;
}

export interface StepOptions<Input, Output> {
  /** The Lambda's folder name. */
  readonly service: string;
  readonly inputSchema: z.ZodType<Input>;
  readonly outputSchema: z.ZodType<Output>;
  readonly runOf: (input: Input) => Run;
  readonly perform: (context: StepContext<Input>) => Promise<Output>;
}

/**
 * The frame of a step's Lambda: parses input and output, looks the replication up, and logs, counts and rethrows a failure.
 * The error that reaches Step Functions is a MillraceError: its name is the code that Retry matches, its message is
 * what fail-start tells people.
 */
export const createStepHandler = <Input, Output>({
  service,
  inputSchema,
  outputSchema,
  runOf,
  perform,
}: StepOptions<Input, Output>): ((event: unknown, invocation: Invocation) => Promise<Output>) => {
  const environment = stateEnvironmentSchema.parse(process.env);
  const store = createStateStore({ tableName: environment.MILLRACE_STATE_TABLE });
  const metrics = createMetrics({ environment: environment.MILLRACE_ENVIRONMENT });

  return async (event, invocation) => {
    const input = inputSchema.parse(event);
    const run = runOf(input);
    const replication = await store.getReplication(run.clientId, run.replicationId);
    const { connectorName } = replication;
    const log = createLog({
      service,
      connectorName,
      fields: { replication: run.replicationId, generation: run.generation },
    });
    try {
      return outputSchema.parse(
        await perform({
          ...{ input, run, replication, store, metrics, log },
          remainingMs: () => invocation.getRemainingTimeInMillis(),
        }),
      );
    } catch (cause) {
      const error = toMillraceError(cause);
      metrics.countError(connectorName, error.code);
      log.error(`${service} failed: ${error.message}`, { error });
      throw error;
    }
  };
};
