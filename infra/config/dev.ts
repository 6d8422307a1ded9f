import { alertEmailsFrom } from './alert-emails.ts';
import { anyDatabaseNetwork } from './database-network.ts';
import { type EnvironmentConfig, type ReadContext, taskMetricsPort } from './environment-config.ts';

/** The smallest complete installation: two zones, one NAT gateway, one Connect worker, nothing kept on deletion. */
export const devConfig = (readContext: ReadContext): EnvironmentConfig => ({
  name: 'dev',
  platform: {
    source: 'created',
    network: {
      cidr: '10.60.0.0/16',
      availabilityZones: 2,
      natGateways: 1,
      interfaceEndpoints: 'none',
    },
    kafka: { instanceType: 'kafka.m7g.large', brokers: 2, volumeGibPerBroker: 100 },
    connect: { workers: 1, cpu: 1024, memoryMib: 4096 },
  },
  consumer: { image: 'build', cpu: 1024, memoryMib: 4096, metrics: { host: 'task', port: taskMetricsPort } },
  databaseNetwork: anyDatabaseNetwork,
  topicRetentionHours: 7 * 24,
  logRetentionDays: 30,
  logLevel: 'DEBUG',
  tracing: true,
  keepData: false,
  healthCheckRuns: 1,
  lagAlarmMs: 15 * 60_000,
  servesConsole: true,
  streamsLogs: true,
  api: { requestsPerSecond: 50, burst: 100 },
  monitoring: 'full',
  tags: {},
  webhookRanges: [],
  alertEmails: alertEmailsFrom(readContext),
});
