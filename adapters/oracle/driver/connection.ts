import oracledb from 'oracledb';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { createNetworkRules } from '#core/databases/network-rules.ts';
import { refuseUncheckedTls } from '#core/databases/oracle/registration.ts';
import { checkHost, parseServiceName } from '#core/databases/oracle/service-name.ts';
import { sessionStatements } from '#core/databases/oracle/session.ts';
import type { BindValue, Statement } from '#core/databases/oracle/statement.ts';
import { requireDatabaseAddress } from '../../network/database-socket.ts';
import { walletOf } from './wallet.ts';

/** TCP connect, TLS and authentication. A server that is reachable answers in far less, also across regions. */
const connectTimeoutSeconds = 10;

/** Catalog reads and single statements. Reading a chunk has no limit of its own: its stall timer ends it. */
export const defaultStatementTimeoutMs = 30_000;

/** How long a statement waits for a connection of the pool. */
const queueTimeoutMs = 30_000;

/** Idle connections are closed after this, since NAT gateways and Lambda's freezer forget them (AWS NAT: 350 s). */
const idleConnectionTimeoutSeconds = 60;

/** A connection that went silent (a dropped NAT entry, a power loss) is probed this often. */
const keepAliveMinutes = 1;

/** How long `close` waits for connections in use before they are cut. */
const closeTimeoutSeconds = 5;

export interface PoolOptions {
  /** Shown as V$SESSION.MODULE: `millrace-source`, `millrace-copy`. */
  readonly applicationName: string;
  /** Connections at most. */
  readonly maxConnections?: number;
  /** Limit of a single round trip in milliseconds; 0 is none. */
  readonly statementTimeoutMs?: number;
  /** The root of the container database, from where its log is read, instead of the database of the tables. */
  readonly inRoot?: boolean;
}

/** A row by the names that the statement gives its columns: texts, or null; numbers of binary floats; bytes as Buffer. */
export type Row = Readonly<Record<string, unknown>>;

/** One connection of the pool, for one user at a time. Rejects with whatever the driver rejects with. */
export interface OracleSession {
  query(statement: Statement): Promise<readonly Row[]>;
  /** DDL and PL/SQL, which have no rows. */
  run(text: string): Promise<void>;
  /** The rows as arrays, `batchRows` at a time; leaving the iteration ends the query. */
  stream(statement: Statement, batchRows: number): AsyncIterable<readonly (readonly unknown[])[]>;
  /** Ends what runs on the connection, without waiting for it. */
  cut(): void;
  /** Gives the connection back; `isBroken` closes it instead, which rolls back what it had open. Rejects nothing. */
  release(isBroken?: boolean): Promise<void>;
}

export interface OraclePool {
  acquire(): Promise<OracleSession>;
  close(): Promise<void>;
}

/**
 * A pool of connections (Thin mode, which needs no client library) whose every session has the canonical settings.
 * Connections are made when needed. Throws `InvalidRequest` for settings that no connection can have.
 */
export const createPool = (settings: ConnectionSettings, options: PoolOptions): OraclePool => {
  const attributes = poolAttributes(settings, options);
  const network = createNetworkRules(settings.network);
  const callTimeout = options.statementTimeoutMs ?? defaultStatementTimeoutMs;
  let pool: Promise<oracledb.Pool> | undefined;
  return {
    acquire: async () => {
      await requireDatabaseAddress(network, settings.host, settings.port);
      pool ??= oracledb.createPool(attributes);
      const connection = await (await pool).getConnection();
      connection.callTimeout = callTimeout;
      return createSession(connection);
    },
    close: async () => {
      const opened = pool;
      if (opened === undefined) return;
      await (await opened).close(closeTimeoutSeconds).catch(() => undefined);
    },
  };
};

