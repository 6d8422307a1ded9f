import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { createNetworkRules } from '#core/databases/network-rules.ts';
import {
  canonicalSessionSettings,
  toStartupOptions,
  withoutSessionLimitsStatement,
} from '#core/databases/postgresql/session.ts';
import { createDatabaseSocket } from '../../network/database-socket.ts';

/** TCP connect, TLS and authentication. A server that is reachable answers in far less, also across regions. */
export const connectTimeoutMs = 10_000;

/** Catalog reads and single statements. A copy or an apply transaction brings its own limit. */
export const defaultStatementTimeoutMs = 30_000;

/** A lock that is not had by then is reported as transient, before it queues up everybody else behind us. */
export const defaultLockTimeoutMs = 10_000;

/**
 * A connection that went silent (a dropped NAT entry, a power loss) is noticed by keep-alive probes after the system's
 * defaults only, so a statement is also given up on our side: the server's own limit, plus time for its answer to come.
 */
const silenceMarginMs = 5_000;

/** The server ends one of our transactions that has done nothing for so long, and with it our locks and our snapshot. */
const idleInTransactionTimeoutMs = 300_000;

/** Idle connections are closed after this, since NAT gateways and Lambda's freezer forget them (AWS NAT: 350 s). */
const idleConnectionTimeoutMs = 60_000;

const keepAliveInitialDelayMs = 10_000;

/** How long `closePool` waits for orderly good-byes before it cuts connections that do not answer. */
const closeTimeoutMs = 5_000;

export interface PoolOptions {
  /** Shown in pg_stat_activity: `millrace-consumer`, `millrace-copy`. */
  readonly applicationName: string;
  /** Connections at most. */
  readonly maxConnections?: number;
  /** Limit of a single statement in milliseconds; 0 is none, for COPY. */
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  /** Further session settings, by their name in postgresql.conf. */
  readonly sessionSettings?: Readonly<Record<string, string>>;
}

/** What pg.Connection does with each stream that it reads: the socket, and what TLS makes of it. Not in pg's types. */
interface ReadsStreams {
  attachListeners(stream: Duplex): void;
}

/**
 * pg reads the server's messages in a listener of the socket, and throws there when it does not know one, as a kind of authentication
 * that is newer. Outside of any promise, that would end the process; here it fails the connection.
 */
class GuardedClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const connection = this.connection as unknown as ReadsStreams;
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      attach(stream);
      for (const read of stream.listeners('data')) {
        stream.off('data', read as (part: Buffer) => void);
        stream.on('data', (part: Buffer) => {
          try {
            read.call(stream, part);
          } catch (error) {
            stream.destroy(error instanceof Error ? error : new Error(String(error)));
          }
        });
      }
    };
  }
}

/**
 * A pool of connections whose every session has the canonical settings. Result values are PostgreSQL's text, or null,
 * whatever their type: nothing is parsed, so nothing is rounded. Connections are made when needed; a broken one is
 * thrown away and its error reaches anyone who uses it next.
 */
export const createPool = (settings: ConnectionSettings, options: PoolOptions): pg.Pool => {
  const statementTimeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
  const network = createNetworkRules(settings.network);
  const pool = new pg.Pool({
    Client: GuardedClient,
    host: settings.host,
    port: settings.port,
    stream: () => createDatabaseSocket(network),
    database: settings.databaseName,
    user: settings.username,
    password: settings.password,
    ssl: tlsOptions(settings),
    application_name: options.applicationName,
    max: options.maxConnections ?? 4,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleConnectionTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveInitialDelayMs,
    ...(statementTimeoutMs > 0 && { query_timeout: statementTimeoutMs + silenceMarginMs }),
    options: toStartupOptions({
      ...canonicalSessionSettings,
      statement_timeout: String(statementTimeoutMs),
      lock_timeout: String(options.lockTimeoutMs ?? defaultLockTimeoutMs),
      idle_in_transaction_session_timeout: String(idleInTransactionTimeoutMs),
      ...keepalives,
      ...options.sessionSettings,
    }),
    // Once for each connection, before whatever it was made for.
    verify: (client, done) => {
      client.query(withoutSessionLimitsStatement).then(() => done(), done);
    },
    types: { getTypeParser: () => (text: string) => text },
  });
  // A connection may break while nobody uses it, or between two statements of a transaction. Without a listener
  // either would end the process; the next statement on that connection fails with the error anyway.
  pool.on('error', () => undefined);
  const clients = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    clients.add(client);
  });
  pool.on('remove', (client) => clients.delete(client));
  clientsOfPool.set(pool, clients);
  return pool;
};

const clientsOfPool = new WeakMap<pg.Pool, ReadonlySet<pg.PoolClient>>();

/**
 * The server notices within a minute that our network is gone, also in the middle of a COPY, which no other limit ends. Its own default is
 * two hours.
 */
const keepalives = {
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
} as const;

/** Ends the pool: waits for connections in use, but cuts those that have not ended after `closeTimeoutMs`. */
export const closePool = async (pool: pg.Pool): Promise<void> => {
  if (pool.ending) return;
  const cut = setTimeout(() => {
    for (const client of clientsOfPool.get(pool) ?? []) cutConnection(client);
  }, closeTimeoutMs);
  try {
    await pool.end();
  } finally {
    clearTimeout(cut);
  }
};

/** Closes the socket at once, without a word to the server, which then rolls back what the session had open. */
export const cutConnection = (client: pg.PoolClient): void => {
  client.connection.stream.destroy();
};

/** libpq's meanings of the modes (PostgreSQL manual, 32.19), without its fallback to an unencrypted connection. */
const tlsOptions = (settings: ConnectionSettings): false | ConnectionOptions => {
  const trusted = settings.caPem === undefined ? {} : { ca: settings.caPem };
  switch (settings.tlsMode) {
    case 'disable':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-ca':
      return { ...trusted, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...trusted, rejectUnauthorized: true };
  }
};
