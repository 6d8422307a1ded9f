import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Effect, type IRole, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { KafkaSecurity } from '#core/contracts/environment.ts';
import type { KafkaRole } from '#core/contracts/kafka-rights.ts';
import type { StateMachineName } from '#core/ports/services.ts';
import type { FunctionRight } from '../config/functions.ts';
import { type Acknowledgement, acknowledge, arnInFinding, wildcardResource } from './acknowledgements.ts';
import { kafkaRights } from './kafka-rights.ts';
import { connectLogGroup, logGroupNames } from './log-groups.ts';
import { type MillraceStack, stateTableIndex, stateTableKeysIndex } from './millrace-stack.ts';
import {
  channelSecretPrefix,
  channelSecretsArn,
  databaseSecretPrefix,
  databaseSecretsArn,
} from './secret-names.ts';

/**
 * The state table, the alert topic, the key that encrypts both, the key of all secrets, and the queue of alerts that are on their
 * way.
 */
export interface StateResources {
  readonly table: ITable;
  readonly key: IKey;
  readonly secretsKey: IKey;
  readonly alertTopic: ITopic;
  readonly alertQueue: IQueue;
}

/** Where Lambdas and Fargate tasks run, and what they wear. */
export interface WorkloadNetwork {
  readonly vpc: IVpc;
  readonly workloadSecurityGroup: ISecurityGroup;
}

/** How clients reach Kafka. */
export interface KafkaAccess {
  /** `host:port`, comma-separated, for what is in this stack. */
  brokersFor(stack: MillraceStack): string;
  readonly security: KafkaSecurity;
  /** The name of a cluster that asks for IAM, or a pattern of it (`name-*`). */
  readonly clusterNames?: string;
  /** Where it asks for users with passwords. */
  readonly users?: {
    secretArnOf(role: KafkaRole): string;
    /** The key that encrypts their secrets, where it is one of the account. */
    readonly keyArn?: string;
  };
  /** The certificate of the brokers' authority, for what is in this stack; absent where everyone trusts it. */
  caPemFor?(stack: MillraceStack): string;
}

/** How clients reach Kafka Connect's REST API. */
export interface ConnectAccess {
  /** Its URL, for what is in this stack. */
  urlFor(stack: MillraceStack): string;
  /** Of one worker; undefined where nobody knows. */
  readonly workerMemoryMib?: number;
}

/** What replication and control are built on, wherever it comes from. */
export interface Foundation {
  readonly state: StateResources;
  readonly network: WorkloadNetwork;
  readonly kafka: KafkaAccess;
  readonly connect: ConnectAccess;
}

/** The cluster and task definition of consumers and copy workers. */
export interface TaskResources {
  readonly clusterArn: string;
  /** A literal, not a token. */
  readonly clusterName: string;
  /** A literal. Tasks are launched by family: a start that is under way during a deployment takes the newest revision. */
  readonly taskDefinitionFamily: string;
  /** With its revision, another one for each image. */
  readonly taskDefinitionArn: string;
  readonly containerName: string;
  /** What its container runs: another name for other sources. */
  readonly imageName: string;
  /** How many replications a pool task takes, by its memory. */
  readonly poolCapacity: number;
  readonly taskRole: IRole;
  readonly executionRole: IRole;
}

/** What a right brings: environment variables (core/contracts/environment.ts), and IAM statements with their exceptions. */
export interface Grant {
  readonly environment?: Readonly<Record<string, string>>;
  readonly statements?: readonly PolicyStatement[];
  /** Why a statement names a resource with a wildcard. */
  readonly acknowledgements?: readonly Acknowledgement[];
}

export const mergeGrants = (...grants: readonly Grant[]): Grant => ({
  environment: Object.assign({}, ...grants.map((grant) => grant.environment)),
  statements: grants.flatMap((grant) => grant.statements ?? []),
  acknowledgements: grants.flatMap((grant) => grant.acknowledgements ?? []),
});

/** Gives a role what a grant says. */
export const applyGrant = (role: Role, grant: Grant): void => {
  for (const statement of grant.statements ?? []) role.addToPolicy(statement);
  acknowledge(role, ...(grant.acknowledgements ?? []));
};

/** Comma-separated, for environment variables and the state machine. */
export const subnetList = (network: WorkloadNetwork): string =>
  network.vpc.privateSubnets.map((subnet) => subnet.subnetId).join(',');

/**
 * The state table: single items, queries and transactions on the table and its indexes. No scan, no change of the table
 * itself. Tokens and clients are the API's alone, see `keepFromTokens`.
 */
