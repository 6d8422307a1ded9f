import { createHash } from 'node:crypto';
import {
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import DataLoader from 'dataloader';
import type { z } from 'zod';
import type { taskEnvironmentSchema, taskRunnerEnvironmentSchema } from '#core/contracts/environment.ts';
import type { TaskSize } from '#core/contracts/task-size.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { PoolTaskRunner, TaskObservation, TaskRunner } from '#core/ports/services.ts';
import { isElsewhere } from './own-region.ts';
import { awsClientDefaults, awsErrorName, toServiceError } from './service-errors.ts';

/** What one call of RunTask launches. */
interface Launch {
  readonly variables: z.infer<typeof taskEnvironmentSchema>;
  readonly size?: TaskSize;
  /** The same token launches one task, however often it is sent. */
  readonly token: string;
  readonly startedBy: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

export interface TaskRunnerOptions {
  readonly environment: z.infer<typeof taskRunnerEnvironmentSchema>;
  readonly client?: ECSClient;
}

/** ECS takes at most 64 characters from a smaller alphabet than ours; a hash has both. */
const clientToken = (launchId: string): string => createHash('sha256').update(launchId).digest('hex');

/** ECS's limit for one DescribeTasks. */
const tasksPerCall = 100;
/** How long a question waits for others that go with it. */
const gatherMs = 5;

/** ECS keeps at most 1,024 characters of a stop reason, SDK models say 255 for some regions. */
const reasonMaxLength = 255;

const asOverrides = (variables: z.infer<typeof taskEnvironmentSchema>) =>
  Object.entries(variables).map(([name, value]) => ({ name, value: String(value) }));

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const createTaskRunner = ({
  environment,
  client = new ECSClient(awsClientDefaults),
}: TaskRunnerOptions): TaskRunner & PoolTaskRunner => {
  const cluster = environment.MILLRACE_CLUSTER;

  const observe = (task: Task): TaskObservation => {
    const exitCode = task.containers?.find(
      (container) => container.name === environment.MILLRACE_TASK_CONTAINER,
    )?.exitCode;
    return {
      lastStatus: task.lastStatus ?? 'UNKNOWN',
      ...(task.taskDefinitionArn === undefined ? {} : { taskDefinition: task.taskDefinitionArn }),
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    };
  };

  /** Tasks that are asked for within some milliseconds are described by one call. */
  const tasks = new DataLoader<string, TaskObservation | undefined>(
    async (arns) => {
      const asked = [...new Set(arns)];
      const what = asked.length === 1 ? `task ${asked[0]}` : `${asked.length} tasks`;
      try {
        const found = await client.send(new DescribeTasksCommand({ cluster, tasks: asked }));
        const byArn = new Map((found.tasks ?? []).map((task) => [task.taskArn, observe(task)]));
        return arns.map((arn) => byArn.get(arn));
      } catch (error) {
        throw toServiceError(error, 'ECS', `describe ${what}`);
      }
    },
    {
      cache: false,
      maxBatchSize: tasksPerCall,
      batchScheduleFn: (send) => void setTimeout(send, gatherMs),
    },
  );

  const run = async (
    what: string,
    { variables, size, token, startedBy, facts }: Launch,
  ): Promise<{ readonly taskArn: string; readonly taskDefinition?: string }> => {
    try {
      const { tasks: launched = [], failures = [] } = await client.send(
        new RunTaskCommand({
          cluster,
          taskDefinition: environment.MILLRACE_TASK_DEFINITION,
          launchType: 'FARGATE',
          count: 1,
          clientToken: clientToken(token),
          startedBy,
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: listOf(environment.MILLRACE_SUBNETS),
              securityGroups: listOf(environment.MILLRACE_SECURITY_GROUPS),
              assignPublicIp: 'DISABLED',
            },
          },
          overrides: {
            ...(size !== undefined && { cpu: String(size.cpu), memory: String(size.memoryMib) }),
            containerOverrides: [
              { name: environment.MILLRACE_TASK_CONTAINER, environment: asOverrides(variables) },
            ],
          },
        }),
      );
      const [task] = launched;
      if (task?.taskArn !== undefined)
        return {
          taskArn: task.taskArn,
          ...(task.taskDefinitionArn !== undefined && { taskDefinition: task.taskDefinitionArn }),
        };
      const reasons = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': '));
      throw new MillraceError(
        'TaskLaunchFailed',
        `ECS launched no task for ${what}: ${reasons.join('; ') || 'it gave no reason'}.`,
        { facts },
      );
    } catch (error) {
      if (error instanceof MillraceError) throw error;
      throw new MillraceError(
        'TaskLaunchFailed',
        `ECS could not launch ${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
        { cause: error, facts },
      );
    }
  };

  return {
    runConsumer: async ({ clientId, replicationId, launchId, size }) => {
      const { taskArn } = await run(`consumer ${launchId} of replication ${replicationId}`, {
        variables: {
          MILLRACE_ROLE: 'consumer',
          MILLRACE_CLIENT_ID: clientId,
          MILLRACE_REPLICATION_ID: replicationId,
          MILLRACE_LAUNCH_ID: launchId,
          ...(size !== undefined && { MILLRACE_TASK_MEMORY_MIB: size.memoryMib }),
        },
        ...(size !== undefined && { size }),
        token: launchId,
        startedBy: `replication-${replicationId}`,
        facts: { replicationId, launchId },
      });
      return taskArn;
    },

    runPoolTask: (poolTaskId) =>
      run(`pool task ${poolTaskId}`, {
        variables: { MILLRACE_ROLE: 'pool', MILLRACE_POOL_TASK_ID: poolTaskId },
        // Numbers are never handed out twice within an environment, which has a cluster of its own.
        token: `pool-${poolTaskId}`,
        startedBy: `pool-${poolTaskId}`,
        facts: { poolTaskId },
      }),

    stopTask: async (taskArn, reason) => {
      if (isElsewhere(taskArn)) return;
      try {
        await client.send(
          new StopTaskCommand({ cluster, task: taskArn, reason: reason.slice(0, reasonMaxLength) }),
        );
      } catch (error) {
        // ECS forgets a task an hour after it stopped and then calls its ARN invalid.
        if (awsErrorName(error) === 'InvalidParameterException') return;
        throw toServiceError(error, 'ECS', `stop task ${taskArn}`);
      }
    },

    // A task of a region that was lost is fenced at the target by what is launched here.
    describeTask: async (taskArn) => (isElsewhere(taskArn) ? undefined : tasks.load(taskArn)),
  };
};
