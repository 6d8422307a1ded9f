import type { Socket } from 'node:net';
import type { PoolConnection as EventConnection } from 'mysql2';
import mysql from 'mysql2/promise';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { kindOfVersion } from '#core/databases/mysql/flavors.ts';
import {
  parseSessionFacts,
  readingSessionStatements,
  type SessionFacts,
  sessionFactsStatement,
  writingSessionStatements,
} from '#core/databases/mysql/session.ts';
import type { Statement } from '#core/databases/mysql/statement.ts';
import { createNetworkRules, type NetworkRules } from '#core/databases/network-rules.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createDatabaseSocket } from '../../network/database-socket.ts';

/** TCP connect, TLS and authentication. A server that is reachable answers in far less, also across regions. */
const connectTimeoutMs = 10_000;

/** Catalog reads and single statements. A copy or an apply transaction brings its own limit. */
const defaultStatementTimeoutMs = 30_000;

/** A lock that is not had by then is reported as transient, before it queues up everybody else behind us. */
const defaultLockTimeoutMs = 10_000;

/** The server ends one of our sessions that has done nothing for so long, and with it our locks and our snapshot. */
const defaultIdleTimeoutMs = 300_000;

/**
 * Idle connections are closed after this share of the time at which the server would close them, so that none is taken in
 * the moment in which it ends.
 */
const idleShare = 0.5;

/** Idle connections are closed after this at the latest, since NAT gateways and Lambda's freezer forget them (AWS NAT: 350 s). */
const maxIdleConnectionMs = 60_000;

const keepAliveInitialDelayMs = 10_000;

/** The server's own limit, plus time for its answer to come: a statement that reads and is silent for longer is given up. */
const silenceMarginMs = 5_000;

/** How long `close` waits for connections in use, and then for good-byes, before it cuts those that do not end. */
const closeTimeoutMs = 5_000;

export interface PoolOptions {
  /** Shown in performance_schema.session_connect_attrs as `program_name`: `millrace-consumer`, `millrace-copy`. */
  readonly applicationName: string;
  /**
   * What its sessions are set up for, see session.ts. One that writes is refused by a server of another kind than the
   * registered one, since the two differ where it counts; a source is told so by its validation.
   */
  readonly access: 'read' | 'write';
  /** Connections at most. */
  readonly maxConnections?: number;
  /** Limit of a single statement in milliseconds; 0 is none, for a copy. */
  readonly statementTimeoutMs?: number;
  /** How long a session that writes waits for a lock. */
  readonly lockTimeoutMs?: number;
  /** After so long without a statement the server closes a session that writes, also in a transaction. */
  readonly idleTimeoutMs?: number;
  /** Several statements in one text, for what is sent by the thousand. */
  readonly multipleStatements?: boolean;
}

/** A connection in use. Anyone who got it gives it back by `release`, or by `destroy` after an error. */
export interface Connection {
  readonly facts: SessionFacts;
  readonly driver: mysql.PoolConnection;
  /** The same connection by events, for rows that are taken as they come. */
  readonly events: EventConnection;
  /** One text, with literals by literals.ts; values of a statement are put into it by the driver. */
  query(statement: Statement | string, options?: { readonly isUnlimited?: boolean }): Promise<QueryResult>;
  /** Rows as arrays in the order of the columns, undecoded, see `rawValues`. */
  queryValues(sql: string, binary: readonly boolean[]): Promise<readonly (readonly (string | null)[])[]>;
  /** Prepared once and kept by the server; values are bound. */
  execute(statement: Statement): Promise<QueryResult>;
  release(): void;
  /** Closes the socket at once, without a word to the server, which then rolls back what the session had open. */
  destroy(): void;
}

/** The result of the last statement, and of each statement when several were sent at once. */
export interface QueryResult {
  readonly rows: readonly TextRow[];
  /** Rows that a change found, also those that it left as they were. */
  readonly affectedRows: number;
  readonly warnings: number;
  /** `affectedRows` of every statement of a text, in order. */
  readonly affectedByStatement: readonly number[];
}

/** A row as the server wrote it: each value as text, or null. */
export type TextRow = Readonly<Record<string, string | null>>;

export interface Pool {
  /** A connection whose session has the settings of session.ts. Errors are the driver's, and MillraceErrors. */
  acquire(): Promise<Connection>;
  /** Waits for connections in use, but cuts those that have not come back after `closeTimeoutMs`. Rejects nothing. */
  close(): Promise<void>;
}

