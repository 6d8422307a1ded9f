import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import pg from 'pg';
import { type KafkaSettings, parseBrokers } from '#adapters/kafka/kafka-client.ts';
import { poolProcessesOf, taskProcessesOf } from '#test/kit/task-processes.ts';
import { readAdminToken } from '../../local/admin-token.ts';
import { readStackState, type StackState } from '../../local/stack-state.ts';
import { stateFolder } from '../../local/state-folder.ts';

/** The running stack, which start-stack.ts has started. */
export const runningStack = (): StackState & { readonly api: NonNullable<StackState['api']> } => {
  const state = readStackState();
  if (state?.api === undefined)
    throw new Error('The local stack does not run, or the app is not deployed on it.');
  return { ...state, api: state.api };
};

/** How the databases of the stack are registered: with a check of their certificates, where they have some. */
export const tlsRegistration = (): Readonly<Record<string, string>> => {
  const { secure } = runningStack();
  return secure === undefined ? { tls_mode: 'disable' } : { tls_mode: 'verify-full', ca_pem: secure.caPem };
};

/** How the tests' own clients reach the databases of the stack, those of pg and of mysql2 alike. */
export const tlsOfClient = (): { readonly ssl?: { readonly ca: string } } => {
  const { secure } = runningStack();
  return secure === undefined ? {} : { ssl: { ca: secure.caPem } };
};

/** How the tests' own clients reach Kafka: with every right. */
export const kafkaSettings = (): KafkaSettings => {
  const { kafka, secure } = runningStack();
  const shared = { brokers: parseBrokers(kafka.brokers), clientId: 'millrace-test' };
  return secure === undefined
    ? { ...shared, security: 'plaintext' }
    : {
        ...shared,
        security: 'scram',
        caPem: secure.caPem,
        readUser: async () => secure.kafkaAdministrator,
      };
};

/** Dummy keys: the emulator accepts any. */
export const emulatorClientConfig = (stack: StackState) => ({
  endpoint: stack.emulator.url,
  region: stack.emulator.region,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect; a wrong guess fails the expectation.
  readonly body: any;
}

export interface Api {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  put(path: string, body: unknown): Promise<ApiAnswer>;
  patch(path: string, body: unknown): Promise<ApiAnswer>;
  delete(path: string): Promise<ApiAnswer>;
}

export const apiWith = (token: string): Api => {
  const { api } = runningStack();
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> => {
    const response = await fetch(`${api.url.replace(/\/$/, '')}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  /** The account runs ten Lambdas at once: what was refused for that has not run, and is asked again, as any client does. */
  const callInTurn = async (...request: Parameters<typeof call>): Promise<ApiAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await call(...request);
      if (answer.body?.Reason !== 'ConcurrentInvocationLimitExceeded' || attempt === 60) return answer;
      await sleep(1_000);
    }
  };
  return {
    get: (path) => callInTurn('GET', path),
    post: (path, body = {}, headers) => callInTurn('POST', path, body, headers),
    put: (path, body) => callInTurn('PUT', path, body),
    patch: (path, body) => callInTurn('PATCH', path, body),
    delete: (path) => callInTurn('DELETE', path),
  };
};

export const adminToken = (): Promise<string> => readAdminToken(runningStack());

export const adminApi = async (): Promise<Api> => apiWith(await adminToken());

export const connectTo = async (side: StackState['source'], database = side.database): Promise<pg.Client> => {
  const client = new pg.Client({ ...side, database, ...tlsOfClient() });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** A client with the stack's two servers registered: its own databases at the source and the target. */
export interface Tenant {
  readonly api: Api;
  /** Of this client, as `api` uses it. */
  readonly token: string;
  readonly source: pg.Client;
  readonly target: pg.Client;
  readonly databaseName: string;
  readonly sourceDatabaseId: number;
  readonly targetDatabaseId: number;
  registration(
    side: 'source' | 'target',
    change?: Readonly<Record<string, unknown>>,
  ): Record<string, unknown>;
  close(): Promise<void>;
}

/** Each suite has a client and databases of its own, so that suites do not meet. */
export const createTenant = async (name: string): Promise<Tenant> => {
  const stack = runningStack();
  const databaseName = `${name}_${randomBytes(3).toString('hex')}`;
  for (const side of [stack.source, stack.target]) {
    const maintenance = await connectTo(side);
    await maintenance.query(`CREATE DATABASE ${pg.escapeIdentifier(databaseName)}`);
    await maintenance.end();
  }
  const admin = await adminApi();
  const client = await admin.post('/clients', { name: databaseName });
  const token = await admin.post(`/clients/${client.body.client_id}/tokens`);
  const api = apiWith(token.body.token);
  const registration: Tenant['registration'] = (side, change = {}) => ({
    name: `${databaseName} ${side}`,
    kind: 'postgresql',
    host: stack[side].host,
    port: stack[side].port,
    database: databaseName,
    username: stack[side].user,
    password: stack[side].password,
    ...tlsRegistration(),
    ...change,
  });
  const register = async (side: 'source' | 'target'): Promise<number> => {
    const answer = await api.post('/databases', registration(side));
    if (answer.status !== 201) throw new Error(`Registering ${side}: ${JSON.stringify(answer.body)}`);
    return answer.body.database_id;
  };
  const source = await connectTo(stack.source, databaseName);
  const target = await connectTo(stack.target, databaseName);
  return {
    api,
    token: token.body.token,
    source,
    target,
    databaseName,
    sourceDatabaseId: await register('source'),
    targetDatabaseId: await register('target'),
    registration,
    close: async () => {
      await source.end();
      await target.end();
    },
  };
};

/** Repeats `probe` until it returns something, and fails with what it last saw. */
export const waitFor = async <T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined>,
  describe: () => Promise<unknown> = async () => '',
): Promise<T> => {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeoutMs / 1000} s for ${what}. ${JSON.stringify(await describe())}`);
    }
    await sleep(250);
  }
};