export const stateGrant = (stack: MillraceStack, state: StateResources): Grant => ({
  environment: {
    MILLRACE_ENVIRONMENT: stack.config.name,
    MILLRACE_STATE_TABLE: state.table.tableName,
    MILLRACE_ALERT_TOPIC_ARN: state.alertTopic.topicArn,
  },
  statements: [
    new PolicyStatement({
      sid: 'UseStateTable',
      actions: itemActions,
      resources: [
        state.table.tableArn,
        ...[stateTableIndex, stateTableKeysIndex].map((index) => `${state.table.tableArn}/index/${index}`),
      ],
    }),
    new PolicyStatement({
      sid: 'UseStateKey',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [state.key.keyArn],
    }),
  ],
});

const itemActions = [
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
];
const isWrite = (action: string): boolean => /:(BatchWrite|Delete|Put|Update)Item$/.test(action);

/**
 * For everyone but the API: no look at tokens and answers that are kept for repeated requests, and no new client, by the first part of an
 * item's key (adapters/dynamodb/store-keys.ts). A refusal comes before every right.
 */
export const keepFromTokens = ({ table }: StateResources): Grant => ({
  statements: [
    new PolicyStatement({
      sid: 'KeepFromTokens',
      effect: Effect.DENY,
      actions: itemActions,
      resources: [table.tableArn],
      conditions: { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['TOKEN*', 'REQUEST#*'] } },
    }),
    new PolicyStatement({
      sid: 'KeepClientsAsTheyAre',
      effect: Effect.DENY,
      actions: itemActions.filter(isWrite),
      resources: [table.tableArn],
      conditions: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['CLIENTS'] } },
    }),
  ],
});

/** The key, by way of Secrets Manager and for these secrets alone. */
export const secretsKeyStatement = (
  sid: string,
  stack: Stack,
  { secretsKey }: Pick<StateResources, 'secretsKey'>,
  secretArns: string,
  actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[] = ['kms:Decrypt'],
): PolicyStatement =>
  new PolicyStatement({
    sid,
    actions: [...actions],
    resources: [secretsKey.keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': `secretsmanager.${stack.region}.${stack.urlSuffix}` },
      StringLike: { 'kms:EncryptionContext:SecretARN': secretArns },
    },
  });

export const readCredentialsGrant = (stack: MillraceStack, state: StateResources): Grant => ({
  environment: { MILLRACE_SECRET_PREFIX: databaseSecretPrefix(stack.config.name) },
  statements: [
    secretsKeyStatement(
      'DecryptDatabaseCredentials',
      stack,
      state,
      databaseSecretsArn(stack, stack.config.name),
    ),
    new PolicyStatement({
      sid: 'ReadDatabaseCredentials',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [databaseSecretsArn(stack, stack.config.name)],
    }),
  ],
  acknowledgements: [
    wildcardResource(
      arnInFinding('secretsmanager', `secret:${databaseSecretPrefix(stack.config.name)}/*`),
      'Databases are registered after the deployment, and secret ARNs end in random characters: the prefix is the narrowest resource.',
    ),
  ],
});

/** Where databases may be, for everyone who connects to them. */
export const databaseNetworkGrant = ({ config }: MillraceStack): Grant => ({
  environment: {
    MILLRACE_DATABASE_NETWORKS: config.databaseNetwork.allowed.join(','),
    MILLRACE_RESERVED_NETWORKS: [
      ...(config.platform.source === 'created' ? [config.platform.network.cidr] : []),
      ...(config.databaseNetwork.refused ?? []),
    ].join(','),
    MILLRACE_DATABASE_PORTS:
      config.databaseNetwork.ports === 'any' ? 'any' : config.databaseNetwork.ports.join(','),
  },
});

const writeCredentialsGrant = (stack: MillraceStack, state: StateResources): Grant =>
  mergeGrants(readCredentialsGrant(stack, state), databaseNetworkGrant(stack), {
    environment: { MILLRACE_SECRETS_KEY_ARN: state.secretsKey.keyArn },
    statements: [
      secretsKeyStatement(
        'EncryptDatabaseCredentials',
        stack,
        state,
        databaseSecretsArn(stack, stack.config.name),
        ['kms:GenerateDataKey'],
      ),
      new PolicyStatement({
        sid: 'WriteDatabaseCredentials',
        actions: [
          'secretsmanager:CreateSecret',
          'secretsmanager:DeleteSecret',
          'secretsmanager:DescribeSecret',
          'secretsmanager:TagResource',
          'secretsmanager:UpdateSecret',
          ...replicateActions(stack),
        ],
        resources: [databaseSecretsArn(stack, stack.config.name)],
      }),
    ],
  });

