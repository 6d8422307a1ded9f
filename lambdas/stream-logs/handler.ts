import { createLogReader } from '#adapters/aws/log-reader.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createLog } from '#adapters/observability/log.ts';
import { logsEnvironmentSchema } from '#core/contracts/environment.ts';
import { openAuthorizer } from '../authorize/open-authorizer.ts';
import { logGroupsOf } from '../shared/log-groups.ts';
import { createStreamHandler, type LambdaStreaming } from './lambda-stream.ts';

declare const awslambda: LambdaStreaming;

const log = createLog({ service: 'stream-logs' });
const { environment, authorize } = openAuthorizer(log);

export const handler = createStreamHandler(awslambda, {
  authorize,
  api: {
    store: createStateStore({ tableName: environment.MILLRACE_STATE_TABLE }),
    logs: createLogReader({ groups: logGroupsOf(logsEnvironmentSchema.parse(process.env)) }),
    clock: systemClock,
  },
  clock: systemClock,
  log,
});
