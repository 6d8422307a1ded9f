import { systemClock } from '#adapters/clock/system-clock.ts';
import { runSchema, startConsumerOutputSchema } from '#core/contracts/steps.ts';
import { taskService } from '../../shared/services.ts';
import { createStepHandler } from '../../shared/step-handler.ts';
import { startConsumer } from './start-consumer.ts';

const tasks = taskService();

export const handler = createStepHandler({
  service: 'start-consumer',
  inputSchema: runSchema,
  outputSchema: startConsumerOutputSchema,
  runOf: (run) => run,
  perform: ({ run, store, log }) => startConsumer(run, { store, tasks, clock: systemClock, log }),
});