export const createReplication = async (
  tenant: Tenant,
  tables: readonly unknown[],
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly id: number; readonly connectorName: string }> => {
  const answer = await tenant.api.post('/replications', {
    source_database_id: tenant.sourceDatabaseId,
    target_database_id: tenant.targetDatabaseId,
    tables,
    ...more,
  });
  if (answer.status !== 201) throw new Error(`Creating the replication: ${JSON.stringify(answer.body)}`);
  return { id: answer.body.replication_id, connectorName: answer.body.connector_name };
};

export const statusOf = async (tenant: Pick<Tenant, 'api'>, id: number): Promise<ApiAnswer['body']> => {
  const { status, body } = await tenant.api.get(`/replications/${id}/status`);
  if (status !== 200) throw new Error(`The status of replication ${id}: ${status} ${JSON.stringify(body)}`);
  return body;
};

export const startAndAwaitActive = async (
  tenant: Pick<Tenant, 'api'>,
  id: number,
  body: Readonly<Record<string, unknown>> = {},
  timeoutMs = 120_000,
): Promise<void> => {
  const started = await tenant.api.post(`/replications/${id}/start`, body);
  if (started.status !== 202) throw new Error(`Starting: ${started.status} ${JSON.stringify(started.body)}`);
  await awaitStatus(tenant, id, 'active', timeoutMs);
};

export const awaitStatus = async (
  tenant: Pick<Tenant, 'api'>,
  id: number,
  status: string,
  timeoutMs: number,
): Promise<void> => {
  await waitFor(
    `replication ${id} to become ${status}`,
    timeoutMs,
    async () => {
      const { config } = await statusOf(tenant, id);
      if (config.status === status) return true;
      if (config.status === 'error' && status === 'active') throw new Error(config.last_error_message);
      return undefined;
    },
    () => statusOf(tenant, id),
  );
};

