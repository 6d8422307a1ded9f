import { randomBytes } from 'node:crypto';
import { createAlertQueue } from '#adapters/aws/alert-queue.ts';
import { createChannelSecrets } from '#adapters/aws/channel-secrets.ts';
import { createLogReader } from '#adapters/aws/log-reader.ts';
import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { detectServer } from '#adapters/databases/detect-kind.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { createLog } from '#adapters/observability/log.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import { signingSecretPrefix } from '#core/alerts/format-webhook.ts';
import {
  alertQueueEnvironmentSchema,
  apiEnvironmentSchema,
  channelSecretsEnvironmentSchema,
  logsEnvironmentSchema,
  quotasEnvironmentSchema,
  secretsEnvironmentSchema,
  stateEnvironmentSchema,
  webhookEnvironmentSchema,
} from '#core/contracts/environment.ts';
import { createNetworkRules } from '#core/databases/network-rules.ts';
import type { Credentials } from '#core/ports/services.ts';
import packageFile from '../../package.json' with { type: 'json' };
import { logGroupsOf } from '../shared/log-groups.ts';
import {
  connectService,
  databaseNetwork,
  databaseService,
  executionService,
  kafkaServices,
  taskService,
} from '../shared/services.ts';
import { createApi } from './api.ts';

const service = 'api';
const environment = stateEnvironmentSchema
  .extend(secretsEnvironmentSchema.shape)
  .extend(apiEnvironmentSchema.shape)
  .extend(logsEnvironmentSchema.shape)
  .extend(quotasEnvironmentSchema.shape)
  .extend(alertQueueEnvironmentSchema.shape)
  .extend(channelSecretsEnvironmentSchema.shape)
  .extend(webhookEnvironmentSchema.shape)
  .parse(process.env);
const metrics = createMetrics({ environment: environment.MILLRACE_ENVIRONMENT });

/** 256 bits; the prefix lets secret scanners and people recognise one of our tokens. */
const newToken = (): string => `mlr_${randomBytes(32).toString('base64url')}`;

/** 256 bits; Standard Webhooks ask for 192 at least. */
const newSigningSecret = (): string => `${signingSecretPrefix}${randomBytes(32).toString('base64')}`;

const { MILLRACE_SECRETS_KEY_ARN: keyArn } = environment;
const { MILLRACE_SECRET_REPLICA_REGION: replicaRegion, MILLRACE_SECRET_REPLICA_KEY_ARN: replicaKeyArn } =
  environment;
const replica =
  replicaRegion === undefined || replicaKeyArn === undefined
    ? undefined
    : { region: replicaRegion, keyArn: replicaKeyArn };
const secrets = createSecretStore({ keyArn, replica });
const databases = databaseService(secrets);
const network = databaseNetwork();
const withCredentials = (credentials: Credentials) =>
  databaseService({ getCredentials: async () => credentials });
const kafka = kafkaServices('millrace-api');

export const handler = createApi(
  {
    store: createStateStore({ tableName: environment.MILLRACE_STATE_TABLE }),
    secrets,
    channelSecrets: createChannelSecrets({ keyArn, replica }),
    channelSecretPrefix: environment.MILLRACE_CHANNEL_SECRET_PREFIX,
    alertQueue: createAlertQueue({ queueUrl: environment.MILLRACE_ALERT_QUEUE_URL }),
    allowsPlainWebhooks: environment.MILLRACE_WEBHOOK_RANGES.length > 0,
    executions: executionService(),
    tasks: taskService(),
    clientQuotas: environment.MILLRACE_CLIENT_QUOTAS,
    isStandby: environment.MILLRACE_STANDBY,
    clientCallsPerMinute: environment.MILLRACE_CLIENT_CALLS_PER_MINUTE,
    defaultPlacement: environment.MILLRACE_CONSUMER_PLACEMENT,
    // Someone waits for the answer and can ask again, so nothing is retried here.
    connect: connectService({ retryDelaysMs: [] }),
    openKafka: (log) => kafka.openAdmin(log),
    openSource: databases.openSource,
    openTarget: databases.openTarget,
    openSourceWith: (database, credentials) => withCredentials(credentials).openSource(database),
    openTargetWith: (database, credentials) => withCredentials(credentials).openTarget(database),
    detectServer: (host, port) => detectServer(network, host, port),
    findNetworkProblems: createNetworkRules(network).findProblems,
    logs: createLogReader({ groups: logGroupsOf(environment) }),
    clock: systemClock,
    logFor: (connectorName, replicationId) =>
      createLog({ service, connectorName, fields: { replication: replicationId } }),
    newSecretText: newToken,
    newSigningSecret,
    secretPrefix: environment.MILLRACE_SECRET_PREFIX,
    topicRetentionHours: kafka.topicRetentionHours,
    captureKafka: kafka.captureKafka,
    mostQueueBytes: environment.MILLRACE_MAX_QUEUE_BYTES,
    countFault: () => metrics.countApiFault(),
    version: packageFile.version,
    workerImage: environment.MILLRACE_WORKER_IMAGE,
    consoleOrigin: environment.MILLRACE_CONSOLE_ORIGIN,
    logStreamUrl: environment.MILLRACE_LOG_STREAM_URL,
  },
  createLog({ service }),
);
