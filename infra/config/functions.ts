/**
 * What a function may do besides reading and writing the state table. Each right brings its environment variables and
 * its IAM statements; infra/constructs/function-rights.ts says which.
 */
export type FunctionRight =
  | 'read-credentials'
  | 'write-credentials'
  | 'manage-tokens'
  | 'reach-kafka'
  | 'manage-topics'
  | 'relay-rows'
  | 'reach-connect'
  | 'launch-tasks'
  | 'update-tasks'
  | 'stop-tasks'
  | 'watch-executions'
  | 'start-executions'
  | 'stop-executions'
  | 'publish-alerts'
  | 'read-logs'
  | 'know-quotas'
  | 'queue-alerts'
  | 'read-channels'
  | 'write-channels';

export interface FunctionDefinition {
  readonly timeoutSeconds: number;
  readonly memoryMib: number;
  readonly rights: readonly FunctionRight[];
}

/** CPU grows with memory. 512 MiB keeps cold starts short; 1769 MiB is one whole vCPU (Lambda developer guide, "Memory"). */
const smallMib = 512;
const oneVcpuMib = 1769;

/** The steps of start-replication: lambdas/steps/<name>/handler.ts. Only the state machine invokes them. */
export const startStepDefinitions = {
  'validate-replication': {
    timeoutSeconds: 180,
    memoryMib: smallMib,
    rights: ['read-credentials', 'reach-kafka', 'reach-connect', 'publish-alerts'],
  },
  'start-capture': {
    timeoutSeconds: 180,
    memoryMib: smallMib,
    rights: ['read-credentials', 'manage-topics', 'reach-connect', 'publish-alerts'],
  },
  'plan-copy': {
    timeoutSeconds: 300,
    memoryMib: smallMib,
    // It makes the topics of a copy through Kafka.
    rights: ['read-credentials', 'manage-topics', 'reach-connect', 'publish-alerts'],
  },
  'copy-small-tables': {
    timeoutSeconds: 900,
    memoryMib: oneVcpuMib,
    rights: ['read-credentials', 'relay-rows', 'publish-alerts'],
  },
  'finish-copy': {
    timeoutSeconds: 60,
    memoryMib: smallMib,
    rights: ['read-credentials', 'manage-topics', 'reach-connect'],
  },
  'start-consumer': { timeoutSeconds: 120, memoryMib: smallMib, rights: ['launch-tasks'] },
  'fail-start': { timeoutSeconds: 60, memoryMib: smallMib, rights: ['publish-alerts'] },
} as const satisfies Record<string, FunctionDefinition>;
export type StartStepName = keyof typeof startStepDefinitions;

/** The steps of all state machines. */
export const stepFunctionDefinitions = {
  ...startStepDefinitions,
  'change-tables': {
    timeoutSeconds: 180,
    memoryMib: smallMib,
    rights: ['read-credentials', 'manage-topics', 'reach-connect', 'launch-tasks', 'publish-alerts'],
  },
  'delete-replication': {
    timeoutSeconds: 120,
    memoryMib: smallMib,
    rights: [
      'read-credentials',
      'manage-topics',
      'reach-connect',
      'stop-tasks',
      'watch-executions',
      'stop-executions',
      'publish-alerts',
    ],
  },
} as const satisfies Record<string, FunctionDefinition>;
export type StepFunctionName = keyof typeof stepFunctionDefinitions;

/** Run on a schedule: lambdas/health/<name>/handler.ts. */
export const healthFunctionDefinitions = {
  'monitor-health': {
    timeoutSeconds: 60,
    memoryMib: smallMib,
    rights: [
      'read-credentials',
      'manage-topics',
      'reach-connect',
      'launch-tasks',
      'update-tasks',
      'watch-executions',
      'start-executions',
      'stop-executions',
      'publish-alerts',
      'queue-alerts',
      'know-quotas',
    ],
  },
  'check-heartbeats': {
    timeoutSeconds: 60,
    memoryMib: smallMib,
    rights: ['launch-tasks', 'publish-alerts'],
  },
} as const satisfies Record<string, FunctionDefinition>;
export type HealthFunctionName = keyof typeof healthFunctionDefinitions;
export const healthFunctionNames: readonly HealthFunctionName[] = ['monitor-health', 'check-heartbeats'];

export const apiFunctionDefinition = {
  // API Gateway itself gives up after 29 s.
  timeoutSeconds: 29,
  memoryMib: smallMib,
  rights: [
    'write-credentials',
    'manage-tokens',
    'manage-topics',
    'reach-connect',
    'launch-tasks',
    'watch-executions',
    'start-executions',
    'stop-executions',
    'read-logs',
    'queue-alerts',
    'know-quotas',
    'write-channels',
  ],
} as const satisfies FunctionDefinition;

/** Takes from the queue of alerts: lambdas/deliver-alerts/handler.ts. A receiver has 10 s to answer, and a batch goes out at once. */
export const deliverAlertsFunctionDefinition = {
  timeoutSeconds: 60,
  memoryMib: smallMib,
  rights: ['publish-alerts', 'queue-alerts', 'read-channels'],
} as const satisfies FunctionDefinition;

/**
 * Streams the log of a replication behind a URL of its own: lambdas/stream-logs/handler.ts. A reader whose connection is gone costs until the
 * time is over, so it is short, and clients come again.
 */
export const streamLogsFunctionDefinition = { timeoutSeconds: 300, memoryMib: smallMib } as const;

/** Reads tokens and the admin secret only: see infra/stacks/control-stack.ts. */
export const authorizeFunctionDefinition = {
  timeoutSeconds: 10,
  memoryMib: smallMib,
} as const;

/** Every function of the app. */
export const functionNames: readonly string[] = [
  ...Object.keys(stepFunctionDefinitions),
  ...healthFunctionNames,
  'deliver-alerts',
  'api',
  'authorize',
  'stream-logs',
];

/** The folder of a function's handler.ts, from the project's root. */
export const handlerFolder = (name: string): string => {
  if (Object.hasOwn(stepFunctionDefinitions, name)) return `lambdas/steps/${name}`;
  if (Object.hasOwn(healthFunctionDefinitions, name)) return `lambdas/health/${name}`;
  return `lambdas/${name}`;
};