export const awaitLive = (tenant: Pick<Tenant, 'api'>, id: number, timeoutMs = 60_000): Promise<true> =>
  waitFor(
    `every table of replication ${id} to be live`,
    timeoutMs,
    async () => {
      const { tables } = await statusOf(tenant, id);
      return tables.every((table: { state: string }) => table.state === 'live') ? true : undefined;
    },
    () => statusOf(tenant, id),
  );

/** A sixth of the time between the schedule's. */
const checkEveryMs = 10_000;

/** Waits for what a health check sees or does. It looks again and again meanwhile, next to its schedule of a minute. */
const whileChecking = async <T>(wait: () => Promise<T>): Promise<T> => {
  const over = new AbortController();
  const { signal } = over;
  const keepChecking = async (): Promise<void> => {
    const lambda = new LambdaClient(emulatorClientConfig(runningStack()));
    const check = new InvokeCommand({
      FunctionName: 'millrace-local-monitor-health',
      Payload: Buffer.from('{}'),
    });
    while (!signal.aborted) {
      // The account may run no more Lambdas just now; the schedule's own check comes in any case.
      await lambda.send(check, { abortSignal: signal }).catch(() => undefined);
      await sleep(checkEveryMs, undefined, { signal }).catch(() => undefined);
    }
    lambda.destroy();
  };
  const checking = keepChecking();
  try {
    return await wait();
  } finally {
    over.abort();
    await checking;
  }
};

/** What the health check saw in the middle of a change stands until its next look. */
export const awaitHealthy = async (
  { api }: Pick<Tenant, 'api'>,
  id: number,
  timeoutMs = 120_000,
): Promise<true> => {
  const isHealthy = async (): Promise<true | undefined> =>
    (await api.get(`/replications/${id}/status`)).body.overall === 'healthy' ? true : undefined;
  return (
    (await isHealthy()) ??
    whileChecking(() =>
      waitFor(
        `replication ${id} to be healthy`,
        timeoutMs,
        isHealthy,
        async () => (await api.get(`/replications/${id}/why`)).body,
      ),
    )
  );
};

/** Waits until a query gives the same rows at both sides; the differences are in jest's own output otherwise. */
export const awaitEqual = async (
  tenant: Tenant,
  sourceQuery: string,
  targetQuery: string,
  timeoutMs = 60_000,
): Promise<void> => {
  const read = async (client: pg.Client, query: string): Promise<string> =>
    JSON.stringify((await client.query({ text: query, rowMode: 'array' })).rows);
  await waitFor(
    'source and target to be equal',
    timeoutMs,
    async () => {
      const [expected, actual] = await Promise.all([
        read(tenant.source, sourceQuery),
        read(tenant.target, targetQuery).catch(() => ''),
      ]);
      return expected === actual ? true : undefined;
    },
    async () => ({
      source: (await read(tenant.source, sourceQuery)).slice(0, 500),
      target: (await read(tenant.target, targetQuery)).slice(0, 500),
    }),
  );
};

/** Count and an order-independent sum of row hashes of a table. */
export const digestQuery = (table: string): string =>
  `SELECT count(*)::text, coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text FROM ${table} t`;

/** Processes of the running ECS tasks that do `role` for a replication. */
export const taskProcesses = (role: 'consumer' | 'copy-worker', replicationId: number): readonly number[] =>
  taskProcessesOf(stateFolder(), role, replicationId);

/** Processes of the running pool tasks. */
export const poolProcesses = (): readonly number[] => poolProcessesOf(stateFolder());

/**
 * Waits until these processes of a replication's consumer have ended: all that run, if none are named. One that was drained writes
 * nothing any more, and needs a moment to close its connections.
 */
export const awaitConsumerEnd = async (replicationId: number, pids?: readonly number[]): Promise<void> =>
  waitFor(
    'the consumer to end',
    30_000,
    async () => (remainingConsumers(replicationId, pids).length === 0 ? true : undefined),
    async () => ({ running: remainingConsumers(replicationId, pids) }),
  ).then(() => undefined);

const remainingConsumers = (replicationId: number, pids?: readonly number[]): readonly number[] =>
  taskProcesses('consumer', replicationId).filter((pid) => pids?.includes(pid) ?? true);
