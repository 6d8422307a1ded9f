import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { createLog } from '#adapters/observability/log.ts';
import type { ChannelSecret } from '#core/contracts/alerting.ts';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import type { ClientQuotas } from '#core/contracts/client-quotas.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { Principal } from '#core/contracts/token.ts';
import { createNetworkRules } from '#core/databases/network-rules.ts';
import { postgresSourceDialect } from '#core/databases/postgresql/source/dialect.ts';
import { findServerProblems, findServerWarnings } from '#core/databases/postgresql/source/readiness.ts';
import { postgresTargetDialect } from '#core/databases/postgresql/target/dialect.ts';
import { describeMissingGrant } from '#core/databases/postgresql/target/grants.ts';
import { engineOf } from '#core/databases/registry.ts';
import type { DetectedServer } from '#core/databases/server-greeting.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { DeadLetterStore } from '#core/ports/dead-letters.ts';
import { type LogEvent, type LogPlace, logPlaces } from '#core/ports/log-reader.ts';
import type { ConnectorStatus, Credentials, KafkaAdminPort } from '#core/ports/services.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import { createApi } from '../../../../lambdas/api/api.ts';
import type { ApiPorts } from '../../../../lambdas/api/ports.ts';
import { goodRehearsal, noDeadLetters, readyServer, sampleTable } from '../../../kit/databases.ts';
import { createMemoryStateStore } from '../../../kit/memory-state-store.ts';
import { createFakeOwnership } from '../../../kit/target-owner.ts';

export const table = (
  name: string,
  change: Partial<TableDescription> = {},
  schema = 'public',
): TableDescription => sampleTable(name, { ref: { schema, table: name }, bytes: 8_192, ...change });

const databaseUser = { username: 'millrace', databaseName: 'shop' } as const;

/** The admin of all clients, an operator of the client with this number, or anyone. */
export type Caller = 'admin' | number | Omit<Principal, 'name'>;

const toPrincipal = (caller: Caller): Principal => {
  if (caller === 'admin') return { role: 'admin', name: 'the admin' };
  if (typeof caller === 'number') return { role: 'operator', clientId: caller, name: `client ${caller}` };
  return { ...caller, name: `a ${caller.role}` };
};

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** Anything that a test did not expect to be called. */
const unexpected = (what: string) => async (): Promise<never> => {
  throw new Error(`${what} was not expected.`);
};

export interface WorldOptions {
  /** In the place of one that moves only when something sleeps. */
  readonly clock?: Clock;
  /** In the place of the one in memory. */
  readonly store?: StateStore;
}

