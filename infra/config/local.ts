import { kafkaRoleNames } from '#core/contracts/kafka-rights.ts';
import type { EnvironmentConfig, ImportedKafka, ReadContext } from './environment-config.ts';

/** The authority of a secure local stack, until the deployment says which: every stack makes its own. */
const someCaPem = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';

/** With `-c secure=yes`: as `npm run local -- up --secure` starts Kafka. local/secure.ts makes the secrets. */
const localKafka = (readContext: ReadContext): ImportedKafka => {
  const brokers = '127.0.0.1:9092';
  if (readContext('secure') === undefined) return { brokers, security: 'plaintext' };
  const secretArn = Object.fromEntries(
    kafkaRoleNames.map((role) => [
      role,
      `arn:aws:secretsmanager:us-east-1:000000000000:secret:millrace/local/kafka/${role}`,
    ]),
  ) as Record<(typeof kafkaRoleNames)[number], string>;
  return { brokers, security: 'scram', users: { secretArn }, caPem: someCaPem };
};

/**
 * The AWS emulator on a developer's machine. Kafka, Connect and the databases are real processes, reached by their
 * endpoints, which are parameters of the deployment. The emulator cannot create NAT gateways, flow logs, security group rules, MSK or a Connect service, so
 * everything of that kind is imported here. It enforces neither VPCs nor images: the names only have to be well-formed.
 */
export const localConfig = (readContext: ReadContext): EnvironmentConfig => ({
  name: 'local',
  platform: {
    source: 'imported',
    network: {
      vpcId: 'vpc-00000000000000000',
      availabilityZones: ['us-east-1a'],
      subnetIds: ['subnet-00000000000000000'],
      securityGroupId: 'sg-00000000000000000',
    },
    kafka: localKafka(readContext),
    connect: {
      url: 'http://127.0.0.1:8083',
      // The emulator's launcher puts the lines of the local Connect workers there.
      logGroup: '/millrace/local/connect',
    },
  },
  consumer: {
    image: { name: 'millrace-consumer:local' },
    cpu: 1024,
    memoryMib: 4096,
    // Tasks are processes of one machine, so each takes a free port.
    metrics: { host: 'loopback', port: 0 },
  },
  // The databases of a developer are on this machine.
  databaseNetwork: { allowed: ['0.0.0.0/0', '::/0', '127.0.0.0/8', '::1/128'], ports: 'any' },
  topicRetentionHours: 7 * 24,
  logRetentionDays: 3,
  logLevel: 'INFO',
  tracing: false,
  keepData: false,
  healthCheckRuns: 1,
  lagAlarmMs: 60_000,
  servesConsole: false,
  streamsLogs: true,
  logStreamUrl: 'http://127.0.0.1:8085/',
  addressesAreParameters: true,
  api: { requestsPerSecond: 1000, burst: 2000 },
  monitoring: 'basic',
  tags: {},
  webhookRanges: ['127.0.0.0/8', '::1/128'],
  alertEmails: [],
});
