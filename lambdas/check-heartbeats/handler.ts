import { systemClock } from '#adapters/clock/system-clock.ts';
import { createHealthHandler } from '#adapters/lambda/health-handler.ts';
import { taskService } from '#adapters/lambda/services.ts';
import { checkHeartbeats } from './check-heartbeats.ts';

const tasks = taskService();

export const handler = createHealthHandler('check-heartbeats', (context) =>
  checkHeartbeats(context.holder, { ...context, tasks, clock: systemClock }),
);
