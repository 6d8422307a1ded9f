import { alertEmailsFrom } from './alert-emails.ts';
import { anyDatabaseNetwork } from './database-network.ts';
import { type EnvironmentConfig, type ReadContext, taskMetricsPort } from './environment-config.ts';

/** Survives the loss of a zone: three zones with a NAT gateway each, three brokers, Connect workers in three zones. */
export const prodConfig = (readContext: ReadContext): EnvironmentConfig => ({
  name: 'prod',
  platform: {
    source: 'created',
    network: {
      cidr: '10.62.0.0/16',
      availabilityZones: 3,
      natGateways: 3,
      interfaceEndpoints: 'busiest',
    },
    kafka: { instanceType: 'kafka.m7g.large', brokers: 3, volumeGibPerBroker: 500 },
    connect: { workers: 3, maxWorkers: 6, cpu: 2048, memoryMib: 8192 },
  },
  consumer: { image: 'build', cpu: 1024, memoryMib: 4096, metrics: { host: 'task', port: taskMetricsPort } },
  databaseNetwork: anyDatabaseNetwork,
  clientQuotas: { databases: 100, replications: 200, tables: 20_000, tokens: 100, alertRules: 200 },
  topicRetentionHours: 7 * 24,
  logRetentionDays: 365,
  logLevel: 'INFO',
  tracing: true,
  keepData: true,
  healthCheckRuns: 4,
  lagAlarmMs: 5 * 60_000,
  servesConsole: true,
  streamsLogs: true,
  api: { requestsPerSecond: 200, burst: 400, clientCallsPerMinute: 1_200 },
  reservedRuns: { api: 50, healthCheck: 8, streamLogs: 20 },
  monitoring: 'full',
  tags: {},
  webhookRanges: [],
  alertEmails: alertEmailsFrom(readContext),
});