/** Where another region has copies of the secrets. */
const replicateActions = ({ config }: MillraceStack): readonly string[] =>
  config.recovery?.role === 'active'
    ? ['secretsmanager:RemoveRegionsFromReplication', 'secretsmanager:ReplicateSecretToRegions']
    : [];

export const kafkaGrant = (stack: MillraceStack, kafka: KafkaAccess, role: KafkaRole): Grant =>
  mergeGrants(kafkaUseGrant(stack, kafka, role), {
    environment: {
      MILLRACE_KAFKA_BROKERS: kafka.brokersFor(stack),
      MILLRACE_KAFKA_SECURITY: kafka.security,
      MILLRACE_TOPIC_RETENTION_HOURS: String(stack.config.topicRetentionHours),
      ...(kafka.users !== undefined && {
        MILLRACE_KAFKA_SECRET_ARN: kafka.users.secretArnOf(role),
        // A name only: Kafka Connect reads it.
        MILLRACE_KAFKA_CONNECT_SECRET_ARN: kafka.users.secretArnOf('connect'),
      }),
      ...(kafka.caPemFor !== undefined && { MILLRACE_KAFKA_CA: kafka.caPemFor(stack) }),
    },
  });

/** Where Kafka decides by IAM what a client may do, and where it asks for a user; elsewhere the network does. */
export const kafkaUseGrant = (
  stack: MillraceStack,
  { clusterNames, users }: KafkaAccess,
  role: KafkaRole,
): Grant =>
  mergeGrants(
    clusterNames === undefined
      ? {}
      : kafkaRights(stack, { names: clusterNames, connectGroup: stack.named('connect') }, role),
    users === undefined ? {} : readKafkaUserGrant(users, role),
  );

const readKafkaUserGrant = (
  { secretArnOf, keyArn }: NonNullable<KafkaAccess['users']>,
  role: KafkaRole,
): Grant => ({
  statements: [
    new PolicyStatement({
      sid: 'ReadKafkaUser',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [secretArnOf(role)],
    }),
    ...(keyArn === undefined
      ? []
      : [new PolicyStatement({ sid: 'DecryptKafkaUser', actions: ['kms:Decrypt'], resources: [keyArn] })]),
  ],
});

export const connectGrant = (stack: MillraceStack, connect: ConnectAccess): Grant => ({
  environment: { MILLRACE_CONNECT_URL: connect.urlFor(stack) },
});

/** The topic's key is the state key, which the state grant allows to use. */
export const alertGrant = (state: StateResources): Grant => ({
  statements: [
    new PolicyStatement({
      sid: 'PublishAlerts',
      actions: ['sns:Publish'],
      resources: [state.alertTopic.topicArn],
    }),
  ],
});

const queueAlertsGrant = (state: StateResources): Grant => ({
  environment: { MILLRACE_ALERT_QUEUE_URL: state.alertQueue.queueUrl },
  statements: [
    new PolicyStatement({
      sid: 'QueueAlerts',
      actions: ['sqs:SendMessage'],
      resources: [state.alertQueue.queueArn],
    }),
  ],
});

const channelSecretsAcknowledgement = (stack: MillraceStack): Acknowledgement =>
  wildcardResource(
    arnInFinding('secretsmanager', `secret:${channelSecretPrefix(stack.config.name)}/*`),
    'Channels are added after the deployment, and secret ARNs end in random characters: the prefix is the narrowest resource.',
  );

const webhookRanges = (stack: MillraceStack): Record<string, string> => ({
  MILLRACE_WEBHOOK_RANGES: stack.config.webhookRanges.join(','),
});

const readChannelsGrant = (stack: MillraceStack, state: StateResources): Grant => ({
  environment: webhookRanges(stack),
  statements: [
    secretsKeyStatement('DecryptChannels', stack, state, channelSecretsArn(stack, stack.config.name)),
    new PolicyStatement({
      sid: 'ReadChannels',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [channelSecretsArn(stack, stack.config.name)],
    }),
  ],
  acknowledgements: [channelSecretsAcknowledgement(stack)],
});