const poolAttributes = (
  settings: ConnectionSettings,
  { applicationName, maxConnections, inRoot }: PoolOptions,
): oracledb.PoolAttributes => {
  const { serviceName, pluggableDatabase } = parseServiceName(settings.databaseName);
  const statements = sessionStatements(inRoot === true ? undefined : pluggableDatabase);
  return {
    user: settings.username,
    password: settings.password,
    ...connectSettings(settings, serviceName),
    poolMin: 0,
    poolMax: maxConnections ?? 4,
    poolIncrement: 1,
    poolTimeout: idleConnectionTimeoutSeconds,
    queueTimeout: queueTimeoutMs,
    connectTimeout: connectTimeoutSeconds,
    transportConnectTimeout: connectTimeoutSeconds,
    expireTime: keepAliveMinutes,
    sessionCallback: (connection, _tag, done) => {
      prepareSession(connection, applicationName, statements).then(() => done(), done);
    },
  };
};

const prepareSession = async (
  connection: oracledb.Connection,
  applicationName: string,
  statements: readonly string[],
): Promise<void> => {
  connection.callTimeout = defaultStatementTimeoutMs;
  connection.module = applicationName;
  for (const statement of statements) await connection.execute(statement);
};

/** IPv6 addresses stand in a connect descriptor as they are. */
const connectSettings = (
  { host, port, tlsMode, caPem }: ConnectionSettings,
  serviceName: string,
): Pick<oracledb.PoolAttributes, 'connectString' | 'sslServerDNMatch' | 'walletContent'> => {
  const descriptor = (protocol: 'TCP' | 'TCPS'): string =>
    `(DESCRIPTION=(ADDRESS=(PROTOCOL=${protocol})(HOST=${checkHost(host)})(PORT=${port}))` +
    `(CONNECT_DATA=(SERVICE_NAME=${serviceName})))`;
  switch (tlsMode) {
    case 'disable':
      return { connectString: descriptor('TCP') };
    case 'require':
      throw refuseUncheckedTls();
    case 'verify-ca':
    case 'verify-full':
      return {
        connectString: descriptor('TCPS'),
        sslServerDNMatch: tlsMode === 'verify-full',
        ...(caPem === undefined ? {} : { walletContent: walletOf(caPem) }),
      };
  }
};

const toBind = (value: BindValue): oracledb.BindParameter => {
  if (typeof value === 'number') return { val: value, type: oracledb.DB_TYPE_NUMBER };
  return typeof value === 'string'
    ? { val: value, type: oracledb.DB_TYPE_VARCHAR }
    : { val: value.national, type: oracledb.DB_TYPE_NVARCHAR };
};

/** LOBs come with their row: read later, they would cost a round trip each. Numbers as text, so that no digit is lost. */
const fetchTypeHandler = ({ dbType }: oracledb.Metadata<unknown>): oracledb.FetchTypeResponse | undefined => {
  switch (dbType) {
    case oracledb.DB_TYPE_CLOB:
    case oracledb.DB_TYPE_NCLOB:
    case oracledb.DB_TYPE_NUMBER:
      return { type: oracledb.STRING };
    case oracledb.DB_TYPE_BLOB:
      return { type: oracledb.BUFFER };
    default:
      return undefined;
  }
};

const createSession = (connection: oracledb.Connection): OracleSession => ({
  query: async ({ text, values = [] }) => {
    const result = await connection.execute<Row>(text, values.map(toBind), {
      outFormat: oracledb.OUT_FORMAT_OBJECT,
      fetchTypeHandler,
    });
    return result.rows ?? [];
  },
  run: async (text) => {
    await connection.execute(text);
  },
  stream: (statement, batchRows) => streamRows(connection, statement, batchRows),
  cut: () => {
    connection.break().catch(() => undefined);
  },
  release: async (isBroken = false) => {
    await connection.close({ drop: isBroken }).catch(() => undefined);
  },
});

const streamRows = async function* (
  connection: oracledb.Connection,
  { text, values = [] }: Statement,
  batchRows: number,
): AsyncGenerator<readonly (readonly unknown[])[]> {
  const { resultSet } = await connection.execute<unknown[]>(text, values.map(toBind), {
    outFormat: oracledb.OUT_FORMAT_ARRAY,
    resultSet: true,
    prefetchRows: batchRows,
    fetchTypeHandler,
  });
  if (resultSet === undefined) return;
  try {
    for (;;) {
      const rows = await resultSet.getRows(batchRows);
      if (rows.length > 0) yield rows;
      if (rows.length < batchRows) return;
    }
  } finally {
    await resultSet.close().catch(() => undefined);
  }
};
