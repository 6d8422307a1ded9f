import { z } from 'zod';
import { createLog } from '#adapters/observability/log.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { runConsumerTask } from './consumer/consumer-task.ts';
import { runCopyWorker } from './copy/copy-worker.ts';
import { exitCodes } from './exit-codes.ts';
import { runPoolTask } from './pool/pool-task.ts';

/** The one entry point of the image: MILLRACE_ROLE says what this task is. */
const runTask = async (variables: NodeJS.ProcessEnv): Promise<number> => {
  const role = z.enum(['consumer', 'copy-worker', 'pool']).parse(variables.MILLRACE_ROLE);
  switch (role) {
    case 'consumer':
      return runConsumerTask(variables);
    case 'copy-worker':
      return runCopyWorker(variables);
    case 'pool':
      return runPoolTask(variables);
  }
};

try {
  process.exitCode = await runTask(process.env);
} catch (cause) {
  const log = createLog({ service: process.env.MILLRACE_ROLE ?? 'container' });
  if (cause instanceof z.ZodError) {
    log.error(`The environment variables are not as expected: ${z.prettifyError(cause)}`);
    process.exitCode = exitCodes.badEnvironment;
  } else {
    const error = toMillraceError(cause);
    log.error(`The task crashed: ${error.message}`, { error });
    process.exitCode = exitCodes.crashed;
  }
}

/** A connection that does not close must not keep a finished task alive; by now everything worth saying is written. */
const lingerMs = 5_000;
setTimeout(() => process.exit(), lingerMs).unref();