/** The API does not read them: it gives nobody a secret back. */
const writeChannelsGrant = (stack: MillraceStack, state: StateResources): Grant => ({
  environment: {
    ...webhookRanges(stack),
    MILLRACE_CHANNEL_SECRET_PREFIX: channelSecretPrefix(stack.config.name),
    MILLRACE_SECRETS_KEY_ARN: state.secretsKey.keyArn,
  },
  statements: [
    // Secrets Manager looks whether the key can be used for both.
    secretsKeyStatement('EncryptChannels', stack, state, channelSecretsArn(stack, stack.config.name), [
      'kms:Decrypt',
      'kms:GenerateDataKey',
    ]),
    new PolicyStatement({
      sid: 'WriteChannels',
      actions: [
        'secretsmanager:CreateSecret',
        'secretsmanager:DeleteSecret',
        'secretsmanager:TagResource',
        'secretsmanager:UpdateSecret',
        ...(stack.config.recovery?.role === 'active' ? ['secretsmanager:DescribeSecret'] : []),
        ...replicateActions(stack),
      ],
      resources: [channelSecretsArn(stack, stack.config.name)],
    }),
  ],
  acknowledgements: [channelSecretsAcknowledgement(stack)],
});

const tasksOf = (stack: Stack, clusterName: string): string =>
  stack.formatArn({
    service: 'ecs',
    resource: 'task',
    resourceName: `${clusterName}/*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

const revisionsOf = (stack: Stack, family: string): string =>
  stack.formatArn({
    service: 'ecs',
    resource: 'task-definition',
    resourceName: `${family}:*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

const taskRunnerEnvironment = (tasks: TaskResources, network: WorkloadNetwork): Record<string, string> => ({
  MILLRACE_CLUSTER: tasks.clusterArn,
  MILLRACE_TASK_DEFINITION: tasks.taskDefinitionFamily,
  MILLRACE_TASK_CONTAINER: tasks.containerName,
  MILLRACE_POOL_CAPACITY: String(tasks.poolCapacity),
  MILLRACE_SUBNETS: subnetList(network),
  MILLRACE_SECURITY_GROUPS: network.workloadSecurityGroup.securityGroupId,
});

export const stopTasksGrant = (stack: Stack, tasks: TaskResources, network: WorkloadNetwork): Grant => ({
  environment: taskRunnerEnvironment(tasks, network),
  statements: [
    new PolicyStatement({
      sid: 'StopTasks',
      actions: ['ecs:DescribeTasks', 'ecs:StopTask'],
      resources: [tasksOf(stack, tasks.clusterName)],
    }),
  ],
  acknowledgements: [
    wildcardResource(
      arnInFinding('ecs', `task/${tasks.clusterName}/*`),
      'Tasks get their identifiers when they are launched: those of one cluster are the narrowest resource.',
    ),
  ],
});

/**
 * The revision that consumers should have. For functions in the same stack only: as an export it could never change.
 */
const updateTasksGrant = (tasks: TaskResources): Grant => ({
  environment: { MILLRACE_TASK_REVISION: tasks.taskDefinitionArn },
});

/** Who launches a task may also watch and stop it. */
export const launchTasksGrant = (stack: Stack, tasks: TaskResources, network: WorkloadNetwork): Grant =>
  mergeGrants(stopTasksGrant(stack, tasks, network), {
    statements: [
      new PolicyStatement({
        sid: 'RunTasks',
        actions: ['ecs:RunTask'],
        resources: [revisionsOf(stack, tasks.taskDefinitionFamily)],
        conditions: { ArnEquals: { 'ecs:cluster': tasks.clusterArn } },
      }),
      new PolicyStatement({
        sid: 'TagTasksAtLaunch',
        actions: ['ecs:TagResource'],
        resources: [tasksOf(stack, tasks.clusterName)],
        conditions: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
      }),
      new PolicyStatement({
        sid: 'PassTaskRoles',
        actions: ['iam:PassRole'],
        resources: [tasks.taskRole.roleArn, tasks.executionRole.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    ],
    acknowledgements: [
      wildcardResource(
        arnInFinding('ecs', `task-definition/${tasks.taskDefinitionFamily}:*`),
        'All revisions of one task definition: a deployment makes a new one and takes the old one out of service.',
      ),
    ],
  });

const stateMachineNames: readonly StateMachineName[] = [
  'start-replication',
  'delete-replication',
  'change-tables',
];

/** Named by what they will be called: a state machine is made of functions, and they cannot wait for it. */
const stateMachineArn = (stack: MillraceStack, name: StateMachineName): string =>
  stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: stack.named(name),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Executions are named when they start. */
const executionsArn = (stack: MillraceStack, name: StateMachineName): string =>
  stack.formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${stack.named(name)}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

const executionAcknowledgements = (stack: MillraceStack): readonly Acknowledgement[] =>
  stateMachineNames.map((name) =>
    wildcardResource(
      arnInFinding('states', `execution:${stack.named(name)}:*`),
      'Executions are named when they start: those of one state machine are the narrowest resource.',
    ),
  );

const watchExecutionsGrant = (stack: MillraceStack): Grant => ({
  environment: {
    MILLRACE_START_STATE_MACHINE_ARN: stateMachineArn(stack, 'start-replication'),
    MILLRACE_DELETE_STATE_MACHINE_ARN: stateMachineArn(stack, 'delete-replication'),
    MILLRACE_TABLES_STATE_MACHINE_ARN: stateMachineArn(stack, 'change-tables'),
  },
  statements: [
    new PolicyStatement({
      sid: 'WatchExecutions',
      actions: ['states:DescribeExecution'],
      resources: stateMachineNames.map((name) => executionsArn(stack, name)),
    }),
  ],
  acknowledgements: executionAcknowledgements(stack),
});

/** For functions that may also watch executions, which brings the names of the state machines. */
const startExecutionsGrant = (stack: MillraceStack): Grant => ({
  statements: [
    new PolicyStatement({
      sid: 'StartExecutions',
      actions: ['states:StartExecution'],
      resources: stateMachineNames.map((name) => stateMachineArn(stack, name)),
    }),
  ],
});

const stopExecutionsGrant = (stack: MillraceStack): Grant => ({
  statements: [
    new PolicyStatement({
      sid: 'StopExecutions',
      actions: ['states:StopExecution'],
      resources: stateMachineNames.map((name) => executionsArn(stack, name)),
    }),
  ],
  acknowledgements: executionAcknowledgements(stack),
});

/** By name, since the API's stack needs no other thing of those that make them. */
export const readLogsGrant = (stack: MillraceStack): Grant => {
  const { workers, steps, health } = logGroupNames(stack.config.name);
  const connect = connectLogGroup(stack.config);
  const names = [workers, steps, health, ...(connect === undefined ? [] : [connect])];
  return {
    environment: {
      MILLRACE_WORKERS_LOG_GROUP: workers,
      MILLRACE_STEPS_LOG_GROUP: steps,
      MILLRACE_HEALTH_LOG_GROUP: health,
      ...(connect === undefined ? {} : { MILLRACE_CONNECT_LOG_GROUP: connect }),
    },
    statements: [
      new PolicyStatement({
        sid: 'ReadLogs',
        actions: ['logs:FilterLogEvents'],
        resources: names.map((name) => `${logGroupArn(stack, name)}:*`),
      }),
    ],
    acknowledgements: names.map((name) =>
      wildcardResource(
        `${arnInFinding('logs', `log-group:${name}`)}:*`,
        'A log group is named with all its streams; they get their names when they are written.',
      ),
    ),
  };
};

const logGroupArn = (stack: Stack, name: string): string =>
  stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** The grants of a function: the state table, and what its rights bring. */
export const grantsOf = (
  stack: MillraceStack,
  rights: readonly FunctionRight[],
  foundation: Foundation,
  tasks: TaskResources,
): Grant => {
  const { state, network, kafka, connect } = foundation;
  const grants: Record<FunctionRight, () => Grant> = {
    'read-credentials': () => mergeGrants(readCredentialsGrant(stack, state), databaseNetworkGrant(stack)),
    'write-credentials': () => writeCredentialsGrant(stack, state),
    'reach-kafka': () => kafkaGrant(stack, kafka, 'look'),
    'manage-topics': () => kafkaGrant(stack, kafka, 'manage'),
    'relay-rows': () => kafkaGrant(stack, kafka, 'copy'),
    // What it brings is that nothing is taken away, see below.
    'manage-tokens': () => ({}),
    'reach-connect': () => connectGrant(stack, connect),
    'launch-tasks': () => launchTasksGrant(stack, tasks, network),
    'update-tasks': () => updateTasksGrant(tasks),
    'stop-tasks': () => stopTasksGrant(stack, tasks, network),
    'watch-executions': () => watchExecutionsGrant(stack),
    'start-executions': () => startExecutionsGrant(stack),
    'stop-executions': () => stopExecutionsGrant(stack),
    'publish-alerts': () => alertGrant(state),
    'read-logs': () => readLogsGrant(stack),
    'queue-alerts': () => queueAlertsGrant(state),
    'read-channels': () => readChannelsGrant(stack, state),
    'know-quotas': () => ({
      environment: { MILLRACE_CLIENT_QUOTAS: JSON.stringify(stack.config.clientQuotas ?? {}) },
    }),
    'write-channels': () => writeChannelsGrant(stack, state),
  };
  return mergeGrants(
    stateGrant(stack, state),
    ...(rights.includes('manage-tokens') ? [] : [keepFromTokens(state)]),
    ...rights.map((right) => grants[right]()),
  );
};
