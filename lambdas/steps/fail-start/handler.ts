import { createAlertSink } from '#adapters/aws/alert-sink.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { unlessKeptBack } from '#core/alerts/unless-kept-back.ts';
import { stateEnvironmentSchema } from '#core/contracts/environment.ts';
import { failStartInputSchema, failStartOutputSchema } from '#core/contracts/steps.ts';
import { createStepHandler } from '../../shared/step-handler.ts';
import { failStart } from './fail-start.ts';

const { MILLRACE_ALERT_TOPIC_ARN: topicArn } = stateEnvironmentSchema.parse(process.env);
const topic = createAlertSink({ topicArn });

export const handler = createStepHandler({
  service: 'fail-start',
  inputSchema: failStartInputSchema,
  outputSchema: failStartOutputSchema,
  runOf: ({ run }) => run,
  perform: ({ input, store, log }) => {
    const ports = { store, clock: systemClock, log };
    return failStart(input, { ...ports, alerts: unlessKeptBack(topic, ports) });
  },
});
