import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createLog } from '#adapters/observability/log.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { type CheckRun, onlyRun } from '#core/health/check-round.ts';
import { prepareState } from '#core/lifecycle/prepare-state.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { MetricsPort, TotalsPort } from '#core/ports/metrics.ts';
import type { AlertSink } from '#core/ports/services.ts';
import type { StateStore } from '#core/ports/state-store.ts';

/** What each scheduled health check works with. */
export interface HealthContext {
  /** Names this invocation in leases. */
  readonly holder: string;
  readonly store: StateStore;
  readonly metrics: MetricsPort & TotalsPort;
  readonly alerts: AlertSink;
  readonly log: Log;
  readonly logFor: (replication: Replication) => Log;
}

/** What a schedule sends, see infra/constructs/health-schedules.ts. An event without it is that of the only run. */
const eventSchema = z.object({
  run: z
    .strictObject({ index: z.number().int().nonnegative(), count: z.number().int().positive() })
    .default(onlyRun),
});

/**
 * The frame of a scheduled health check. EventBridge Scheduler may deliver an event twice or late; a check looks at the
 * state as it is, so that neither matters.
 */
export const createHealthHandler = <Output>(
  service: string,
  check: (context: HealthContext, run: CheckRun) => Promise<Output>,
): ((event: unknown, context: Context) => Promise<Output>) => {
  const environment = stateEnvironmentSchema.parse(process.env);
  const store = createStateStore({ tableName: environment.MILLRACE_STATE_TABLE, batched: true });
  const metrics = createMetrics({ environment: environment.MILLRACE_ENVIRONMENT });
  const topic = createAlertSink({ topicArn: environment.MILLRACE_ALERT_TOPIC_ARN });
  let prepared: Promise<void> | undefined;
  return async (event, { awsRequestId }) => {
    const log = createLog({ service });
    // The first ones that run after a deployment, so they bring the state to the version of the code.
    prepared ??= prepareState(store);
    await prepared.catch((error: unknown) => {
      prepared = undefined;
      throw error;
    });
    return check(
      {
        holder: `${service}:${awsRequestId}`,
        store,
        metrics,
        alerts: unlessKeptBack(topic, { store, clock: systemClock, log }),
        log,
        logFor: ({ connectorName, replicationId }) =>
          createLog({ service, connectorName, fields: { replication: replicationId } }),
      },
      eventSchema.parse(event ?? {}).run,
    );
  };
};
