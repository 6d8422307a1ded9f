import { expect, test } from '@jest/globals';
import { kafkaRoleNames } from '#core/contracts/kafka-rights.ts';
import { findConfigProblems } from '../../infra/config/check-config.ts';
import type {
  EnvironmentConfig,
  ImportedKafka,
  ImportedPlatform,
} from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { lambdaFunctions, rolePolicies, type Statement, synthesizeConfig } from './synthesize.ts';

const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:AmazonMSK_millrace-abcdef';
const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555';

/** prod on a network, a Kafka and a Connect that are there already. */
const withKafka = (kafka: Partial<ImportedKafka>): EnvironmentConfig => {
  const load = (env: string) => loadEnvironment((name) => (name === 'env' ? env : undefined));
  const imported = load('local').platform as ImportedPlatform;
  return {
    ...load('prod'),
    platform: {
      ...imported,
      kafka: { brokers: 'b-1.example.com:9096', security: 'scram', ...kafka },
    },
  };
};

const statementsWith = (statements: readonly Statement[], sid: string) =>
  statements.filter((statement) => statement.Sid === sid);

test('a Kafka with one user for everything: each who reaches it reads its secret, by the key of the account', () => {
  const all = synthesizeConfig(withKafka({ users: { secretArn, keyArn } }));
  const functions = Object.entries(lambdaFunctions(all, 'prod'));
  const reaching = functions.filter(
    ([, { Environment }]) => 'MILLRACE_KAFKA_SECURITY' in Environment.Variables,
  );
  expect(reaching.length).toBeGreaterThan(7);
  for (const [, { Environment, statements }] of reaching) {
    expect(Environment.Variables).toMatchObject({
      MILLRACE_KAFKA_SECURITY: 'scram',
      MILLRACE_KAFKA_SECRET_ARN: secretArn,
      MILLRACE_KAFKA_CONNECT_SECRET_ARN: secretArn,
    });
    expect(statementsWith(statements, 'ReadKafkaUser')).toMatchObject([
      { Action: ['secretsmanager:GetSecretValue'], Resource: secretArn },
    ]);
    expect(statementsWith(statements, 'DecryptKafkaUser')).toMatchObject([
      { Action: ['kms:Decrypt'], Resource: keyArn },
    ]);
    // Kafka's own rights count, not those of IAM.
    expect(JSON.stringify(statements)).not.toContain('kafka-cluster:');
  }
  for (const [name, { statements }] of functions)
    if (!reaching.some(([other]) => other === name))
      expect(statementsWith(statements, 'ReadKafkaUser')).toEqual([]);
});

test('a Kafka with a user for each role: nobody reads the secret of another one', () => {
  const secretOf = (role: string): string => secretArn.replace('AmazonMSK_', `AmazonMSK_${role}-`);
  const all = synthesizeConfig(
    withKafka({
      users: {
        secretArn: Object.fromEntries(kafkaRoleNames.map((role) => [role, secretOf(role)])) as Record<
          (typeof kafkaRoleNames)[number],
          string
        >,
      },
      caPem: '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n',
    }),
  );
  const functions = lambdaFunctions(all, 'prod');
  const roleOf = (statements: readonly Statement[]): unknown =>
    statementsWith(statements, 'ReadKafkaUser').map(({ Resource }) => Resource);
  const expected: Readonly<Record<string, string>> = {
    'validate-replication': 'look',
    'plan-copy': 'manage',
    'start-capture': 'manage',
    api: 'manage',
    'copy-small-tables': 'copy',
  };
  for (const [name, role] of Object.entries(expected)) {
    expect(roleOf(functions[name]?.statements ?? [])).toEqual([secretOf(role)]);
    expect(functions[name]?.Environment.Variables).toMatchObject({
      MILLRACE_KAFKA_SECRET_ARN: secretOf(role),
      MILLRACE_KAFKA_CONNECT_SECRET_ARN: secretOf('connect'),
      MILLRACE_KAFKA_CA: expect.stringContaining('BEGIN CERTIFICATE'),
    });
  }
  const worker = rolePolicies(all)
    .filter(({ role }) => role.startsWith('WorkerTaskRole'))
    .map(({ statement }) => statement);
  expect(roleOf(worker)).toEqual([secretOf('work')]);
});

test.each<[string, Partial<ImportedKafka>, RegExp]>([
  ['SCRAM without a user', {}, /users: is missing/],
  ['a user without SCRAM', { security: 'tls', users: { secretArn } }, /has no users/],
  ['the name of a secret', { users: { secretArn: 'AmazonMSK_millrace' } }, /no ARN of a secret/],
  ['the alias of a key', { users: { secretArn, keyArn: 'alias/kafka' } }, /no ARN of a key/],
  ['a path of a certificate', { users: { secretArn }, caPem: '/etc/ca.pem' }, /no certificate in PEM/],
])('%s is refused', (_what, kafka, problem) => {
  expect(findConfigProblems(withKafka(kafka))).toEqual([expect.stringMatching(problem)]);
});
