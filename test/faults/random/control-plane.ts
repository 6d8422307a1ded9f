import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { leaseKey } from '#adapters/dynamodb/store-keys.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import { readAdminToken } from '../../../local/admin-token.ts';
import type { StackState } from '../../../local/stack-state.ts';
import type { DatabaseEnd } from './database-end.ts';

/** What is read of the API's answers. */
const statusShape = z.looseObject({
  overall: z.string(),
  reasons: z.array(z.string()),
  tries_again_at: z.string().nullable().optional(),
  config: z.looseObject({
    status: z.string(),
    kafka_topic_prefix: z.string(),
    last_error_message: z.string().nullable(),
  }),
  tables: z.array(
    z.looseObject({
      source: z.looseObject({ table: z.string() }),
      state: z.string(),
      message: z.string().nullable(),
    }),
  ),
});
export type Status = z.infer<typeof statusShape>;

const incidentsShape = z.looseObject({
  incidents: z.array(
    z.looseObject({
      incident_id: z.string(),
      replication_id: z.number(),
      condition: z.string(),
      state: z.enum(['open', 'closed']),
      message: z.string(),
      opened_at: z.string(),
    }),
  ),
});
export type Incident = z.infer<typeof incidentsShape>['incidents'][number];

const replicationShape = z.looseObject({
  replication_id: z.number(),
  connector_name: z.string(),
  tables: z.array(
    z.looseObject({
      source: z.looseObject({ schema: z.string(), table: z.string() }),
      target: z.looseObject({ schema: z.string(), table: z.string() }),
    }),
  ),
});
export type Replication = z.infer<typeof replicationShape>;

/** What a user of the product does, and what EventBridge Scheduler does. */
export interface ControlPlane {
  registerDatabase(end: DatabaseEnd, way: { readonly host: string; readonly port: number }): Promise<number>;
  changePassword(databaseId: number, password: string): Promise<void>;
  createReplication(
    databases: { readonly sourceId: number; readonly targetId: number },
    tables: readonly { readonly schema: string; readonly table: string }[],
  ): Promise<Replication>;
  /** The status code; whether it is refused is for the caller to say. */
  act(replicationId: number, action: string, body?: unknown): Promise<number>;
  status(replicationId: number): Promise<Status>;
  incidents(replicationId: number): Promise<readonly Incident[]>;
  /** A run of a scheduled Lambda, next to those of the schedule. */
  runSchedule(name: ScheduleName): Promise<void>;
  /** The schedule runs nothing until it is switched on again. */
  switchSchedule(name: ScheduleName, isOn: boolean): Promise<void>;
  /** Takes the lease of a replication from its holder, if there is one, and keeps it; returns how to give it back. */
  stealLease(replicationId: number): Promise<() => Promise<void>>;
}

export const scheduleNames = ['monitor-health', 'check-heartbeats'] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** Longer than any fault keeps it. */
const stolenLeaseMs = 600_000;
const leaseThief = 'a thief';

/** The API answers within 29 s. */
const callTimeoutMs = 35_000;

/** A client of its own on the deployed app. */
export const openControlPlane = async (stack: StackState, name: string): Promise<ControlPlane> => {
  const url = stack.api?.url.replace(/\/$/, '') ?? '';
  const call = async (
    token: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(callTimeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const demand = async <T>(
    token: string,
    method: string,
    path: string,
    shape: z.ZodType<T>,
    body?: unknown,
  ): Promise<T> => {
    const answer = await call(token, method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return shape.parse(answer.body);
  };
  const admin = await readAdminToken(stack);
  const client = await demand(admin, 'POST', '/clients', z.looseObject({ client_id: z.number() }), { name });
  const { token } = await demand(
    admin,
    'POST',
    `/clients/${client.client_id}/tokens`,
    z.looseObject({ token: z.string() }),
    {},
  );
  const aws = {
    endpoint: stack.emulator.url,
    region: stack.emulator.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const lambda = new LambdaClient(aws);
  const state = DynamoDBDocumentClient.from(new DynamoDBClient(aws));
  const health = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: `millrace-local-${scheduleNames[0]}` }),
  );
  const stateTable = health.Environment?.Variables?.MILLRACE_STATE_TABLE;
  if (stateTable === undefined) throw new Error('The health check has no state table.');
  /** The emulator tells its services apart by the scope of the signature, which it does not check. */
  const scheduler = async (method: 'GET' | 'PUT', path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${stack.emulator.url}/schedules/${path}`, {
      method,
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${stack.emulator.region}/scheduler/aws4_request, SignedHeaders=host, Signature=0`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(callTimeoutMs),
    });
    if (!answer.ok)
      throw new Error(`${method} of schedule ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  };

  return {
    registerDatabase: async (end, { host, port }) => {
      const registered = await demand(
        token,
        'POST',
        '/databases',
        z.looseObject({ database_id: z.number() }),
        {
          ...{ name: `${end.database} ${port}`, kind: end.kind, host, port, database: end.database },
          ...{ username: end.username, password: end.password, tls_mode: 'disable' },
        },
      );
      return registered.database_id;
    },
    changePassword: async (databaseId, password) => {
      await demand(token, 'PATCH', `/databases/${databaseId}`, z.unknown(), { password });
    },
    createReplication: ({ sourceId, targetId }, tables) =>
      demand(token, 'POST', '/replications', replicationShape, {
        source_database_id: sourceId,
        target_database_id: targetId,
        tables: tables.map((source) => ({ source })),
      }),
    act: async (replicationId, action, body = {}) =>
      (await call(token, 'POST', `/replications/${replicationId}/${action}`, body)).status,
    status: (replicationId) => demand(token, 'GET', `/replications/${replicationId}/status`, statusShape),
    incidents: async (replicationId) =>
      (
        await demand(
          token,
          'GET',
          `/replications/${replicationId}/incidents?state=all&limit=100`,
          incidentsShape,
        )
      ).incidents,
    runSchedule: async (schedule) => {
      await lambda.send(
        new InvokeCommand({ FunctionName: `millrace-local-${schedule}`, Payload: Buffer.from('{}') }),
      );
    },
    switchSchedule: async (schedule, isOn) => {
      const path = `millrace-local-${schedule}`;
      const group = 'millrace-local-health';
      const current = z.looseObject({}).parse(await scheduler('GET', `${path}?groupName=${group}`));
      await scheduler('PUT', path, { ...current, GroupName: group, State: isOn ? 'ENABLED' : 'DISABLED' });
    },
    stealLease: async (replicationId) => {
      const key = leaseKey(replicationId as ReplicationId);
      await state.send(
        new PutCommand({
          TableName: stateTable,
          Item: { ...key, holder: leaseThief, leasedUntil: Date.now() + stolenLeaseMs },
        }),
      );
      return async () => {
        await state.send(
          new DeleteCommand({
            TableName: stateTable,
            Key: { ...key },
            ConditionExpression: 'attribute_not_exists(pk) OR holder = :thief',
            ExpressionAttributeValues: { ':thief': leaseThief },
          }),
        );
      };
    },
  };
};
