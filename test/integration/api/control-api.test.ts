import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  APIGatewayTokenAuthorizerEvent,
  Context,
} from 'aws-lambda';
import { databaseTestSchema, discoveredTablesSchema } from '../../../lambdas/api/database-contracts.ts';
import { replicationAnswerSchema } from '../../../lambdas/api/replication-contracts.ts';
import { createStateTable, type EmulatedAws, startEmulatedAws } from '../dynamodb/state-table.ts';
import { type DatabasePair, startDatabasePair } from '../postgresql/database-pair.ts';

/**
 * The API's and the authorizer's own handlers on the emulator's DynamoDB, Secrets Manager and Step Functions and on real
 * PostgreSQL. Kafka and Connect are not there, which a start has to say.
 */
let aws: EmulatedAws;
let databases: DatabasePair;
let api: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
let authorize: (event: APIGatewayTokenAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;
let secrets: SecretsManagerClient;

const adminToken = 'admin-token-of-the-test';
const nobody = '127.0.0.1:1';

beforeAll(async () => {
  [aws, databases] = await Promise.all([startEmulatedAws(), startDatabasePair()]);
  const dynamoDb = new DynamoDBClient(aws.config);
  await createStateTable(dynamoDb, 'state');
  dynamoDb.destroy();
  secrets = new SecretsManagerClient(aws.config);
  const admin = await secrets.send(new CreateSecretCommand({ Name: 'admin', SecretString: adminToken }));
  const stepFunctions = new SFNClient(aws.config);
  const machine = await stepFunctions.send(
    new CreateStateMachineCommand({
      name: 'start-replication',
      roleArn: 'arn:aws:iam::000000000000:role/any',
      definition: JSON.stringify({
        StartAt: 'Wait',
        States: { Wait: { Type: 'Wait', Seconds: 60, End: true } },
      }),
    }),
  );
  stepFunctions.destroy();

  // The handlers read their environment when they are loaded, as in Lambda.
  Object.assign(process.env, {
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    AWS_ENDPOINT_URL: aws.config.endpoint,
    AWS_REGION: aws.config.region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    MILLRACE_ENVIRONMENT: 'test',
    MILLRACE_STATE_TABLE: 'state',
    MILLRACE_ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
    MILLRACE_SECRET_PREFIX: 'millrace/test/databases',
    MILLRACE_WORKERS_LOG_GROUP: '/millrace/test/workers',
    MILLRACE_STEPS_LOG_GROUP: '/millrace/test/steps',
    MILLRACE_HEALTH_LOG_GROUP: '/millrace/test/health',
    MILLRACE_ALERT_QUEUE_URL: `${aws.config.endpoint}/000000000000/alerts`,
    MILLRACE_CHANNEL_SECRET_PREFIX: 'millrace/test/channels',
    MILLRACE_WEBHOOK_RANGES: '127.0.0.0/8',
    MILLRACE_ADMIN_SECRET_ARN: admin.ARN,
    MILLRACE_START_STATE_MACHINE_ARN: machine.stateMachineArn,
    MILLRACE_DELETE_STATE_MACHINE_ARN: machine.stateMachineArn,
    MILLRACE_TABLES_STATE_MACHINE_ARN: machine.stateMachineArn,
    MILLRACE_DATABASE_NETWORKS: '127.0.0.0/8,::1/128',
    MILLRACE_RESERVED_NETWORKS: '',
    MILLRACE_DATABASE_PORTS: 'any',
    MILLRACE_CONNECT_URL: `http://${nobody}`,
    MILLRACE_KAFKA_BROKERS: nobody,
    MILLRACE_KAFKA_SECURITY: 'plaintext',
    MILLRACE_POOL_CAPACITY: '10',
    MILLRACE_TOPIC_RETENTION_HOURS: '168',
    MILLRACE_CLUSTER: 'arn:aws:ecs:us-east-1:000000000000:cluster/none',
    MILLRACE_TASK_DEFINITION: 'arn:aws:ecs:us-east-1:000000000000:task-definition/none:1',
    MILLRACE_TASK_CONTAINER: 'main',
    MILLRACE_WORKER_IMAGE: 'millrace-consumer:test',
    MILLRACE_SUBNETS: 'subnet-1',
    MILLRACE_SECURITY_GROUPS: 'sg-1',
  });
  api = (await import('../../../lambdas/api/handler.ts')).handler as typeof api;
  authorize = (await import('../../../lambdas/authorize/handler.ts')).handler;

  await databases.source.client.query(`
    CREATE TABLE flights (id bigint PRIMARY KEY, carrier text NOT NULL, delay numeric(6, 2));
    INSERT INTO flights SELECT n, 'UA', n / 7.0 FROM generate_series(1, 5000) AS n;
    CREATE TABLE keyless (note text);
    CREATE SCHEMA "Sche""ma";
    CREATE TABLE "Sche""ma"."Select; DROP TABLE flights" ("Id" int PRIMARY KEY);
    CREATE TABLE relations (id int PRIMARY KEY, value regclass);
    CREATE VIEW recent AS SELECT * FROM flights;
    ANALYZE;`);
}, 180_000);

afterAll(async () => {
  secrets.destroy();
  await Promise.all([aws.stop(), databases.stop()]);
});

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** As API Gateway does it: the authorizer first, then the API with its context. */
const call = async (
  token: string,
  method: string,
  route: string,
  body?: unknown,
  client?: string,
): Promise<Reply> => {
  const path = `/v1${route}`;
  const { context } = await authorize({
    type: 'TOKEN',
    authorizationToken: `Bearer ${token}`,
    methodArn: `arn:aws:execute-api:us-east-1:000000000000:api/api/${method}${path}`,
  });
  const event = {
    httpMethod: method,
    path,
    pathParameters: { proxy: path.slice(1) },
    queryStringParameters: client === undefined ? null : { client_id: client },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      authorizer: Object.fromEntries(
        Object.entries(context ?? {}).map(([key, value]) => [key, String(value)]),
      ),
    },
  } as unknown as APIGatewayProxyEvent;
  const result = await api(event, { awsRequestId: 'request' } as Context);
  return {
    status: result.statusCode,
    body: JSON.parse(result.body) as Record<string, unknown>,
    text: result.body,
  };
};

