import { z } from 'zod';
import { type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { DemoKindName } from './demo-database.ts';

/**
 * The product as its users see it: HTTP calls that docs/openapi.json describes. Each shape names only what is read
 * here and lets the API add fields.
 */
const clientShape = z.looseObject({ client_id: z.number() });
const tokenShape = z.looseObject({ token: z.string() });
const databaseShape = z.looseObject({ database_id: z.number() });
const readinessShape = z.looseObject({
  ready: z.boolean(),
  problems: z.array(z.looseObject({ subject: z.string(), message: z.string() })),
});
const databaseTestShape = z.looseObject({
  server_version: z.string(),
  as_source: readinessShape,
  as_target: readinessShape,
});
export type DatabaseTest = z.infer<typeof databaseTestShape>;
const discoveredShape = z.looseObject({
  tables: z.array(z.looseObject({ schema: z.string(), table: z.string(), replicable: z.boolean() })),
});

const replicationShape = z.looseObject({
  replication_id: z.number(),
  tables: z.array(
    z.looseObject({
      source: z.looseObject({ table: z.string() }),
      target: z.looseObject({ table: z.string() }),
    }),
  ),
});
export type Replication = z.infer<typeof replicationShape>;

const copyCounters = {
  rows_copied: z.number(),
  estimated_rows: z.number(),
  percent: z.number(),
  rows_per_second: z.number().nullable(),
  seconds_left: z.number().nullable(),
};
const tableCopyShape = z.looseObject({
  source: z.looseObject({ table: z.string() }),
  state: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  message: z.string().nullable(),
  ...copyCounters,
});
export type TableCopy = z.infer<typeof tableCopyShape>;
const copyShape = z.looseObject({ ...copyCounters, tables: z.array(tableCopyShape) });
export type CopyProgress = z.infer<typeof copyShape>;

const statusShape = z.looseObject({
  overall: z.string(),
  reasons: z.array(z.string()),
  consumer: z.looseObject({ state: z.string(), last_heartbeat: z.string().nullable() }),
  config: z.looseObject({
    status: z.string(),
    connector_name: z.string(),
    kafka_topic_prefix: z.string(),
    last_error_code: z.string().nullable(),
    last_error_message: z.string().nullable(),
  }),
  statistics: z.looseObject({
    rows_inserted: z.number(),
    rows_updated: z.number(),
    rows_deleted: z.number(),
    tables_truncated: z.number(),
    lag_events: z.number().nullable(),
  }),
  tables: z.array(tableCopyShape),
});
export type ReplicationStatus = z.infer<typeof statusShape>;

const problemShape = z.looseObject({
  detail: z.string(),
  code: z.string(),
  problems: z.array(z.looseObject({ subject: z.string(), message: z.string() })).optional(),
});

export interface DatabaseRegistration {
  readonly name: string;
  readonly kind: DemoKindName;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tls_mode: 'disable';
}

/** Where PostgreSQL has its tables unless told otherwise. */
const defaultSchema = 'public';

/** What an operator may do: manage clients and their tokens. */
export interface AdminApi {
  createClient(name: string): Promise<number>;
  createToken(clientId: number): Promise<string>;
}

/** What a client may do with its own databases and replications. */
export interface ClientApi {
  registerDatabase(database: DatabaseRegistration): Promise<number>;
  testDatabase(databaseId: number): Promise<DatabaseTest>;
  /** Names of the replicable tables of a schema. */
  discoverTables(databaseId: number, schema?: string): Promise<readonly string[]>;
  createReplication(
    sourceDatabaseId: number,
    targetDatabaseId: number,
    tables: readonly string[],
    schema?: string,
  ): Promise<Replication>;
  startReplication(replicationId: number, options?: { readonly forceResync: boolean }): Promise<void>;
  stopReplication(replicationId: number): Promise<void>;
  getStatus(replicationId: number): Promise<ReplicationStatus>;
  getCopy(replicationId: number): Promise<CopyProgress>;
}

export const adminApi = (url: string, token: string, signal?: AbortSignal): AdminApi => {
  const call = caller(url, token, signal);
  return {
    createClient: async (name) => (await call('POST', '/clients', clientShape, { name })).client_id,
    createToken: async (clientId) => (await call('POST', `/clients/${clientId}/tokens`, tokenShape)).token,
  };
};

export const clientApi = (url: string, token: string, signal?: AbortSignal): ClientApi => {
  const call = caller(url, token, signal);
  return {
    registerDatabase: async (database) =>
      (await call('POST', '/databases', databaseShape, database)).database_id,
    testDatabase: (databaseId) => call('POST', `/databases/${databaseId}/test`, databaseTestShape),
    discoverTables: async (databaseId, schema = defaultSchema) => {
      const { tables } = await call('GET', `/databases/${databaseId}/tables`, discoveredShape);
      return tables
        .filter((table) => table.schema === schema && table.replicable)
        .map((table) => table.table);
    },
    createReplication: (sourceDatabaseId, targetDatabaseId, tables, schema = defaultSchema) =>
      call('POST', '/replications', replicationShape, {
        source_database_id: sourceDatabaseId,
        target_database_id: targetDatabaseId,
        tables: tables.map((table) => ({ source: { schema, table } })),
      }),
    startReplication: async (replicationId, options = { forceResync: false }) => {
      await call('POST', `/replications/${replicationId}/start`, replicationShape, {
        force_resync: options.forceResync,
      });
    },
    stopReplication: async (replicationId) => {
      await call('POST', `/replications/${replicationId}/stop`, replicationShape, {});
    },
    getStatus: (replicationId) => call('GET', `/replications/${replicationId}/status`, statusShape),
    getCopy: (replicationId) => call('GET', `/replications/${replicationId}/copy`, copyShape),
  };
};

type Call = <T>(method: 'GET' | 'POST', path: string, shape: z.ZodType<T>, body?: unknown) => Promise<T>;

/** API Gateway ends a call after 29 s. */
const callTimeoutMs = 35_000;

/** Throws the API's problem as a MillraceError of the same code. */
const caller =
  (url: string, token: string, signal: AbortSignal | undefined): Call =>
  async (method, path, shape, body) => {
    const timeout = AbortSignal.timeout(callTimeoutMs);
    const response = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await response.text();
    if (!response.ok) throw toError(`${method} ${path}`, response.status, text);
    return shape.parse(JSON.parse(text));
  };

const toError = (call: string, status: number, text: string): MillraceError => {
  const problem = problemShape.safeParse(parseOrUndefined(text));
  if (!problem.success) {
    return new MillraceError('Internal', `${call} answered ${status}: ${text.slice(0, 500)}`);
  }
  const { code, detail, problems = [] } = problem.data;
  const lines = problems.map(({ subject, message }) => `\n  - ${subject}: ${message}`);
  return errorOfCode(code, `${call}: ${detail}${lines.join('')}`);
};

/** An error that the product tells by its code, so that its policy's advice can be shown. */
export const errorOfCode = (code: string | null, message: string): MillraceError =>
  new MillraceError(isErrorCode(code) ? code : 'Internal', message);

const isErrorCode = (code: string | null): code is ErrorCode => code !== null && code in errorPolicies;

const parseOrUndefined = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