/** The API with everything around it in memory. Tests set what the databases and services answer. */
export const createWorld = (options: WorldOptions = {}) => {
  let nowMs = Date.parse('2026-03-01T12:00:00.000Z');
  const clock: Clock = options.clock ?? {
    now: () => new Date(nowMs),
    // Time passes only here, so waits end at once; a wait that is given up never passes.
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setImmediate(() => {
          if (signal === undefined) nowMs += ms;
          if (signal === undefined) resolve();
        });
        signal?.addEventListener('abort', () => {
          clearImmediate(timer);
          reject(signal.reason);
        });
      }),
  };
  const lines: string[] = [];
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const memory = createMemoryStateStore(clock);
  const store = options.store ?? memory.store;
  const secrets = new Map<string, Credentials>();
  const channelSecrets = new Map<string, ChannelSecret>();
  const executions = new Map<string, { input: string; status: 'RUNNING' | 'FAILED' | 'SUCCEEDED' }>();
  const calls: string[] = [];
  const open = { connections: 0 };
  const validated: Readonly<Record<string, string>>[] = [];
  const world = {
    catalog: [table('flights'), table('airports')] as readonly TableDescription[],
    targetTables: [] as readonly TableDescription[],
    isCreatedTable: true,
    readiness: readyServer,
    missingTargetGrants: [] as readonly string[],
    rehearsal: goodRehearsal,
    /** Thrown by every statement at a database. */
    databaseFailure: undefined as MillraceError | undefined,
    connector: undefined as ConnectorStatus | MillraceError | undefined,
    kafkaFailure: undefined as MillraceError | undefined,
    startFailure: undefined as MillraceError | undefined,
    stopTaskFailure: undefined as MillraceError | undefined,
    putDatabaseFailure: undefined as MillraceError | undefined,
    taskStatus: 'STOPPED',
    /** What becomes of an alert that was put into the queue. */
    deliver: async (_deliveryId: string): Promise<void> => {},
    knowsReplication: true,
    clientQuotas: {} as ClientQuotas,
    deadLetters: noDeadLetters as DeadLetterStore,
    /** What a source says of the log that a replication needs. */
    gap: undefined as string | undefined,
    serverVersion: '18.4',
    detected: undefined as DetectedServer | MillraceError | undefined,
    config: undefined as Readonly<Record<string, string>> | undefined,
    /** What Kafka Connect finds wrong with a connector's configuration. */
    configErrors: [] as readonly string[],
    /** Oldest first. */
    logEvents: {} as Partial<Record<LogPlace, readonly LogEvent[]>>,
  };

  const asked = async <T>(answer: () => T): Promise<T> => {
    if (world.databaseFailure !== undefined) throw world.databaseFailure;
    return answer();
  };
  const find = (tables: readonly TableDescription[], ref: TableRef) =>
    tables.find((it) => it.ref.schema === ref.schema && it.ref.table === ref.table);
  const close = async (): Promise<void> => {
    open.connections -= 1;
  };
  const source = (): SourceDatabase => ({
    dialect: postgresSourceDialect,
    ping: () => asked(() => ({ serverVersion: world.serverVersion })),
    listTables: () => asked(() => world.catalog),
    describeTable: (ref) => asked(() => find(world.catalog, ref)),
    findCaptureProblems: () => asked(() => findServerProblems(world.readiness, databaseUser)),
    findCaptureWarnings: () => asked(() => findServerWarnings(world.readiness)),
    findTableGrantProblems: () => asked(() => []),
    judgeCapture: async () =>
      world.gap === undefined ? { kind: 'continuous' } : { kind: 'gap', reason: world.gap },
    readLog: unexpected('readLog'),
    prepareCapture: unexpected('prepareCapture'),
    dropCapture: unexpected('dropCapture'),
    writeMarker: unexpected('writeMarker'),
    nextChunkBound: unexpected('nextChunkBound'),
    close,
  });
  const { owners, ownership } = createFakeOwnership();
  const target = (): TargetDatabase => ({
    dialect: postgresTargetDialect,
    ping: () => asked(() => ({ serverVersion: world.serverVersion })),
    findWriteProblems: () =>
      asked(() =>
        world.missingTargetGrants.map((grant) => describeMissingGrant(grant, databaseUser.username)),
      ),
    describeTable: (ref) => asked(() => find(world.targetTables, ref)),
    rehearseChange: async (request) => asked(() => undefined).then(() => world.rehearsal(request)),
    createTable: unexpected('createTable'),
    hasRows: async () => false,
    truncate: unexpected('truncate'),
    ...ownership,
    ...world.deadLetters,
    knowsReplication: async () => world.knowsReplication,
    isCreatedTable: async () => world.isCreatedTable,
    dropCreatedTable: unexpected('dropCreatedTable'),
    close,
  });
  const kafka = (): KafkaAdminPort & { close(): Promise<void> } => ({
    checkHealth: async () => {
      if (world.kafkaFailure !== undefined) throw world.kafkaFailure;
    },
    ensureTopics: unexpected('ensureTopics'),
    topicRetentionHours: async () => new Map(),
    topicOffsets: async () => [],
    deleteTopics: async (topics) => {
      calls.push(`delete topics ${topics.join(' ')}`);
    },
    listTopics: unexpected('listTopics'),
    listGroups: unexpected('listGroups'),
    deleteGroups: unexpected('deleteGroups'),
    close,
  });

  let tokens = 0;
  const ports: ApiPorts = {
    store: {
      ...store,
      putDatabase: async (database) => {
        if (world.putDatabaseFailure !== undefined) throw world.putDatabaseFailure;
        await store.putDatabase(database);
      },
    },
    secrets: {
      putCredentials: async (name, credentials) => {
        const arn = `arn:aws:secretsmanager:eu-west-1:1:secret:${name}-x`;
        secrets.set(arn, credentials);
        return arn;
      },
      getCredentials: async (arn) => {
        const found = secrets.get(arn);
        if (found === undefined) throw new MillraceError('SecretMissing', `There is no secret ${arn}.`);
        return found;
      },
      deleteCredentials: async (arn) => {
        secrets.delete(arn);
      },
    },
    channelSecrets: {
      put: async (name, secret) => {
        const arn = `arn:aws:secretsmanager:eu-west-1:1:secret:${name}-x`;
        channelSecrets.set(arn, secret);
        return arn;
      },
      delete: async (arn) => {
        channelSecrets.delete(arn);
      },
    },
    channelSecretPrefix: 'millrace/test/alert-channels',
    alertQueue: {
      send: async ({ deliveryId }) => {
        calls.push('queue alert');
        await world.deliver(deliveryId);
      },
    },
    allowsPlainWebhooks: false,
    newSigningSecret: () => `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    executions: {
      startExecution: async (_stateMachine, name, input) => {
        if (world.startFailure !== undefined) throw world.startFailure;
        const arn = `arn:execution:${name}`;
        if (!executions.has(arn)) executions.set(arn, { input, status: 'RUNNING' });
        return arn;
      },
      getStatus: async (arn) => executions.get(arn)?.status,
      stopExecution: async (arn) => {
        calls.push(`stop execution ${arn}`);
      },
    },
    get clientQuotas() {
      return world.clientQuotas;
    },
    defaultPlacement: 'own',
    tasks: {
      runConsumer: async ({ launchId }) => {
        calls.push(`run ${launchId}`);
        return `task-${launchId}`;
      },
      stopTask: async (arn) => {
        calls.push(`stop task ${arn}`);
        if (world.stopTaskFailure !== undefined) throw world.stopTaskFailure;
      },
      describeTask: async (arn) => {
        calls.push(`describe task ${arn}`);
        return { lastStatus: world.taskStatus };
      },
    },
    connect: {
      checkHealth: async () => {
        if (world.connector instanceof MillraceError) throw world.connector;
      },
      getStatus: async () => {
        if (world.connector instanceof MillraceError) throw world.connector;
        return world.connector;
      },
      listStatuses: async () => {
        if (world.connector instanceof MillraceError) throw world.connector;
        return new Map(world.connector === undefined ? [] : [['acme_shop_connector', world.connector]]);
      },
      pause: async (name) => {
        calls.push(`pause ${name}`);
        if (world.connector !== undefined && !(world.connector instanceof MillraceError)) {
          world.connector = {
            state: 'PAUSED',
            tasks: world.connector.tasks.map(({ id }) => ({ id, state: 'PAUSED' })),
          };
        }
      },
      validateConfig: async (config) => {
        validated.push(config);
        return world.configErrors;
      },
      putConnector: async (name, config) => {
        calls.push(`put ${name}`);
        world.config = config;
      },
      getConfig: async () => world.config,
      getOffset: unexpected('getOffset'),
      resume: async (name) => {
        calls.push(`resume ${name}`);
      },
      stop: unexpected('stop'),
      restart: async (name) => {
        calls.push(`restart ${name}`);
      },
      restartFailed: unexpected('restartFailed'),
      restartTask: async (name, task) => {
        calls.push(`restart ${name} ${task}`);
      },
      resetOffset: unexpected('resetOffset'),
      deleteConnector: async (name) => {
        calls.push(`delete ${name}`);
      },
    },
    openKafka: () => {
      open.connections += 1;
      return kafka();
    },
    openSource: async ({ kind }) => {
      open.connections += 1;
      const opened = source();
      // Everything here speaks as PostgreSQL does, but for which kind of server a version is of.
      const { kindOfVersion } = engineOf(kind).source;
      return { ...opened, dialect: { ...opened.dialect, ...(kindOfVersion && { kindOfVersion }) } };
    },
    openTarget: async () => {
      open.connections += 1;
      return target();
    },
    openSourceWith: async (database, credentials) => {
      calls.push(`connect to ${database.host} as ${credentials.username}`);
      open.connections += 1;
      return source();
    },
    openTargetWith: async () => {
      open.connections += 1;
      return target();
    },
    findNetworkProblems: createNetworkRules({
      allowed: ['0.0.0.0/0', '::/0'],
      reserved: ['10.62.0.0/16'],
      ports: [1521, 3306, 5432, 5433, 6432],
    }).findProblems,
    detectServer: async (host, port) => {
      calls.push(`detect ${host}:${port}`);
      if (world.detected instanceof MillraceError) throw world.detected;
      return world.detected;
    },
    logs: {
      places: logPlaces,
      read: async ({ place, fromMs, toMs, phrase }) => ({
        events: (world.logEvents[place] ?? []).filter(
          ({ atMs, text }) => atMs >= fromMs && atMs <= toMs && text.includes(phrase),
        ),
        isComplete: true,
      }),
    },
    clock,
    logFor: (connectorName, replication) =>
      createLog({ service: 'api', connectorName, fields: { replication }, output }),
    newSecretText: () => {
      tokens += 1;
      return `mlr_secret-token-${tokens}`;
    },
    secretPrefix: 'millrace/test/databases',
    topicRetentionHours: 168,
    captureKafka: { brokers: 'kafka:9092', security: 'plaintext' },
    mostQueueBytes: 128 * 1024 * 1024,
    countFault: () => {
      calls.push('count fault');
    },
    version: '1.2.3',
    workerImage: 'registry.example/worker:abc',
    consoleOrigin: 'https://console.example.com',
  };
  const api = createApi(ports, createLog({ service: 'api', output }));

  /** One request, to a path without its version, as API Gateway hands it over; `as` is who the authorizer found. */
  const request = async (
    as: Caller | 'nobody',
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    version = apiVersionPath,
  ): Promise<Reply> => {
    const [pathname = '', search] = `${version}${path}`.split('?');
    const event = {
      httpMethod: method,
      path: pathname,
      pathParameters: { proxy: pathname.slice(1) },
      queryStringParameters: search === undefined ? null : Object.fromEntries(new URLSearchParams(search)),
      headers: { Authorization: 'Bearer header-token', ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: false,
      requestContext: {
        ...(as === 'nobody'
          ? {}
          : {
              authorizer: Object.fromEntries(
                Object.entries(toPrincipal(as)).map(([name, value]) => [name, String(value)]),
              ),
            }),
      },
    } as unknown as APIGatewayProxyEvent;
    const result: APIGatewayProxyResult = await api(event, { awsRequestId: 'request-1' } as Context);
    return {
      status: result.statusCode,
      type: String(result.headers?.['content-type']),
      headers: result.headers ?? {},
      body:
        result.body !== '' && String(result.headers?.['content-type']).includes('json')
          ? (JSON.parse(result.body) as Record<string, unknown>)
          : {},
      text: result.body,
    };
  };

  /** A client with a source (1) and a target (2) database. */
  const clientWithDatabases = async (
    name = 'Acme',
  ): Promise<{ client: number; source: number; target: number }> => {
    const client = Number((await request('admin', 'POST', '/clients', { name })).body.client_id);
    const register = async (database: string): Promise<number> => {
      const answer = await request(client, 'POST', '/databases', registration({ name: database, database }));
      return Number(answer.body.database_id);
    };
    return { client, source: await register('shop'), target: await register('warehouse') };
  };

  /** A configured replication of `flights`. */
  const configured = async (name = 'Acme') => {
    const ids = await clientWithDatabases(name);
    const answer = await request(ids.client, 'POST', '/replications', {
      source_database_id: ids.source,
      target_database_id: ids.target,
      tables: [{ source: { table: 'flights' } }],
    });
    return { ...ids, replication: Number(answer.body.replication_id) };
  };

  return {
    ...memory,
    /** Tests may put their own methods in its store. */
    ports,
    owners,
    world,
    secrets,
    channelSecrets,
    executions,
    calls,
    validated,
    open,
    lines,
    request,
    clientWithDatabases,
    configured,
    advance: (ms: number) => {
      nowMs += ms;
    },
    clock,
  };
};

export const registration = (change: Record<string, unknown> = {}) => ({
  name: 'shop',
  kind: 'postgresql',
  host: 'db.example.com',
  port: 5432,
  database: 'shop',
  username: 'millrace',
  password: 'correct horse battery staple',
  ...change,
});

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