const registration = (side: 'source' | 'target', change: Record<string, unknown> = {}) => {
  const { settings } = databases[side];
  return {
    name: side,
    kind: 'postgresql',
    host: settings.host,
    port: settings.port,
    database: settings.databaseName,
    username: settings.username,
    password: settings.password,
    tls_mode: 'disable',
    ...change,
  };
};

const newClient = async (name: string): Promise<string> => {
  const client = await call(adminToken, 'POST', '/clients', { name });
  const token = await call(adminToken, 'POST', `/clients/${client.body.client_id}/tokens`);
  return String(token.body.token);
};

test('a token acts by its role, shows its use in the list, and is refused once it is revoked', async () => {
  const created = await call(adminToken, 'POST', '/tokens', { name: 'Grafana é', role: 'viewer' });
  const token = String(created.body.token);
  expect((await call(token, 'GET', '/me')).body).toEqual({
    name: 'Grafana é',
    role: 'viewer',
    client_id: null,
    token_id: created.body.token_id,
  });
  expect((await call(token, 'POST', '/clients', { name: 'x' })).status).toBe(403);
  expect((await call(token, 'GET', '/tokens')).status).toBe(403);
  const shown = await call(adminToken, 'GET', `/tokens/${created.body.token_id}`);
  expect(shown.body).toMatchObject({ created_by: 'deployment', last_used_at: expect.any(String) });
  expect((await call(adminToken, 'DELETE', `/tokens/${created.body.token_id}`)).status).toBe(200);
  await expect(call(token, 'GET', '/me')).rejects.toThrow('Unauthorized');
});

test('an unknown token is refused by the authorizer', async () => {
  await expect(call('nonsense', 'GET', '/clients')).rejects.toThrow('Unauthorized');
});

