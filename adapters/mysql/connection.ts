import mysql from 'mysql2';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { canonicalSessionStatements } from '#core/databases/mysql/canonical-session.ts';

/** TCP connect, TLS and authentication. A server that is reachable answers in far less, also across regions. */
const connectTimeoutMs = 10_000;

/** Catalog reads and single statements. A copy brings its own limit. */
const defaultStatementTimeoutMs = 30_000;

/** Idle connections are closed after this, since NAT gateways and Lambda's freezer forget them (AWS NAT: 350 s). */
const idleConnectionTimeoutMs = 60_000;

const keepAliveInitialDelayMs = 10_000;

/**
 * How long the server waits for us to take more of a result: by default 60 s, which a target that is busy with a checkpoint
 * can exceed. As long as a copy may stand still.
 */
const netWriteTimeoutSeconds = 300;

/** How long `closePool` waits for orderly good-byes before it cuts connections that do not answer. */
const closeTimeoutMs = 5_000;

export interface PoolOptions {
  /** Connections at most. */
  readonly maxConnections?: number;
  /** Limit of a single statement in milliseconds, by the server; 0 is none, for the reads of a copy. */
  readonly statementTimeoutMs?: number;
}

export interface MysqlPool {
  readonly pool: mysql.Pool;
  /** For each statement: after it the connection is given up. Undefined is none. */
  readonly silenceTimeoutMs: number | undefined;
  readonly connections: ReadonlySet<mysql.PoolConnection>;
}

/** The server's own limit, plus time for its answer to come: what is silent for longer is gone. */
const silenceMarginMs = 5_000;

/**
 * A pool of connections whose every session has the canonical settings. Values of results are the server's text, or null,
 * whatever their type: nothing is parsed, so nothing is rounded. Connections are made when needed; a broken one is
 * thrown away and its error reaches whoever uses it next.
 */
export const createPool = (settings: ConnectionSettings, options: PoolOptions): MysqlPool => {
  const statementTimeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
  const maxConnections = options.maxConnections ?? 4;
  const ssl = tlsOptions(settings);
  const pool = mysql.createPool({
    host: settings.host,
    port: settings.port,
    database: settings.databaseName,
    user: settings.username,
    password: settings.password,
    ...(ssl !== undefined && { ssl }),
    charset: 'UTF8MB4_GENERAL_CI',
    connectTimeout: connectTimeoutMs,
    connectionLimit: maxConnections,
    maxIdle: maxConnections,
    idleTimeout: idleConnectionTimeoutMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: keepAliveInitialDelayMs,
    // A row's value must never be able to become a second statement, nor a local file a value.
    multipleStatements: false,
    flags: ['-LOCAL_FILES'],
    typeCast: (field) => field.string('utf8'),
  });
  const connections = new Set<mysql.PoolConnection>();
  pool.on('connection', (connection) => {
    connections.add(connection);
    // Without a listener a connection that breaks while nobody uses it would end the process.
    connection.on('error', () => undefined);
    connection.on('end', () => connections.delete(connection));
    // Queued before whatever the connection was made for.
    for (const statement of [
      ...canonicalSessionStatements,
      `SET SESSION net_write_timeout = ${netWriteTimeoutSeconds}`,
    ]) {
      connection.query(statement, (error) => {
        if (error !== null) connection.destroy();
      });
    }
    // A server of the other kind does not know the variable; that it is one is found out by validation.
    if (statementTimeoutMs > 0) {
      connection.query(limitStatement(settings, statementTimeoutMs), () => undefined);
    }
  });
  return {
    pool,
    silenceTimeoutMs: statementTimeoutMs > 0 ? statementTimeoutMs + silenceMarginMs : undefined,
    connections,
  };
};

/** MySQL limits SELECTs only, in milliseconds; MariaDB every statement, in seconds. */
const limitStatement = ({ kind }: ConnectionSettings, limitMs: number): string =>
  kind === 'mariadb'
    ? `SET SESSION max_statement_time = ${limitMs / 1_000}`
    : `SET SESSION max_execution_time = ${limitMs}`;

/** Ends the pool: lets connections say good-bye, but cuts those that have not ended after `closeTimeoutMs`. */
export const closePool = async ({ pool, connections }: MysqlPool): Promise<void> => {
  const cut = setTimeout(() => {
    for (const connection of connections) connection.destroy();
  }, closeTimeoutMs);
  try {
    await new Promise<void>((done) => {
      pool.end(() => done());
      cut.ref();
    });
  } finally {
    clearTimeout(cut);
  }
};

export const takeConnection = ({ pool }: MysqlPool): Promise<mysql.PoolConnection> =>
  new Promise((done, reject) => {
    pool.getConnection((error, connection) => {
      if (error === null) done(connection);
      else reject(error);
    });
  });

/** The modes mean what libpq's do (PostgreSQL manual, 32.19): `require` encrypts without checking who answers. */
const tlsOptions = (settings: ConnectionSettings): mysql.SslOptions | undefined => {
  const trusted = settings.caPem === undefined ? {} : { ca: settings.caPem };
  switch (settings.tlsMode) {
    case 'disable':
      return undefined;
    case 'require':
      return { rejectUnauthorized: false, verifyIdentity: false };
    case 'verify-ca':
      return { ...trusted, rejectUnauthorized: true, verifyIdentity: false };
    case 'verify-full':
      return { ...trusted, rejectUnauthorized: true, verifyIdentity: true };
  }
};
