import { alertEmailsFrom } from './alert-emails.ts';
import { anyDatabaseNetwork } from './database-network.ts';
import { type EnvironmentConfig, type ReadContext, taskMetricsPort } from './environment-config.ts';

/** Production's shape with fewer NAT gateways and smaller disks; a rehearsal of its upgrades. */
export const stagingConfig = (readContext: ReadContext): EnvironmentConfig => ({
  name: 'staging',
  platform: {
    source: 'created',
    network: {
      cidr: '10.61.0.0/16',
      availabilityZones: 3,
      natGateways: 1,
      interfaceEndpoints: 'none',
    },
    kafka: { instanceType: 'kafka.m7g.large', brokers: 3, volumeGibPerBroker: 200 },
    connect: { workers: 2, cpu: 1024, memoryMib: 4096 },
  },
  consumer: { image: 'build', cpu: 1024, memoryMib: 4096, metrics: { host: 'task', port: taskMetricsPort } },
  databaseNetwork: anyDatabaseNetwork,
  clientQuotas: { databases: 100, replications: 200, tables: 20_000, tokens: 100, alertRules: 200 },
  topicRetentionHours: 7 * 24,
  logRetentionDays: 30,
  logLevel: 'INFO',
  tracing: true,
  keepData: true,
  healthCheckRuns: 2,
  lagAlarmMs: 5 * 60_000,
  servesConsole: true,
  streamsLogs: true,
  api: { requestsPerSecond: 50, burst: 100, clientCallsPerMinute: 600 },
  monitoring: 'full',
  tags: {},
  webhookRanges: [],
  alertEmails: alertEmailsFrom(readContext),
});
