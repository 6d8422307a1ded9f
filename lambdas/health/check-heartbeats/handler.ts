import { systemClock } from '#adapters/clock/system-clock.ts';
import { taskService } from '../../shared/services.ts';
import { createHealthHandler } from '../health-handler.ts';
import { checkHeartbeats } from './check-heartbeats.ts';

const tasks = taskService({ batched: true });

export const handler = createHealthHandler('check-heartbeats', (context, run) =>
  checkHeartbeats(context.holder, { ...context, tasks, clock: systemClock }, run),
);
