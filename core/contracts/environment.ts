import { z } from 'zod';
import { clientQuotasSchema } from './client-quotas.ts';
import type { DatabaseNetwork } from './database-network.ts';
import { placementSchema } from './replication.ts';

/**
 * The environment variables of the Lambdas and of the container, the contract between infra and the code.
 * infra sets each variable that a function reads; each function parses only the groups that it needs.
 */
export const stateEnvironmentSchema = z.object({
  MILLRACE_ENVIRONMENT: z.string().min(1),
  MILLRACE_STATE_TABLE: z.string().min(1),
  MILLRACE_ALERT_TOPIC_ARN: z.string().min(1),
});

/**
 * `iam`: TLS, and Amazon MSK's authentication by the role of the Lambda or task. `scram`: TLS, and a user with a password
 * (SCRAM-SHA-512).
 */
export const kafkaSecuritySchema = z.enum(['plaintext', 'tls', 'iam', 'scram']);
export type KafkaSecurity = z.infer<typeof kafkaSecuritySchema>;

const kafkaClientSchema = z.object({
  /** `host:port`, comma-separated. */
  MILLRACE_KAFKA_BROKERS: z.string().min(1),
  MILLRACE_KAFKA_SECURITY: kafkaSecuritySchema,
  /** The certificate of the authority that vouches for the brokers, in PEM. Absent: one that everyone trusts. */
  MILLRACE_KAFKA_CA: z.string().optional(),
  /** With `scram`: the secret with `username` and `password` of this function or task. */
  MILLRACE_KAFKA_SECRET_ARN: z.string().min(1).optional(),
  /** With `scram`: the secret of the clients that a connector makes for itself. */
  MILLRACE_KAFKA_CONNECT_SECRET_ARN: z.string().min(1).optional(),
  /** Must exceed the longest copy plus the longest consumer outage. */
  MILLRACE_TOPIC_RETENTION_HOURS: z.coerce.number().int().positive(),
});

export const kafkaEnvironmentSchema = kafkaClientSchema.refine(
  (kafka) =>
    kafka.MILLRACE_KAFKA_SECURITY !== 'scram' ||
    (kafka.MILLRACE_KAFKA_SECRET_ARN !== undefined && kafka.MILLRACE_KAFKA_CONNECT_SECRET_ARN !== undefined),
  { error: 'Kafka asks for SCRAM, and the secret of its user is not set.' },
);
export type KafkaEnvironment = z.infer<typeof kafkaEnvironmentSchema>;

/** For those who make what a client has more of. */
export const quotasEnvironmentSchema = z.object({
  /** What each client may have, as JSON of `clientQuotasSchema`. */
  MILLRACE_CLIENT_QUOTAS: z
    .string()
    .default('{}')
    .transform((text) => clientQuotasSchema.parse(JSON.parse(text))),
});

/** For the API only. */
export const apiEnvironmentSchema = z.object({
  /** Where the console's page comes from: `https://host`. Absent: a browser may read no answer. */
  MILLRACE_CONSOLE_ORIGIN: z.url().optional(),
  /** What a worker of Connect has for the queue of one connector. Absent: nobody knows its memory. */
  MILLRACE_MAX_QUEUE_BYTES: z.coerce.number().int().positive().optional(),
  /** Where logs are streamed, ending in a slash. Absent: nowhere. */
  MILLRACE_LOG_STREAM_URL: z.url().optional(),
  /** What encrypts the secrets that the API writes. Absent: the account's key of Secrets Manager. */
  MILLRACE_SECRETS_KEY_ARN: z.string().min(1).optional(),
  /** Where copies of the secrets are kept that the API writes, and with which key. Absent: nowhere. */
  MILLRACE_SECRET_REPLICA_REGION: z.string().min(1).optional(),
  MILLRACE_SECRET_REPLICA_KEY_ARN: z.string().min(1).optional(),
  /** Whether this environment waits for the loss of another region, and changes nothing. */
  MILLRACE_STANDBY: z
    .enum(['yes', 'no'])
    .default('no')
    .transform((text) => text === 'yes'),
  /** How often each client may call in a minute. Absent: any number of times. */
  MILLRACE_CLIENT_CALLS_PER_MINUTE: z.coerce.number().int().positive().optional(),
  /** What consumers and copy workers run that are launched now. */
  MILLRACE_WORKER_IMAGE: z.string().min(1),
  /** Where the consumers of new replications run that ask for nothing else. */
  MILLRACE_CONSUMER_PLACEMENT: placementSchema.default('own'),
});

