import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { failStartInputSchema, failStartOutputSchema } from '#core/contracts/steps.ts';
import { createStepHandler } from '../../shared/step-handler.ts';
import { failStart } from './fail-start.ts';

const { MILLRACE_ALERT_TOPIC_ARN: topicArn } = stateEnvironmentSchema.parse(process.env);
const alerts = createAlertSink({ topicArn });

export const handler = createStepHandler({
  service: 'fail-start',
  inputSchema: failStartInputSchema,
  outputSchema: failStartOutputSchema,
  runOf: ({ run }) => run,
  perform: ({ input, store, log }) => failStart(input, { store, alerts, clock: systemClock, log }),
});