test('a client registers, tests, discovers, configures and is told why nothing can start', async () => {
  const token = await newClient('Acme');
  const source = await call(token, 'POST', '/databases', registration('source'));
  const target = await call(token, 'POST', '/databases', registration('target'));
  expect([source.status, target.status]).toEqual([201, 201]);
  const stored = await secrets.send(
    new GetSecretValueCommand({
      SecretId: `millrace/test/databases/client-1/database-${source.body.database_id}`,
    }),
  );
  expect(JSON.parse(stored.SecretString ?? '')).toEqual({
    username: databases.source.settings.username,
    password: databases.source.settings.password,
  });

  const tested = await call(token, 'POST', `/databases/${source.body.database_id}/test`);
  expect(databaseTestSchema.parse(tested.body)).toMatchObject({
    server_version: expect.stringMatching(/^18/),
    as_source: { ready: true, problems: [] },
    as_target: { ready: true, problems: [] },
  });
  const targetTest = await call(token, 'POST', `/databases/${target.body.database_id}/test`);
  expect(databaseTestSchema.parse(targetTest.body).as_source.problems).toEqual([
    expect.objectContaining({ message: 'wal_level is replica, not logical.' }),
  ]);

  const discovered = await call(token, 'GET', `/databases/${source.body.database_id}/tables`);
  const { tables } = discoveredTablesSchema.parse(discovered.body);
  const byName = new Map(tables.map((table) => [table.table, table]));
  expect(byName.get('flights')).toMatchObject({
    schema: 'public',
    primary_key: ['id'],
    key_index: null,
    estimated_rows: 5_000,
    columns: 3,
    replicable: true,
  });
  expect(byName.get('flights')?.bytes).toBeGreaterThan(100_000);
  expect(byName.get('keyless')?.replicable).toBe(false);
  expect(byName.get('relations')?.replicable).toBe(false);
  expect(byName.get('recent')?.replicable ?? false).toBe(false);
  expect(byName.get('Select; DROP TABLE flights')).toMatchObject({ schema: 'Sche"ma', replicable: true });

  const body = {
    source_database_id: source.body.database_id,
    target_database_id: target.body.database_id,
    tables: [
      { source: { table: 'flights' } },
      { source: { schema: 'Sche"ma', table: 'Select; DROP TABLE flights' } },
    ],
  };
  const refused = await call(token, 'POST', '/replications', {
    ...body,
    tables: [...body.tables, { source: { table: 'keyless' } }, { source: { table: 'Flights' } }],
  });
  expect([refused.status, refused.body.code]).toEqual([422, 'ValidationFailed']);
  expect(refused.body.problems).toHaveLength(2);

  const created = await call(token, 'POST', '/replications', body);
  expect(created.status).toBe(201);
  const replication = replicationAnswerSchema.parse(created.body);
  expect(replication).toMatchObject({
    status: 'configured',
    connector_name: 'acme_source_connector',
    tables: [
      { target: { schema: 'public', table: 'acme_flights' } },
      { target: { schema: 'public', table: 'acme_Select; DROP TABLE flights' } },
    ],
  });
  const again = await call(token, 'POST', '/replications', body);
  expect([again.status, again.body.code]).toEqual([409, 'TargetTableClaimed']);

  const path = `/replications/${replication.replication_id}`;
  const started = await call(token, 'POST', `${path}/start`);
  expect([started.status, started.body.code]).toEqual([422, 'ValidationFailed']);
  const subjects = (started.body.problems as { subject: string }[]).map(({ subject }) => subject);
  expect(subjects.toSorted()).toEqual(['Kafka', 'Kafka Connect']);
  expect((await call(token, 'GET', path)).body).toEqual(created.body);
  const status = await call(token, 'GET', `${path}/status`);
  expect(status.body).toMatchObject({ overall: 'stopped', connector: { state: 'UNKNOWN' } });

  const stranger = await newClient('Zeta');
  for (const suffix of ['', '/status', '/copy', '/activity'])
    expect((await call(stranger, 'GET', `${path}${suffix}`)).status).toBe(404);
  expect((await call(stranger, 'GET', `/databases/${source.body.database_id}`)).status).toBe(404);
  expect((await call(adminToken, 'GET', path)).status).toBe(400);
  expect((await call(adminToken, 'GET', path, undefined, '1')).body).toEqual(created.body);
}, 60_000);

test.each([
  ['a wrong password', { password: 'wrong' }, 422, 'DatabaseAuthenticationFailed'],
  ['an unknown database', { database: 'nowhere' }, 422, 'DatabaseNotFound'],
  ['a port where nobody listens', { port: 1 }, 502, 'DatabaseUnreachable'],
  ['TLS that the server does not speak', { tls_mode: 'require' }, 422, 'DatabaseTlsFailed'],
])(
  '%s is a clear problem at the test, the discovery and the creation',
  async (_what, change, status, code) => {
    const token = await newClient(`Client with ${code}`);
    const { body } = await call(token, 'POST', '/databases', registration('source', change));
    const id = body.database_id;
    const answers = [
      await call(token, 'POST', `/databases/${id}/test`),
      await call(token, 'GET', `/databases/${id}/tables`),
      await call(token, 'POST', '/replications', {
        source_database_id: id,
        target_database_id: id,
        tables: [{ source: { table: 'flights' } }],
      }),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(answer.text).not.toContain(databases.source.settings.password);
    }
    expect((await call(token, 'GET', '/replications')).body).toEqual({ replications: [], next_cursor: null });
  },
  60_000,
);

test('a refused registration leaves no secret', async () => {
  const token = await newClient('Refused');
  const names = async (): Promise<number> =>
    (await secrets.send(new ListSecretsCommand({}))).SecretList?.length ?? 0;
  const before = await names();
  expect((await call(token, 'POST', '/databases', registration('source', { port: 0 }))).status).toBe(400);
  expect(await names()).toBe(before);
});