/**
 * A pool of connections to a MySQL or MariaDB server. Connections are made when needed, and every new one is asked for its
 * server's version. A broken one is thrown away; its error reaches anyone who uses it next.
 */
export const createPool = (settings: ConnectionSettings, options: PoolOptions): Pool => {
  const isReading = options.access === 'read';
  const idleTimeoutMs = options.idleTimeoutMs ?? defaultIdleTimeoutMs;
  const statementTimeoutMs = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
  const silenceTimeoutMs =
    isReading && statementTimeoutMs > 0 ? statementTimeoutMs + silenceMarginMs : statementTimeoutMs;
  const maxConnections = options.maxConnections ?? 4;
  const network = createNetworkRules(settings.network);
  const pool = mysql.createPool({
    host: settings.host,
    port: settings.port,
    database: settings.databaseName,
    user: settings.username,
    password: settings.password,
    ...tlsOptions(settings),
    timezone: 'Z',
    charset: 'UTF8MB4_GENERAL_CI',
    connectTimeout: connectTimeoutMs,
    stream: () => openSocket(network, settings),
    connectionLimit: maxConnections,
    maxIdle: maxConnections,
    idleTimeout: isReading ? maxIdleConnectionMs : Math.min(maxIdleConnectionMs, idleTimeoutMs * idleShare),
    // A row's value must never be able to become a second statement, nor of a source a local file a value.
    multipleStatements: options.multipleStatements ?? false,
    ...(isReading && { flags: ['-LOCAL_FILES'] }),
    connectAttributes: { program_name: options.applicationName },
    // Nothing is parsed, so nothing is rounded.
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
  });
  const facts = new WeakMap<object, SessionFacts>();
  const inUse = new Set<mysql.PoolConnection>();
  const connections = new Set<EventConnection>();
  pool.pool.on('connection', (connection) => {
    connections.add(connection);
    // Without a listener a connection that breaks while nobody uses it would end the process.
    connection.on('error', () => undefined);
    connection.on('end', () => connections.delete(connection));
  });

  const prepare = async (driver: mysql.PoolConnection): Promise<SessionFacts> => {
    const known = facts.get(driver.connection);
    if (known !== undefined) return known;
    const [rows] = await driver.query<mysql.RowDataPacket[]>({
      sql: sessionFactsStatement,
      timeout: connectTimeoutMs,
    });
    const session = parseSessionFacts(rows[0]);
    if (!isReading) requireKind(settings, session.serverVersion);
    const statements = isReading
      ? readingSessionStatements(session.isMariadb, { statementTimeoutMs })
      : writingSessionStatements(session.isMariadb, {
          lockTimeoutMs: options.lockTimeoutMs ?? defaultLockTimeoutMs,
          idleTimeoutMs,
        });
    for (const sql of statements) await driver.query({ sql, timeout: connectTimeoutMs });
    facts.set(driver.connection, session);
    return session;
  };

  return {
    acquire: async () => {
      const driver = await pool.getConnection();
      inUse.add(driver);
      try {
        return toConnection(driver, await prepare(driver), silenceTimeoutMs, inUse);
      } catch (error) {
        inUse.delete(driver);
        driver.destroy();
        throw error;
      }
    },
    close: async () => {
      const end = Date.now() + closeTimeoutMs;
      while (inUse.size > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
      for (const driver of inUse) driver.destroy();
      inUse.clear();
      const cut = setTimeout(() => {
        for (const connection of connections) connection.destroy();
      }, closeTimeoutMs);
      await pool.end().catch(() => undefined);
      clearTimeout(cut);
    },
  };
};

const toConnection = (
  driver: mysql.PoolConnection,
  facts: SessionFacts,
  timeoutMs: number,
  inUse: Set<mysql.PoolConnection>,
): Connection => {
  const limit = timeoutMs > 0 ? { timeout: timeoutMs } : {};
  return {
    facts,
    driver,
    // mysql2/promise wraps a connection of mysql2, which its types leave out.
    events: driver.connection as unknown as EventConnection,
    query: async (statement, options = {}) => {
      const { text, values } =
        typeof statement === 'string' ? { text: statement, values: undefined } : statement;
      return toResult(
        await driver.query({
          sql: text,
          ...(values !== undefined && { values: [...values] }),
          ...(options.isUnlimited === true ? {} : limit),
          typeCast: asText,
        }),
      );
    },
    queryValues: async (sql, binary) => {
      const [rows] = await driver.query<never>({
        sql,
        rowsAsArray: true,
        typeCast: rawValues(binary),
        ...limit,
      });
      return Array.isArray(rows) ? rows : [];
    },
    execute: async ({ text, values = [] }) =>
      toResult(await driver.execute({ sql: text, ...limit }, [...values])),
    release: () => {
      if (inUse.delete(driver)) driver.release();
    },
    destroy: () => {
      if (inUse.delete(driver)) driver.destroy();
    },
  };
};

/** A value of the text protocol as the server wrote it. Bytes that are no UTF-8 are not for this: select HEX() of them. */
const asText: mysql.TypeCast = (field) => field.string('utf8');

/**
 * Values of rows as arrays, undecoded: latin1 of the bytes where `binary` says so. mysql2 calls it for each value of a row in
 * the order of the columns. It must not throw: an error in it would be one of the socket's.
 */
export const rawValues = (
  binary: readonly boolean[],
): ((field: { string(encoding?: string): string | null }) => string | null) => {
  let next = 0;
  return (field) => {
    const isBinary = binary[next] === true;
    next = next + 1 === binary.length ? 0 : next + 1;
    return field.string(isBinary ? 'latin1' : 'utf8');
  };
};

const isHeader = (part: unknown): part is mysql.ResultSetHeader =>
  typeof part === 'object' && part !== null && 'affectedRows' in part;

/** The driver gives rows, a header, or a list of headers when several statements were sent. */
const toResult = ([result]: readonly [unknown, unknown]): QueryResult => {
  if (isHeader(result)) return ofHeaders([result], []);
  const parts: readonly unknown[] = Array.isArray(result) ? result : [];
  const headers = parts.filter(isHeader);
  return headers.length > 0 ? ofHeaders(headers, []) : ofHeaders([], parts.map(toTextRow));
};

/** Prepared statements give numbers as such; all of them are exact, since long ones come as texts. */
const toTextRow = (row: unknown): TextRow =>
  Object.fromEntries(
    Object.entries(row ?? {}).map(([name, value]: [string, unknown]) => [
      name,
      value === null || value === undefined
        ? null
        : value instanceof Buffer
          ? value.toString('utf8')
          : String(value),
    ]),
  );

const ofHeaders = (headers: readonly mysql.ResultSetHeader[], rows: readonly TextRow[]): QueryResult => ({
  rows,
  affectedRows: headers.at(-1)?.affectedRows ?? 0,
  warnings: headers.reduce((sum, { warningStatus }) => sum + warningStatus, 0),
  affectedByStatement: headers.map(({ affectedRows }) => affectedRows),
});

/** Throws `InvalidRequest`. */
const requireKind = ({ kind, host, port }: ConnectionSettings, serverVersion: string): void => {
  const actual = kindOfVersion(serverVersion);
  if (kind === actual) return;
  throw new MillraceError(
    'InvalidRequest',
    `The server at ${host}:${port} is ${serverVersion}, but it is registered as ${kind}; register it as ${actual}.`,
    { facts: { serverVersion, kind } },
  );
};

/** The driver sets up sockets that it makes itself only. */
const openSocket = (
  network: NetworkRules,
  { host, port }: Pick<ConnectionSettings, 'host' | 'port'>,
): Socket =>
  createDatabaseSocket(network)
    .setNoDelay(true)
    .setKeepAlive(true, keepAliveInitialDelayMs)
    .connect(port, host);

/** libpq's meanings of the modes, without a fallback to an unencrypted connection. */
const tlsOptions = ({ tlsMode, caPem }: ConnectionSettings): Pick<mysql.PoolOptions, 'ssl'> => {
  const trusted = caPem === undefined ? {} : { ca: caPem };
  switch (tlsMode) {
    case 'disable':
      return {};
    case 'require':
      return { ssl: { rejectUnauthorized: false } };
    case 'verify-ca':
      return { ssl: { ...trusted, rejectUnauthorized: true, verifyIdentity: false } };
    case 'verify-full':
      return { ssl: { ...trusted, rejectUnauthorized: true, verifyIdentity: true } };
  }
};