/** For those who put alerts on their way. */
export const alertQueueEnvironmentSchema = z.object({ MILLRACE_ALERT_QUEUE_URL: z.string().min(1) });

/** For the API, which writes the secrets of channels. Their names start with it and a slash: `millrace/{environment}/alert-channels`. */
export const channelSecretsEnvironmentSchema = z.object({
  MILLRACE_CHANNEL_SECRET_PREFIX: z.string().min(1),
});

/** For the Lambda that delivers alerts, and the API. */
export const webhookEnvironmentSchema = z.object({
  /** CIDR blocks that are not public and that webhooks may go to all the same; comma-separated, may be empty. */
  MILLRACE_WEBHOOK_RANGES: z.string().transform((text) => text.split(',').filter((range) => range !== '')),
});

export const connectEnvironmentSchema = z.object({ MILLRACE_CONNECT_URL: z.url() });

/** Where databases may be. All functions and tasks that connect to them read it. */
export const databaseNetworkEnvironmentSchema = z
  .object({
    /** Networks in CIDR notation, comma-separated. */
    MILLRACE_DATABASE_NETWORKS: z.string().min(1),
    /** The platform's own ones; none where the platform is someone else's. */
    MILLRACE_RESERVED_NETWORKS: z.string().default(''),
    /** Comma-separated, or `any`. */
    MILLRACE_DATABASE_PORTS: z.string().min(1),
  })
  .transform(
    (environment): DatabaseNetwork => ({
      allowed: listOf(environment.MILLRACE_DATABASE_NETWORKS),
      reserved: listOf(environment.MILLRACE_RESERVED_NETWORKS),
      ports:
        environment.MILLRACE_DATABASE_PORTS === 'any'
          ? 'any'
          : listOf(environment.MILLRACE_DATABASE_PORTS).map((port) => z.coerce.number().int().parse(port)),
    }),
  );

const listOf = (text: string): readonly string[] => text.split(',').filter((part) => part !== '');

export const secretsEnvironmentSchema = z.object({
  /**
   * Names of the databases' secrets start with it and a slash: `millrace/{environment}/databases`. Tasks and Lambdas may
   * read what is under it, and nothing else.
   */
  MILLRACE_SECRET_PREFIX: z.string().min(1),
});

/** The log groups of CloudWatch, for those who read lines. Connect's is absent where it logs elsewhere. */
export const logsEnvironmentSchema = z.object({
  MILLRACE_WORKERS_LOG_GROUP: z.string().min(1),
  MILLRACE_STEPS_LOG_GROUP: z.string().min(1),
  MILLRACE_HEALTH_LOG_GROUP: z.string().min(1),
  MILLRACE_CONNECT_LOG_GROUP: z.string().min(1).optional(),
});
export type LogsEnvironment = z.infer<typeof logsEnvironmentSchema>;

/** For those who start, stop or look at executions. */
export const executionsEnvironmentSchema = z.object({
  MILLRACE_START_STATE_MACHINE_ARN: z.string().min(1),
  MILLRACE_DELETE_STATE_MACHINE_ARN: z.string().min(1),
  MILLRACE_TABLES_STATE_MACHINE_ARN: z.string().min(1),
});

export const authorizerEnvironmentSchema = z.object({
  MILLRACE_ENVIRONMENT: z.string().min(1),
  MILLRACE_STATE_TABLE: z.string().min(1),
  MILLRACE_ADMIN_SECRET_ARN: z.string().min(1),
});
export type AuthorizerEnvironment = z.infer<typeof authorizerEnvironmentSchema>;

/** For the authorizer, where an environment trusts an OpenID Connect issuer. */
export const oidcEnvironmentSchema = z.object({
  MILLRACE_OIDC_ISSUER: z.url(),
  MILLRACE_OIDC_AUDIENCE: z.string().min(1),
  /** The claim with the role: `viewer`, `operator`, `admin`, or a list with one of them. */
  MILLRACE_OIDC_ROLE_CLAIM: z.string().min(1),
  /** The claim with the number of the client, or `*` for all. */
  MILLRACE_OIDC_CLIENT_CLAIM: z.string().min(1),
});
export type OidcEnvironment = z.infer<typeof oidcEnvironmentSchema>;

export const taskRunnerEnvironmentSchema = z.object({
  MILLRACE_CLUSTER: z.string().min(1),
  MILLRACE_TASK_DEFINITION: z.string().min(1),
  MILLRACE_TASK_CONTAINER: z.string().min(1),
  /** How many replications a pool task takes. */
  MILLRACE_POOL_CAPACITY: z.coerce.number().int().positive(),
  /** Comma-separated. */
  MILLRACE_SUBNETS: z.string().min(1),
  MILLRACE_SECURITY_GROUPS: z.string().min(1),
});

/** For the health check that gives running consumers the image of the last deployment. */
export const taskRevisionEnvironmentSchema = z.object({
  /** The ARN of the task definition, with its revision. */
  MILLRACE_TASK_REVISION: z.string().min(1),
});

/** What a task is launched to do, given as container overrides. */
export const taskEnvironmentSchema = z.discriminatedUnion('MILLRACE_ROLE', [
  z.object({
    MILLRACE_ROLE: z.literal('consumer'),
    MILLRACE_CLIENT_ID: z.coerce.number().int().positive(),
    MILLRACE_REPLICATION_ID: z.coerce.number().int().positive(),
    MILLRACE_LAUNCH_ID: z.string().min(1),
    /** Of the task, where it is another than that of the task definition, which sets it, too. */
    MILLRACE_TASK_MEMORY_MIB: z.coerce.number().int().positive().optional(),
  }),
  z.object({
    MILLRACE_ROLE: z.literal('copy-worker'),
    MILLRACE_CLIENT_ID: z.coerce.number().int().positive(),
    MILLRACE_REPLICATION_ID: z.coerce.number().int().positive(),
    MILLRACE_GENERATION: z.coerce.number().int().positive(),
  }),
  z.object({
    MILLRACE_ROLE: z.literal('pool'),
    MILLRACE_POOL_TASK_ID: z.string().min(1),
  }),
]);

/**
 * Where a task shows its metrics to a Prometheus. `loopback`: on this machine only. `task`: at the address that the task has in its
 * network. Port 0 takes a free one. The API lists where each task is.
 */
export const metricsEnvironmentSchema = z.object({
  MILLRACE_METRICS_HOST: z.enum(['loopback', 'task']),
  MILLRACE_METRICS_PORT: z.coerce.number().int().min(0).max(65_535),
});
export type MetricsEnvironment = z.infer<typeof metricsEnvironmentSchema>;

/** CloudWatch namespace and dimensions of every metric; alarms and the dashboard are built from these names. */
export const metricNamespace = 'Millrace';
/**
 * Per-replication metrics carry `environment` and `connector`; the service-wide copy of each metric has only
 * `environment`. `Errors` comes a third time with `environment` and `code`, a code of core/errors/error-policies.ts.
 */
export const metricDimensions = {
  environment: 'environment',
  connector: 'connector',
  code: 'code',
} as const;
export const metricNames = {
  rowsInserted: 'RowsInserted',
  rowsUpdated: 'RowsUpdated',
  rowsDeleted: 'RowsDeleted',
  tablesTruncated: 'TablesTruncated',
  duplicatesSkipped: 'DuplicatesSkipped',
  lagEvents: 'LagEvents',
  lagMs: 'LagMs',
  heartbeatAgeMs: 'HeartbeatAgeMs',
  captureLagMs: 'CaptureLagMs',
  sourceRetainedBytes: 'SourceRetainedBytes',
  sourceMinutesToFull: 'SourceMinutesToFull',
  connectorFailed: 'ConnectorFailed',
  copyRows: 'CopyRows',
  copyRowsPerSecond: 'CopyRowsPerSecond',
  valuesNulled: 'ValuesNulled',
  deadLetterRows: 'DeadLetterRows',
  errors: 'Errors',
  apiFaults: 'ApiFaults',
  heals: 'Heals',
  replicationsFailed: 'ReplicationsFailed',
  replicationsDegraded: 'ReplicationsDegraded',
  alertsUndelivered: 'AlertsUndelivered',
} as const;
